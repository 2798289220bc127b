"""Files on the provider's Volumes, as the launching side reads and writes them."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path, PurePosixPath
from tempfile import NamedTemporaryFile, TemporaryDirectory
from typing import TYPE_CHECKING, NamedTuple

from runner.backends.modal.names import SNAPSHOT, volume_name
from runner.backends.modal.troubles import provider_errors
from runner.errors import ProviderError
from runner.settings import ModalSettings

if TYPE_CHECKING:
    import modal


@contextmanager
def archived(write: Callable[[Path], None]) -> Iterator[Callable[[], Path]]:
    """Writes an archive when it is first asked for, and keeps it until the context is left."""
    with TemporaryDirectory(prefix="runner-code-") as folder:
        path = Path(folder, SNAPSHOT)

        def archive() -> Path:
            if not path.exists():
                write(path)
            return path

        yield archive


class Stored(NamedTuple):
    """A file on a Volume: its path without a leading slash, its bytes, and when it last changed."""

    path: str
    size: int
    modified: float


class Store:
    """One Volume. Every method may raise ProviderError."""

    def __init__(self, settings: ModalSettings, part: str) -> None:
        """`part` is `control`, `code` or `outputs`."""
        self.name = volume_name(settings.prefix, part)
        self._environment = settings.environment or None
        self._known: modal.Volume | None = None

    def put(self, files: Mapping[str, Path | bytes]) -> None:
        """Writes files, all together, over what stands there. The Volume is made where there is none."""
        with self._errors(), self._volume(create=True).batch_upload(force=True) as batch:
            for path, content in files.items():
                batch.put_file(BytesIO(content) if isinstance(content, bytes) else content, path)

    def read(self, path: str) -> bytes | None:
        """A small file's content; None where there is no such file."""
        try:
            return b"".join(self._blocks(path))
        except FileNotFoundError:
            return None

    def read_to(self, path: str, target: Path, most: int = sys.maxsize) -> bool:
        """Copies a file, `most` bytes of it, to `target`, which appears whole or not at all.

        Returns whether there is such a file.
        """
        target.parent.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=target.parent, prefix=".", delete=False) as file:
            staged = Path(file.name)
            try:
                for block in self._blocks(path):
                    if file.write(block[: most - file.tell()]) < len(block):
                        break
            except BaseException as error:  # whatever it is, nothing half-written stays
                staged.unlink()
                if isinstance(error, FileNotFoundError):
                    return False
                raise
        staged.replace(target)
        return True

    def files(self, folder: str) -> list[Stored]:
        """Every regular file below a folder, or the file itself; nothing where there is none."""
        from modal.exception import NotFoundError
        from modal.types import FileEntryType

        try:
            with self._errors(NotFoundError, FileNotFoundError):
                entries = self._volume().listdir(folder, recursive=True)
        except (NotFoundError, FileNotFoundError):
            return []
        return [
            Stored(_inside(entry.path), entry.size, float(entry.mtime))
            for entry in entries
            if entry.type == FileEntryType.FILE
        ]

    def remove(self, path: str) -> None:
        """Removes a file; nothing happens where there is none."""
        from modal.exception import NotFoundError

        try:
            with self._errors(NotFoundError, FileNotFoundError):
                self._volume().remove_file(path)
        except (NotFoundError, FileNotFoundError):
            pass

    def _blocks(self, path: str) -> Iterator[bytes]:
        """A file's content in pieces. Raises FileNotFoundError where there is no such file."""
        from modal.exception import NotFoundError

        try:
            with self._errors(NotFoundError, FileNotFoundError):
                yield from self._volume().read_file(path)
        except NotFoundError:
            raise FileNotFoundError(path) from None

    def _volume(self, *, create: bool = False) -> modal.Volume:
        """The Volume. A handle that may not make it is not kept: somebody else may be about to."""
        import modal

        if self._known is None:
            volume = modal.Volume.from_name(
                self.name, environment_name=self._environment, create_if_missing=create, version=2
            )
            volume.hydrate()
            self._known = volume
        return self._known

    def _errors(self, *passed: type[Exception]) -> _Errors:
        return _Errors(f"Volume {self.name}", passed)


class _Errors:
    """Says of the provider's errors which Volume they are about; some pass as they are."""

    def __init__(self, place: str, passed: tuple[type[Exception], ...]) -> None:
        self._place = place
        self._passed = passed

    def __enter__(self) -> None:
        """Nothing begins."""

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: object) -> None:
        """Raises what the error means."""
        if error is None or isinstance(error, (self._passed, GeneratorExit)):
            return
        with provider_errors(self._place):
            raise error


def upload_once(store: Store, tree: str, archive: Callable[[], Path]) -> bool:
    """Sees to it that the code Volume holds the snapshot of a git tree; whether it had to be brought.

    `archive` makes the snapshot's file, and is called only where the Volume lacks it.
    """
    path = f"/{tree}/{SNAPSHOT}"
    if store.files(path):
        return False
    store.put({path: archive()})
    return True


def _inside(path: str) -> str:
    """A path that the provider named, if it stays below the Volume's root."""
    parts = PurePosixPath(path.lstrip("/")).parts
    if not parts or ".." in parts or "\0" in path:
        raise ProviderError(
            "provider-answer",
            f"Modal lists a file that cannot be: {os.fspath(path)!r}",
            fix="nothing was copied; see what lies there with modal volume ls",
        )
    return "/".join(parts)
