"""The whole way through Modal: launched here, driven there, brought home anywhere, as one run."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Checkout
from tests.standins.modal.client import Plane

ROOT = Path(__file__).parents[2]
Command = Callable[..., subprocess.CompletedProcess[str]]

WORDS = """\
apiVersion: runner/v1
kind: Command
metadata: {name: words}
spec:
  command:
    - {shell: 'true'}
"""


class Team:
    """A bare repository that several clones share, and a plane that they all launch on."""

    def __init__(self, folder: Path, plane: Plane, prefix: str) -> None:
        self.folder = folder
        self.plane = plane
        self.prefix = prefix

    def begin(self, clone: Path) -> Path:
        """Publishes a clone as everybody's origin, with settings of its own."""
        settings = f'backend = "modal"\n[modal]\nprefix = "{self.prefix}"\n'
        Checkout(clone).commit({"runner.toml": settings}, "launch on the plane")
        subprocess.run(
            ["git", "clone", "-q", "--bare", str(clone), str(self.folder / "origin.git")], check=True
        )
        Checkout(clone).git("remote", "add", "origin", str(self.folder / "origin.git"))
        return clone

    def clone(self, name: str) -> Path:
        """Another machine's clone."""
        target = self.folder / name
        subprocess.run(["git", "clone", "-q", str(self.folder / "origin.git"), str(target)], check=True)
        return target

    def start(self, folder: Path, *arguments: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [sys.executable, "-P", "-m", "runner", *arguments],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(ROOT), **self.plane.environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, folder: Path, *arguments: str, code: int = 0) -> str:
        process = self.start(folder, *arguments)
        output, errors = process.communicate(timeout=240)
        assert process.returncode == code, f"runner {' '.join(arguments)}\n{output}\n{errors}"
        return output

    def collected(self, folder: Path, run: str) -> dict[str, Any]:
        """Collects again and again until the run is home."""
        deadline = time.monotonic() + 240
        while time.monotonic() < deadline:
            (found,) = json.loads(self.run(folder, "collect", run, "--json"))
            if found["report"]:
                return dict(found)
            time.sleep(1)
        raise AssertionError(f"the run {run} did not end: {found}")


@pytest.fixture
def team(tmp_path: Path, plane: Plane) -> Team:
    return Team(
        tmp_path, plane, f"t{tmp_path.parent.name[-4:]}{tmp_path.name[-12:]}".lower().replace("_", "-")
    )


def weights(clone: Path, branch: str) -> dict[str, str]:
    names = Checkout(clone).git("ls-tree", "-r", "--name-only", branch, "data/demo").splitlines()
    return {name: Checkout(clone).git("rev-parse", f"{branch}:{name}") for name in names}


@pytest.mark.slow
@pytest.mark.exhaustive
def test_the_demo_on_modal_comes_to_the_same_verdict_and_the_same_bytes_as_here(
    clone: Path, team: Team
) -> None:
    team.begin(clone)
    job = ("jobs/skirmish-demo.yaml", "--set", "spec.seed=7")
    here = json.loads(team.run(clone, "run", *job, "--backend", "local", "--json"))
    tuned_here = weights(clone, here["pull_request"]["branch"])
    there = json.loads(team.run(clone, "run", *job, "--backend", "modal", "--json"))
    assert there["report"]["verdict"] == here["report"]["verdict"] == "pass"
    assert there["report"]["provenance"]["backend"] == "modal"
    tuned_there = weights(clone, there["pull_request"]["branch"])
    assert tuned_there == tuned_here
    assert tuned_here != weights(clone, "HEAD")
    assert json.loads(team.run(clone, "reap", "--json")) == []


@pytest.mark.slow
@pytest.mark.exhaustive
def test_a_launch_whose_machine_is_gone_is_collected_from_another_clone(clone: Path, team: Team) -> None:
    team.begin(clone)
    (launched,) = json.loads(team.run(clone, "launch", "jobs/skirmish-demo.yaml", "--json"))
    subprocess.run(["rm", "-rf", str(clone / ".runner")], check=True)
    elsewhere = team.clone("elsewhere")
    home = team.collected(elsewhere, launched["run"])
    assert home["state"] == "succeeded"
    assert all(task["outcome"] == "succeeded" for task in home["report"]["tasks"])
    listed = json.loads(team.run(elsewhere, "status", "--json"))
    assert [run["run"] for run in listed] == [launched["run"]]
    assert home["pull_request"]["branch"] == "runner/skirmish-demo"


@pytest.mark.slow
@pytest.mark.exhaustive
def test_a_launch_killed_at_any_moment_and_repeated_is_one_run(
    clone: Path, team: Team, tmp_path: Path
) -> None:
    Checkout(clone).commit({"jobs/words.yaml": WORDS.replace("- {shell: 'true'}", "- 'true'")})
    team.begin(clone)
    for moment in (0.9, 1.2, 1.5, 1.8):
        process = team.start(clone, "launch", "jobs/words.yaml", "--json")
        time.sleep(moment)
        process.send_signal(signal.SIGKILL)
        process.communicate()
    (launched,) = json.loads(team.run(clone, "launch", "jobs/words.yaml", "--json"))
    home = team.collected(clone, launched["run"])
    assert home["state"] == "succeeded"
    assert [len(task["attempts"]) for task in home["report"]["tasks"]] == [1]
    assert [run["run"] for run in json.loads(team.run(clone, "status", "--json"))] == [launched["run"]]
    assert json.loads(team.run(clone, "reap", "--json")) == []
