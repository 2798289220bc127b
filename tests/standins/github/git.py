"""Git as the stand-in runs it: nobody's configuration, no questions, and one process that reads objects."""

from __future__ import annotations

import hashlib
import os
import subprocess
import threading
import zlib
from collections.abc import Mapping
from pathlib import Path

ABSENT = "0" * 40
CACHED_BYTES = 1 << 16
SETTINGS = {
    "uploadpack.allowAnySHA1InWant": "true",
    "uploadpack.allowFilter": "true",
    "receive.hideRefs": "refs/pull",
    "receive.autogc": "false",
    "gc.auto": "0",
}


class GitFailed(Exception):
    """A command of git failed."""


def environment(more: Mapping[str, str] | None = None) -> dict[str, str]:
    """What git needs, and nothing of the test's own."""
    kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}
    return (
        kept | {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull, "LC_ALL": "C"} | dict(more or {})
    )


def create(folder: Path) -> None:
    """Make a bare repository whose default branch is `main`."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    run = ["git", "init", "--quiet", "--bare", "--template=", "--initial-branch=main", str(folder)]
    subprocess.run(run, check=True, env=environment())
    with (folder / "config").open("a") as file:
        for name, value in SETTINGS.items():
            section, key = name.split(".")
            file.write(f"[{section}]\n\t{key} = {value}\n")


class Git:
    """One bare repository: commands, and its objects."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._cache: dict[str, tuple[str, bytes]] = {}
        self._reader: subprocess.Popen[bytes] | None = None
        self._reading = threading.Lock()

    def run(self, *arguments: str, given: bytes | None = None, codes: tuple[int, ...] = (0,)) -> str:
        """What a command prints; GitFailed where it ends with another code than these."""
        return self.outcome(*arguments, given=given, codes=codes)[1]

    def outcome(
        self, *arguments: str, given: bytes | None = None, codes: tuple[int, ...] = (0, 1)
    ) -> tuple[int, str]:
        """A command's exit code and what it prints."""
        done = subprocess.run(
            ["git", "--git-dir", str(self.folder), *arguments],
            input=given if given is not None else b"",
            capture_output=True,
            env=environment(),
        )
        if done.returncode not in codes:
            raise GitFailed(done.stderr.decode(errors="replace").strip())
        return done.returncode, done.stdout.decode(errors="replace").rstrip("\n")

    def read(self, name: str) -> tuple[str, bytes] | None:
        """An object's type and content."""
        if name in self._cache:
            return self._cache[name]
        if not is_id(name):
            return None
        with self._reading:
            found = self._ask(name)
        if found is not None and len(found[1]) <= CACHED_BYTES:
            self._cache[name] = found
        return found

    def _ask(self, name: str) -> tuple[str, bytes] | None:
        if self._reader is None:
            self._reader = subprocess.Popen(
                ["git", "--git-dir", str(self.folder), "cat-file", "--batch"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env=environment(),
            )
        assert self._reader.stdin is not None and self._reader.stdout is not None
        self._reader.stdin.write(name.encode() + b"\n")
        self._reader.stdin.flush()
        said = self._reader.stdout.readline().decode().split()
        if said[-1] == "missing":
            return None
        content = self._reader.stdout.read(int(said[2]) + 1)
        return said[1], content[:-1]

    def write(self, kind: str, content: bytes) -> str:
        """Store a loose object, as git itself would; its name."""
        whole = f"{kind} {len(content)}\0".encode() + content
        name = hashlib.sha1(whole).hexdigest()
        path = self.folder / "objects" / name[:2] / name[2:]
        if not path.exists():
            path.parent.mkdir(exist_ok=True)
            temporary = path.with_name(f"tmp_{threading.get_ident()}_{name[:8]}")
            temporary.write_bytes(zlib.compress(whole, 1))
            temporary.replace(path)
        return name

    def kind(self, name: str) -> str:
        """An object's type; empty where there is none."""
        found = self.read(name)
        return found[0] if found else ""

    def close(self) -> None:
        """End the process that reads."""
        with self._reading:
            if self._reader is not None:
                assert self._reader.stdin is not None and self._reader.stdout is not None
                self._reader.stdin.close()
                self._reader.stdout.close()
                self._reader.wait()
                self._reader = None


def is_id(name: str) -> bool:
    """Whether this is a whole name of an object."""
    return len(name) == 40 and all(each in "0123456789abcdef" for each in name)
