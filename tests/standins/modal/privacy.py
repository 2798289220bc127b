"""How a container gets its private root: which of two ways this machine allows, and what lies in the root."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

PROGRAM = Path(__file__).with_name("root.py")
OF_THE_MACHINE = ("/usr", "/etc", "/opt", "/dev", "/sys")
"""Shown in every root; the rest of the machine is not."""
EMPTY = ("/tmp", "/var/tmp", "/var/lib", "/var/cache", "/root", "/home", "/run", "/mnt", "/srv")
REFUSAL = (
    "The Modal stand-in cannot give its containers a private root: neither user namespaces (unshare) nor "
    "sudo without a password work here. On Ubuntu 24.04, allow them with "
    "`sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0`."
)


class NoPrivacy(Exception):
    """This machine allows neither way."""


@dataclass(frozen=True)
class Privacy:
    """The way to start root.py on this machine."""

    prefix: tuple[str, ...]
    user_namespace: bool


def find_privacy() -> Privacy:
    """The first way that works, tried out with a container that does nothing."""
    for privacy in (Privacy((), True), Privacy(("sudo", "-n"), False)):
        with TemporaryDirectory(prefix="plane-") as folder:
            if _works(
                Layout(Path(folder), privacy).command(["/usr/bin/env", "true"], {"PATH": "/usr/bin:/bin"})
            ):
                return privacy
    raise NoPrivacy(REFUSAL)


def _works(command: list[str]) -> bool:
    quiet = subprocess.DEVNULL
    try:
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=quiet, stderr=quiet) as process:
            return process.wait(20) == 0
    except OSError:
        return False


class Layout:
    """What lies in one container's root."""

    def __init__(self, folder: Path, privacy: Privacy) -> None:
        self.folder = folder
        self.privacy = privacy
        (folder / "root").mkdir(parents=True)
        self._binds: list[tuple[str, str, bool]] = []
        self._files: list[tuple[str, str, int]] = []
        self._links: list[tuple[str, str]] = []
        for name in sorted(path.name for path in Path("/").iterdir()):
            place = Path("/") / name
            if place.is_symlink():
                self._links.append((str(place), str(place.readlink())))
            elif str(place) in OF_THE_MACHINE or place.name.startswith(("lib", "bin", "sbin")):
                self.bind(place, str(place), read_only=str(place) not in ("/dev", "/sys"))
        for prefix in dict.fromkeys((sys.base_prefix, sys.prefix)):
            if not prefix.startswith("/usr"):
                self.bind(Path(prefix), prefix, read_only=True)

    def bind(self, source: Path, target: str, read_only: bool = False) -> None:
        """Show a file or folder of the machine in the root."""
        self._binds.append((str(source), target, read_only))

    def copy(self, source: Path, target: str, mode: int) -> None:
        """Put a copy of a file into the root, which the container may change."""
        self._files.append((str(source), target, mode))

    def command(self, command: list[str], environment: dict[str, str]) -> list[str]:
        """What starts a command in the root."""
        specification = {
            "root": str(self.folder / "root"),
            "files": self._files,
            "folders": EMPTY,
            "links": self._links,
            "binds": self._binds,
            "folder": "/root",
            "user_namespace": self.privacy.user_namespace,
            "user": 0 if self.privacy.user_namespace else os.getuid(),
            "group": 0 if self.privacy.user_namespace else os.getgid(),
            "command": command,
            "environment": environment,
        }
        file = self.folder / "root.json"
        file.touch(mode=0o600)
        file.write_text(json.dumps(specification))
        return [*self.privacy.prefix, sys.executable, "-I", str(PROGRAM), str(file)]
