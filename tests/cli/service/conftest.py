"""A service on this machine, and the command line that asks it."""

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from msgspec import Struct

from runner.cli.main import run
from tests.conftest import ROOT
from tests.standins.service.desk import PASSWORDS
from tests.standins.service.server import StandIn
from tests.standins.service.terminal import Shown, at_terminal


class Done(Struct, frozen=True):
    """How a command ended, and what it printed."""

    returncode: int
    stdout: str
    stderr: str


Ask = Callable[..., Done]
Type = Callable[..., Shown]


@pytest.fixture(scope="module")
def standing() -> Iterator[StandIn]:
    with StandIn() as service:
        yield service


@pytest.fixture
def service(standing: StandIn) -> StandIn:
    standing.clear()
    return standing


@pytest.fixture
def ask(
    service: StandIn, project: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Ask:
    """`runner service …` of the stand-in, in this process, with the team's password in the environment."""

    def ask(*arguments: str, **environment: str) -> Done:
        around = {"RUNNER_SERVICE_URL": service.url, "RUNNER_SERVICE_PASSWORD": PASSWORDS["team"]}
        with monkeypatch.context() as patch:
            patch.chdir(project)
            for name, value in {**around, **environment}.items():
                patch.setenv(name, value)
            code = run(["service", *arguments])
        said = capfd.readouterr()
        return Done(code, said.out, said.err)

    return ask


@pytest.fixture
def type_in(service: StandIn, project: Path, tmp_path: Path) -> Type:
    """The same on a terminal, with no password around but what is typed, and a keyring in a file."""

    def type_in(*arguments: str, answers: list[tuple[str, str]] = [], **environment: str) -> Shown:  # noqa: B006
        around = {
            "PYTHONPATH": str(ROOT),
            "RUNNER_SERVICE_URL": service.url,
            "PYTHON_KEYRING_BACKEND": "tests.standins.service.keyring_file.FileKeyring",
            "KEYRING_FILE": str(tmp_path / "keyring.json"),
            "TERM": "xterm",
        }
        command = [sys.executable, "-m", "runner", "service", *arguments]
        return at_terminal(command, answers, project, {**os.environ, **around, **environment})

    return type_in
