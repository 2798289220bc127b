"""What runs in a service's container: its application, made from the snapshot of the code.

It is imported by images that hold Python 3.11 or newer, the provider's client and a few files of ours.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from runner.backends.modal.names import CODE_MOUNT, SNAPSHOT, order_file, repository_file
from runner.backends.modal.surroundings import MissingSecretError, secrets, surroundings
from runner.worker.environment import filled
from runner.worker.given import write_files
from runner.worker.masking import Mask
from runner.worker.snapshot import Snapshot
from runner.worker.trees import UnsafePathError
from runner.worker.working_copy import WorkingCopy

VERSION: Final = "RUNNER_SERVICE_VERSION"
"""The variable that says which of the orders beside the snapshot is meant."""

_LONGEST_LINE: Final = 1 << 16
_MOST_SAID: Final = 400


class NotServingError(Exception):
    """Why the application cannot be made, in one sentence."""


def serve() -> Any:
    """The ASGI application. Raises NotServingError, once the log says what it says."""
    order = json.loads(Path(CODE_MOUNT, order_file(os.environ[VERSION])).read_text(encoding="utf-8"))
    making = Making(order, Path(CODE_MOUNT), Path(tempfile.mkdtemp(prefix="runner-service-")))
    try:
        return making.application()
    except NotServingError as error:
        print(f"[runner] the service does not start: {error}", file=sys.stderr, flush=True)
        raise


class Making:
    """From an order to the application, in a folder of its own that stays for as long as it serves.

    `order` holds, in plain JSON types:

        app                       `module:factory`, of the code
        version commit            what is deployed
        repository                what the repository is called, which a clone of it is then, too
        steps                     argument lists, done before it serves
        files                     {name: text}
        environment               variables
        secret_names password     variables that are secrets; the one that no step is given
        training                  whether there is a repository to launch training from
        budget                    the most that one training may cost, in US dollars; empty where unbounded
    """

    def __init__(self, order: Mapping[str, Any], code: Path, root: Path) -> None:
        """`code` is the folder with the snapshot, `root` an empty one."""
        self._order = order
        self._code = code
        self._copy = root / "code"
        self._files = root / "files"
        self._scratch = root / "scratch"
        self._clone = root / "repository" / order["repository"]

    def application(self) -> Any:
        """Unpacks, builds and imports. Raises NotServingError."""
        given = self._secrets()
        mask = Mask(given.values())
        write_files(self._order["files"], self._files)
        WorkingCopy(Snapshot(self._code / SNAPSHOT), self._copy)
        self._scratch.mkdir()
        if self._order["training"]:
            self._unpack_repository()
        told = surroundings(self._order, os.environ) | given
        told.pop(self._order["password"], None)
        for step in self._order["steps"]:
            self._do(filled(step, 0, {"files": self._files}, told), told, mask)
        os.environ.update({**self._order["environment"], **self._variables()})
        return self._imported(mask)

    def _secrets(self) -> dict[str, str]:
        try:
            return secrets(self._order, os.environ)
        except MissingSecretError as error:
            raise NotServingError(f"the service cannot start: {error}") from None

    def _variables(self) -> dict[str, str]:
        """What the application is told of where it is."""
        training = self._order["training"]
        ours = str(Path(__file__).parents[3])
        path = [ours, *filter(None, [os.environ.get("PYTHONPATH", "")])] if training else []
        return {
            "RUNNER_SERVICE_SETTINGS": str(self._files / "service.json"),
            VERSION: self._order["version"],
            "RUNNER_SERVICE_FOLDER": str(self._scratch),
            "RUNNER_SERVICE_REPOSITORY": str(self._clone) if training else "",
            "RUNNER_SERVICE_BACKEND": "modal",
            "RUNNER_SERVICE_BUDGET": self._order["budget"],
            "RUNNER_SERVICE_PROXY": "1",
            **({"PYTHONPATH": os.pathsep.join(path)} if path else {}),
        }

    def _do(self, step: list[str], told: Mapping[str, str], mask: Mask) -> None:
        """One step of the build; what it prints reaches the service's log, without secrets."""
        import subprocess

        last = b""
        try:
            with subprocess.Popen(
                step,
                cwd=self._copy,
                env=dict(told),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
            ) as process:
                assert process.stdout is not None
                while line := process.stdout.readline(_LONGEST_LINE):
                    last = line if line.strip() else last
                    _print(mask.feed(line))
            _print(mask.flush())
        except OSError as error:
            raise NotServingError(
                f"the build failed: {step[0]} cannot be started: {error.strerror}"
            ) from None
        if process.returncode:
            said = mask.text(last.decode("utf-8", "replace"))
            raise NotServingError(_sentence(f"the build failed with exit code {process.returncode}", said))

    def _imported(self, mask: Mask) -> Any:
        """What the factory makes. Python looks first in the code's folder, which is the current one, too."""
        module, _, factory = self._order["app"].partition(":")
        sys.path.insert(0, str(self._copy))
        os.chdir(self._copy)
        importlib.invalidate_caches()
        try:
            return getattr(importlib.import_module(module), factory)()
        except (Exception, SystemExit) as error:  # whatever the code does wrong: one sentence says it
            kind = "" if isinstance(error, SystemExit) else f"{type(error).__name__}: "
            said = kind + mask.text(str(error))
            raise NotServingError(_sentence(f"{self._order['app']} made no application", said)) from None

    def _unpack_repository(self) -> None:
        """A repository with one commit and no remote, its files those of the snapshot."""
        import subprocess
        import tarfile

        self._clone.parent.mkdir()
        WorkingCopy(Snapshot(self._code / SNAPSHOT), self._clone)
        try:
            kept = Snapshot(self._code / repository_file(self._order["commit"]))
            WorkingCopy(kept, self._clone / ".git")
            subprocess.run(
                ["git", "-C", str(self._clone), "reset", "--quiet"],
                check=True,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
            )
        except (OSError, tarfile.TarError, UnsafePathError, subprocess.CalledProcessError) as error:
            raise NotServingError(_sentence("there is no repository to train from", str(error))) from None


def _print(data: bytes) -> None:
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def _sentence(what: str, said: str) -> str:
    """One line, of what happened and what was said of it."""
    words = " ".join(said.split())
    return f"{what}: {words[:_MOST_SAID]}" if words else what
