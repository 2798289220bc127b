import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from runner import __version__
from runner.cli.main import COMMANDS

Run = Callable[..., subprocess.CompletedProcess[str]]


def test_the_version_is_printed(runner: Run) -> None:
    done = runner("--version")
    assert (done.returncode, done.stdout) == (0, f"runner {__version__}\n")


def test_the_help_lists_every_command(runner: Run) -> None:
    done = runner("--help")
    assert all(re.search(rf"^  {name} ", done.stdout, re.MULTILINE) for name in COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help(name: str, runner: Run) -> None:
    done = runner(name, "--help")
    assert done.returncode == 0
    assert "Usage: runner" in done.stdout


def test_an_unknown_command_is_refused_with_the_nearest_one(runner: Run) -> None:
    done = runner("statsu")
    assert done.returncode == 2
    assert "Did you mean status?" in done.stderr


def test_an_error_is_one_sentence_a_place_and_a_fix(runner: Run) -> None:
    done = runner("plan", "nothing")
    assert done.returncode == 2
    assert done.stderr.startswith("error[manifest-missing]: there is no manifest nothing\n  fix: ")
    assert "Traceback" not in done.stderr


def test_an_error_is_json_where_json_was_asked_for(runner: Run) -> None:
    done = runner("run", "nothing", "--json")
    assert json.loads(done.stdout)["error"]["code"] == "manifest-missing"


def test_outside_a_repository_the_place_is_named(runner: Run, tmp_path: Path) -> None:
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    done = runner("status", cwd=folder)
    assert done.returncode == 2
    assert "not a git repository" in done.stderr


def test_completion_is_offered_for_the_usual_shells(runner: Run) -> None:
    done = runner("completion", "bash")
    assert done.returncode == 0
    assert "_RUNNER_COMPLETE" in done.stdout
