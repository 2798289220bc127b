"""What the containers hold: the manifest's image with our few files, and the coordinator's own."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from runner.errors import InputError
from runner.manifest.common import Image

if TYPE_CHECKING:
    import modal

    from runner.plan.model import Plan
    from runner.worker.snapshot import Snapshot

HOME: Final = "/root/runner"
"""Where containers find our package: the provider puts the folder above on Python's path."""

SWEEPS: Final = "sweeps==0.3.0"
"""W&B's library that chooses points; whoever launches need not have it."""

SWEEPS_PYTHON: Final = 12
"""The newest Python 3 that the library can be installed for, as it holds numpy below 2."""

_CARRIED: Final = frozenset(
    {
        "__init__.py",
        "errors.py",
        "backends/__init__.py",
        "backends/modal/__init__.py",
        "backends/modal/appointment.py",
        "backends/modal/attempt.py",
        "backends/modal/echo.py",
        "backends/modal/folder.py",
        "backends/modal/names.py",
        "backends/modal/notices.py",
        "backends/modal/surroundings.py",
        "backends/modal/work.py",
    }
)
"""What an attempt needs beside `worker/`: the standard library and these, whatever the image holds."""

_SERVED: Final = frozenset(
    {
        "__init__.py",
        "errors.py",
        "backends/__init__.py",
        "backends/modal/__init__.py",
        "backends/modal/names.py",
        "backends/modal/serve.py",
        "backends/modal/surroundings.py",
    }
)
"""What the container of a service needs beside `worker/`."""

_ABOVE: Final = frozenset({"cli", "workflows", "pipeline", "forge", "ledger", "lint", "kinds"})

_PARTS: Final = (".py", ".toml", ".css", ".html")


class Pinned:
    """The files of the code that runs, taken out of its snapshot where an image is made from them.

    `archive` makes the snapshot's file. What was taken out lies in a temporary folder until `close`.
    """

    def __init__(self, archive: Callable[[], Path]) -> None:
        self._archive = archive
        self._stack = ExitStack()
        self._listed: Snapshot | None = None
        self._root: Path | None = None

    def file(self, name: str, place: str) -> Path:
        """One file, as it stands in the snapshot. Raises InputError where it is not there."""
        snapshot = self._snapshot()
        if name not in snapshot.files:
            raise InputError(
                "image-file",
                f"the code that runs has no file {name}",
                place=place,
                fix="commit it (git add and git commit), or correct the path",
            )
        root = self._folder()
        if not (root / name).exists():
            snapshot.extract([name], root)
        return root / name

    def everything(self) -> Path:
        """The folder with all files."""
        snapshot, root = self._snapshot(), self._folder()
        snapshot.extract([name for name in snapshot.files if not (root / name).exists()], root)
        return root

    def close(self) -> None:
        """Removes what was taken out."""
        self._stack.close()

    def _snapshot(self) -> Snapshot:
        from runner.worker.snapshot import Snapshot

        if self._listed is None:
            self._listed = Snapshot(self._archive())
            self._stack.callback(self._listed.close)
        return self._listed

    def _folder(self) -> Path:
        if self._root is None:
            self._root = Path(self._stack.enter_context(TemporaryDirectory(prefix="runner-image-")))
        return self._root


def image(wanted: Image, pinned: Pinned, carries: Callable[[str], bool] | None = None) -> modal.Image:
    """The image of a stage, our files last. Raises InputError where it is made from a missing file.

    `carries` says which files of ours; those of an attempt where it is None.
    """
    made = _base(wanted, pinned)
    if wanted.env:
        made = made.env(dict(wanted.env))
    if wanted.apt:
        made = made.apt_install(*wanted.apt)
    if wanted.requirements:
        requirements = pinned.file(wanted.requirements, "spec.image.requirements")
        made = made.pip_install_from_requirements(str(requirements))
    if wanted.pip:
        made = made.pip_install(*wanted.pip)
    if wanted.run:
        made = made.run_commands(*wanted.run)
    return _with_package(made, carries or carried)


def carried(path: str) -> bool:
    """Whether a file of the package goes into the containers of attempts."""
    return path in _CARRIED or path.startswith("worker/")


def served(path: str) -> bool:
    """Whether a file of the package goes into the containers of services that launch nothing."""
    return path in _SERVED or path.startswith("worker/")


def everything(path: str) -> bool:
    """All of the package, for services that launch training through the command line."""
    return bool(path)


def driving(path: str) -> bool:
    """Whether a file of the package goes into the container that drives a run: nothing from above us."""
    return path.partition("/")[0] not in _ABOVE


def coordinator_image(packages: Sequence[str] = ("msgspec",)) -> modal.Image:
    """The image of the container that drives a run: this version of the package, and of what it needs."""
    import modal

    minor = min(sys.version_info.minor, SWEEPS_PYTHON) if SWEEPS in packages else sys.version_info.minor
    needed = [name if "==" in name else _as_installed(name) for name in packages]
    return _with_package(modal.Image.debian_slim(python_version=f"3.{minor}").pip_install(*needed), driving)


def to_drive(plan: Plan) -> list[str]:
    """The packages that it takes to drive a run: more where its trials are still to be chosen."""
    searches = [stage.search for stage in plan.stages if stage.search is not None]
    learns = any(search.method != "grid" or search.early_terminate for search in searches)
    return ["msgspec", *(["pyyaml"] if searches else []), *([SWEEPS] if learns else [])]


def _as_installed(name: str) -> str:
    """The requirement of a package of ours in the version that is installed here."""
    from importlib.metadata import version

    return f"{name}=={version(name)}"


def _base(wanted: Image, pinned: Pinned) -> modal.Image:
    import modal

    if wanted.registry:
        return modal.Image.from_registry(wanted.registry, add_python=wanted.python)
    if wanted.dockerfile:
        dockerfile = pinned.file(wanted.dockerfile, "spec.image.dockerfile")
        return modal.Image.from_dockerfile(
            dockerfile, context_dir=pinned.everything(), add_python=wanted.python
        )
    return modal.Image.debian_slim(python_version=wanted.python)


def _with_package(made: modal.Image, carries: Callable[[str], bool]) -> modal.Image:
    """The image with files of this package, which containers get when they start: no image is built for
    them."""
    import runner

    def left_out(path: Path) -> bool:
        return path.suffix not in _PARTS or not carries(path.as_posix())

    return made.add_local_dir(Path(runner.__file__).parent, HOME, ignore=left_out)
