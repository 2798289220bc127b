"""`act` as a process: how it is called, and how it ends together with all that it started."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

MARKER = "SHIM_RUN"
BASH = """#!/bin/bash
[ -t 1 ] || exec /bin/bash "$@"
exec 3> >(exec cat)
shown=$!
/bin/bash "$@" < /dev/null >&3 2>&3 3>&-
code=$?
exec 3>&-
wait $shown
exit $code
"""
"""In place of a step's shell: `act` gives it a terminal, where pagers wait for keys; GitHub gives pipes."""
ROOT = Path(__file__).parents[3]


@dataclass
class Errand:
    """All that one call of `act` needs."""

    event: str
    folder: Path
    """The run's own folder: source, home, cache."""
    workflow: str
    """The workflow's path in the source."""
    payload: Mapping[str, object]
    actor: str
    secrets: Mapping[str, str] = field(repr=False)
    variables: Mapping[str, str]
    github: Mapping[str, str]
    """The GITHUB_ variables that `act` takes over into its contexts."""
    labels: Iterable[str]
    actions: Mapping[str, Path]
    """Folders in place of `owner/name@sha`."""
    environment: Mapping[str, str]


def executable() -> Path:
    """`act`, beside the Python that runs the tests."""
    return Path(sys.executable).parent / "act"


class ActProcess:
    """One call of `act`."""

    def __init__(self, errand: Errand) -> None:
        self.errand = errand
        self.mark = uuid.uuid4().hex
        self.secret_file = errand.folder / "secrets.yml"
        self.secret_file.touch(0o600)
        self.secret_file.write_text(json.dumps(dict(errand.secrets)))
        (errand.folder / "event.json").write_text(json.dumps(errand.payload))
        for name in ("home", "cache", "bin"):
            (errand.folder / name).mkdir(exist_ok=True)
        (errand.folder / "bin" / "bash").write_text(BASH)
        (errand.folder / "bin" / "bash").chmod(0o755)
        self.process = subprocess.Popen(
            self.command(),
            env=self.environment(),
            cwd=errand.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
        )

    def command(self) -> list[str]:
        """The command line. It holds no secret."""
        errand, source = self.errand, self.errand.folder / "source"
        command = [str(executable()), errand.event, "-C", str(source), "-W", str(source / errand.workflow)]
        command += ["-e", str(errand.folder / "event.json"), "--secret-file", str(self.secret_file)]
        command += ["--json", "--strict", "--insecure-secrets", "--no-skip-checkout", "--no-cache-server"]
        command += ["--concurrent-jobs", "1", "-a", errand.actor]
        for label in errand.labels:
            command += ["-P", f"{label}=-self-hosted"]
        for name, value in errand.variables.items():
            command += ["--var", f"{name}={value}"]
        for name, value in errand.github.items():
            command += ["--env", f"{name}={value}"]
        for name, folder in errand.actions.items():
            command += ["--local-repository", f"{name}={folder}"]
        return command

    def environment(self) -> dict[str, str]:
        """A process environment without anything of the tests' own."""
        folder, errand = self.errand.folder, self.errand
        return {
            "PATH": os.pathsep.join([f"{folder}/bin", str(Path(sys.executable).parent), os.environ["PATH"]]),
            "HOME": str(folder / "home"),
            "XDG_CACHE_HOME": str(folder / "cache"),
            "LANG": "C.UTF-8",
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_CONFIG_NOSYSTEM": "1",
            "SHIM_PYTHON": sys.executable,
            "SHIM_ROOT": str(ROOT),
            MARKER: self.mark,
            **errand.environment,
        }

    def read(self, line: Callable[[str], None]) -> int:
        """Hands over every line until `act` ends; its exit code."""
        assert self.process.stdout is not None
        with self.process.stdout as lines:
            for each in lines:
                line(each)
        return self.process.wait()

    def end(self) -> None:
        """Kills `act` and every process that descends from it, also those that left its session."""
        for _ in range(3):
            found = self.descendants()
            for number in found:
                with suppress(ProcessLookupError, PermissionError):
                    os.kill(number, signal.SIGKILL)
            if not found:
                break
        self.process.wait()
        self.secret_file.unlink(missing_ok=True)

    def descendants(self) -> list[int]:
        """The processes with this run's mark in their environment."""
        mark = f"{MARKER}={self.mark}".encode()
        found = []
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                with suppress(OSError):
                    if mark in (entry / "environ").read_bytes() and self.alive(entry):
                        found.append(int(entry.name))
        return found

    @staticmethod
    def alive(entry: Path) -> bool:
        """Whether a process is more than a zombie."""
        return (entry / "stat").read_text().rpartition(")")[2].split()[0] != "Z"
