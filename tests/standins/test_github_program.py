"""The stand-in as a program, for people without an account."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from github import Auth, Github

from tests.conftest import ROOT, Checkout

COMMAND = [sys.executable, "-m", "tests.standins.github", "--until-stdin-closes"]


def sourced(path: Path) -> dict[str, str]:
    """The variables that a shell gets from a file."""
    shell = ["sh", "-c", '. "$1" && env', "sh", str(path)]
    told = subprocess.run(shell, check=True, capture_output=True, text=True, env={"PATH": os.environ["PATH"]})
    return dict(line.split("=", 1) for line in told.stdout.splitlines())


def test_a_person_tries_it(tmp_path: Path, checkout: Callable[..., Checkout]) -> None:
    shell = tmp_path / "github.env"
    command = [*COMMAND, "--folder", str(tmp_path / "hub"), "--shell", str(shell)]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None and process.stdin is not None
        assert "In another terminal: source" in process.stdout.readline()
        assert shell.stat().st_mode & 0o077 == 0
        given = sourced(shell)
        mine = checkout("mine")
        line = next(line for line in shell.read_text().splitlines() if line.startswith("# git remote add"))
        mine.git("push", "--quiet", line.split()[5], "HEAD:main")
        with Github(auth=Auth.Token(given["GITHUB_TOKEN"]), base_url=given["GITHUB_API_URL"]) as client:
            there = client.get_repo(given["GITHUB_REPOSITORY"])
            assert there.get_branch("main").commit.sha == mine.git("rev-parse", "HEAD")
        process.stdin.close()
        assert process.wait(10) == 0
    assert not shell.exists()


def test_a_folder_that_is_not_empty_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("")
    done = subprocess.run(
        [*COMMAND, "--folder", str(tmp_path)], cwd=ROOT, capture_output=True, text=True, input=""
    )
    assert done.returncode == 1
    assert "is not empty" in done.stderr
