"""Files that are replaced whole or not at all, and never through a link."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO


@contextmanager
def replacing(target: Path) -> Iterator[IO[bytes]]:
    """A new file that takes the place of `target`, and its permissions, once the block has ended well.

    Raises OSError; nothing is left behind then.
    """
    from tempfile import mkstemp

    descriptor, name = mkstemp(prefix=f".{target.name[:100]}.", dir=target.parent)
    staging = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
        staging.chmod(target.stat().st_mode & 0o777 if target.exists() else 0o644)
        staging.replace(target)
    finally:
        staging.unlink(missing_ok=True)
