"""A keyring in a file that KEYRING_FILE names, for the real `keyring` library."""

from __future__ import annotations

import json
import os
from pathlib import Path

from keyring.backend import KeyringBackend


class FileKeyring(KeyringBackend):
    """Keeps passwords where a test can look; `PYTHON_KEYRING_BACKEND` names it."""

    priority = 1  # type: ignore[assignment]

    def _known(self) -> dict[str, str]:
        path = Path(os.environ["KEYRING_FILE"])
        return dict(json.loads(path.read_text())) if path.exists() else {}

    def get_password(self, service: str, username: str) -> str | None:
        """The password of an account, or None."""
        return self._known().get(f"{service} {username}")

    def set_password(self, service: str, username: str, password: str) -> None:
        """Keeps it."""
        known = {**self._known(), f"{service} {username}": password}
        Path(os.environ["KEYRING_FILE"]).write_text(json.dumps(known))
