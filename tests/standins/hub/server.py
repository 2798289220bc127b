"""A loopback Hugging Face hub for tests: what it can be told and asked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from tests.standins.github.server import Server
from tests.standins.hub.site import Site
from tests.standins.hub.state import Kind, Repository, blob
from tests.standins.wandb.faults import DROPPED, Fault, Moment
from tests.standins.wandb.recording import Request


class ModelHub:
    """Listens on this machine while its context lasts. `acme` is a user, whose token is `token`."""

    def __init__(self, port: int = 0) -> None:
        self._server = Server(port)
        self.url = self._server.url
        self._site = Site(self.url)
        self.token = self.add_user("acme")

    def __enter__(self) -> ModelHub:
        self._server.start(self._site)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._site.faults.clear()
        self._server.close()

    def environment(self, home: Path, token: str | None = None) -> dict[str, str]:
        """What a client has in its environment: a cache of its own below `home`, and no token but `token`.

        Large files go through LFS: `hf_xet` talks to servers that are not here.
        """
        return {
            "HF_ENDPOINT": self.url,
            "HF_HOME": str(home / "huggingface"),
            "HF_HUB_DISABLE_XET": "1",
            "HF_HUB_DISABLE_TELEMETRY": "1",
            "HF_HUB_DISABLE_PROGRESS_BARS": "1",
            "HF_HUB_OFFLINE": "0",
            "HF_TOKEN": token or "",
        }

    # What is there

    def add_user(self, name: str, *organizations: str) -> str:
        """Another user; their token."""
        token = f"hf_{name:x<34}"
        with self._site.lock:
            self._site.desk.users[token] = (name, *organizations)
        return token

    def add(
        self, name: str, files: Mapping[str, str | bytes] | Path, kind: Kind = "model", **fields: Any
    ) -> Repository:
        """A repository with files, those of a folder or by their names; `fields` as `Repository` has them."""
        given = _of_folder(files) if isinstance(files, Path) else files
        made = Repository(kind, name, **fields)
        blobs = {
            path: blob(path, content.encode() if isinstance(content, str) else content)
            for path, content in given.items()
        }
        with self._site.lock:
            made.commit(blobs, "files", made.owner)
            self._site.desk.repositories[(kind, name)] = made
        return made

    def repository(self, name: str, kind: Kind = "model") -> Repository:
        """A repository."""
        return self._site.desk.repositories[(kind, name)]

    # What was asked

    @property
    def requests(self) -> list[Request]:
        """All requests, oldest first; `desk.py` names the operations."""
        return list(self._site.recording.requests)

    def counts(self) -> Counter[str]:
        """How often each operation was asked for."""
        return self._site.recording.counts()

    @property
    def unknown(self) -> list[str]:
        """What was asked and not understood. A test finds it empty."""
        return list(self._site.recording.unknown)

    # Faults

    def fail(
        self,
        operation: str,
        status: int = 500,
        *,
        moment: Moment = "before",
        times: int | None = 1,
        **more: Any,
    ) -> None:
        """Let requests for an operation go wrong; `*` is any."""
        self._site.faults.add(Fault(operation, status, moment, times=times, **more))

    def drop(self, operation: str, *, times: int | None = 1) -> None:
        """End the connection without an answer."""
        self.fail(operation, DROPPED, times=times)

    def hang(self, operation: str = "*", *, times: int | None = None) -> None:
        """Answer when the faults are cleared."""
        self._site.faults.add(Fault(operation, None, hangs=True, times=times))

    def clear_faults(self) -> None:
        """Let all go right again."""
        self._site.faults.clear()


def _of_folder(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
