"""What every test may use: repositories in folders of their own, and the command line as a process."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from runner.repository.git import Repository
from tests.standins.github.hub import Hub
from tests.standins.hub.server import ModelHub
from tests.standins.modal.client import Plane
from tests.standins.wandb.server import WandbServer

ROOT = Path(__file__).parent.parent

Run = Callable[..., subprocess.CompletedProcess[str]]


class Checkout:
    """A real repository in a folder of its own."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def git(self, *arguments: str) -> str:
        done = subprocess.run(
            ["git", *arguments], cwd=self.root, check=True, capture_output=True, stdin=subprocess.DEVNULL
        )
        return done.stdout.decode().rstrip("\n")

    def write(self, files: dict[str, str | bytes]) -> None:
        for name, content in files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())

    def commit(self, files: dict[str, str | bytes], message: str = "change") -> str:
        self.write(files)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "-m", message)
        return self.git("rev-parse", "HEAD")

    def traces(self) -> dict[str, object]:
        """All that a read must leave alone: the index, what git sees, the objects, the references."""
        folder = self.root / ".git"
        return {
            "index": (folder / "index").read_bytes(),
            "status": self.git("--no-optional-locks", "status", "--porcelain", "-z"),
            "objects": sorted(str(path) for path in (folder / "objects").rglob("*")),
            "references": self.git("for-each-ref"),
        }

    def repository(self) -> Repository:
        return Repository.find(self.root)


@pytest.fixture(autouse=True, scope="session")
def heeded_interrupts() -> None:
    """A shell that starts the tests in the background has SIGINT ignored in all that they start."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def plain_git(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Nobody's configuration, no workflow around, and an identity for the people in the tests."""
    for name in [name for name in os.environ if name.startswith(("GIT_", "GITHUB_", "WANDB_"))]:
        monkeypatch.delenv(name)
    home = tmp_path_factory.mktemp("home")
    (home / "gitconfig").write_text(
        "[user]\nname = Ada\nemail = ada@example.org\n[init]\ndefaultBranch = main\n"
        '[protocol "file"]\nallow = always\n[advice]\ndetachedHead = false\n'
    )
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(home / "gitconfig"))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("HOME", str(home))


@pytest.fixture
def checkout(tmp_path: Path) -> Callable[..., Checkout]:
    """Makes repositories with one commit."""

    def make(
        name: str = "repository", *options: str, files: dict[str, str | bytes] | None = None
    ) -> Checkout:
        made = Checkout(tmp_path / name)
        made.root.mkdir(parents=True)
        made.git("init", "--quiet", *options)
        made.commit({"README.md": "A repository.\n"} if files is None else files, "Begin")
        return made

    return make


@pytest.fixture
def project(checkout: Callable[..., Checkout]) -> Path:
    """A repository with one commit and no job."""
    return checkout("project").root


@pytest.fixture
def runner(project: Path) -> Run:
    """Runs the command line in the project, as its own process."""

    def run(*arguments: str, cwd: Path = project, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "runner", *arguments],
            cwd=cwd,
            env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
            capture_output=True,
            text=True,
            timeout=120,
        )

    return run


@pytest.fixture
def write_job(project: Path) -> Callable[[str, str], Path]:
    """Writes a manifest into the project and tracks it."""

    def write(name: str, spec: str, kind: str = "Command") -> Path:
        path = project / "jobs" / f"{name}.yaml"
        path.parent.mkdir(exist_ok=True)
        head = f"apiVersion: runner/v1\nkind: {kind}\nmetadata: {{name: {name}}}\nspec:\n"
        path.write_text(head + "".join(f"  {line}\n" for line in spec.strip("\n").splitlines()))
        Checkout(project).git("add", "jobs")
        return path

    return write


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """This repository's tracked files as they stand, committed into a new repository."""
    folder = tmp_path / "clone"
    for name in filter(None, Checkout(ROOT).git("ls-files", "-z").split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes((ROOT / name).read_bytes())
            (folder / name).chmod((ROOT / name).stat().st_mode)
    made = Checkout(folder)
    made.git("init", "--quiet")
    made.commit({}, "a clone")
    return folder


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """Compares with a file under the test's golden/; RUNNER_GOLDEN=write writes it."""
    folder = request.path.parent / "golden"

    def check(name: str, text: str) -> None:
        path = folder / name
        if os.environ.get("RUNNER_GOLDEN") == "write":
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
        assert path.read_text(encoding="utf-8") == text

    return check


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    """A loopback GitHub with one repository, `acme/demo`; at the end all that was said to it was allowed."""
    with Hub.start(tmp_path / "github") as started:
        yield started
        assert started.violations == []


@pytest.fixture(scope="session")
def shared_plane(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Plane]:
    """One loopback Modal for all tests of a process; each test uses a prefix of its own."""
    with Plane.start(tmp_path_factory.mktemp("plane")) as plane:
        yield plane


@pytest.fixture
def plane(shared_plane: Plane) -> Iterator[Plane]:
    """The loopback Modal, which the SDK of this process and of those that it starts talks to."""
    with client_of(shared_plane):
        yield shared_plane


@contextmanager
def client_of(plane: Plane) -> Iterator[None]:
    """Makes this process a client of the plane for a while, and leaves nothing there that works."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in plane.environment.items():
            patch.setenv(name, value)
        yield
    plane.clear_faults()
    plane.release()
    plane.stop()
    plane.forget_secrets()
    plane.options(containers=4, idle=1.0)


@pytest.fixture
def wandb_server() -> Iterator[WandbServer]:
    """A loopback W&B; all that it was asked is known to it. `environment()` is for its clients."""
    with WandbServer() as server:
        yield server
        assert server.unknown == []


@pytest.fixture
def model_hub() -> Iterator[ModelHub]:
    """A loopback Hugging Face hub; all that it was asked is known. `environment()` is for clients."""
    with ModelHub() as hub:
        yield hub
        assert hub.unknown == []
