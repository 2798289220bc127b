"""Sweeps of CartPole, the whole way to a pull request: in every place, with every scheduler."""

import itertools
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.acceptance.test_modal import Team
from tests.conftest import Checkout
from tests.standins.modal.client import Plane
from tests.standins.wandb.server import WandbServer

ROOT = Path(__file__).parents[2]
TRIALS = {"cartpole-grid": 12, "cartpole-random": 30, "cartpole-bayes": 30}
FEW = {
    ("cartpole-grid", "local", "wandb"),
    ("cartpole-grid", "modal", "embedded"),
    ("cartpole-random", "modal", "wandb"),
    ("cartpole-bayes", "local", "embedded"),
}
SHORT = (
    "spec.sweep.parameters.max_env_steps.value=1024",
    "spec.gates=[]",
)
"""What the jobs really do, in less time."""


@pytest.fixture
def team(tmp_path: Path, plane: Plane, clone: Path) -> Team:
    made = Team(tmp_path, plane, f"s{tmp_path.name[-14:]}".lower().replace("_", "-").strip("-"))
    made.begin(clone)
    return made


def run(team: Team, clone: Path, job: str, place: str, overrides: list[str], **environment: str) -> str:
    """`runner run`, as a person would; what it printed."""
    done = subprocess.run(
        [sys.executable, "-P", "-m", "runner", "run", job, "--backend", place]
        + [part for override in overrides for part in ("--set", override)],
        cwd=clone,
        env={**os.environ, "PYTHONPATH": str(ROOT), **team.plane.environment, **environment},
        capture_output=True,
        text=True,
        timeout=900,
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    return done.stdout


def landed(clone: Path, job: str) -> tuple[dict[str, Any], dict[str, Any], str]:
    """What the bot's branch holds: the result, the study, and the best configuration."""
    checkout, branch = Checkout(clone), f"runner/{job}"
    names = checkout.git("ls-tree", "-r", "--name-only", branch, f"results/{job}").split()
    (result,) = [name for name in names if name.endswith("/result.json")]
    (study,) = [name for name in names if name.endswith("/study.json")]
    return (
        json.loads(checkout.git("show", f"{branch}:{result}")),
        json.loads(checkout.git("show", f"{branch}:{study}")),
        checkout.git("show", f"{branch}:config/cartpole_ppo.yaml"),
    )


def cases() -> list[Any]:
    """Every combination; a few that hold each job, place and scheduler are for every CI."""
    return [
        pytest.param(*case, marks=pytest.mark.exhaustive if case in FEW else pytest.mark.matrix)
        for case in itertools.product(TRIALS, ("local", "modal"), ("embedded", "wandb"))
    ]


@pytest.mark.slow
@pytest.mark.parametrize(("job", "place", "scheduler"), cases())
def test_a_sweep_of_cartpole_becomes_a_study_and_a_best_configuration(
    team: Team, clone: Path, wandb_server: WandbServer, job: str, place: str, scheduler: str
) -> None:
    overrides, told = [*SHORT, f"spec.scheduler={scheduler}"], {}
    if scheduler == "wandb":
        told = wandb_server.environment()
        team.plane.secret("WANDB_API_KEY", {"WANDB_API_KEY": told["WANDB_API_KEY"]})
        overrides += [
            'spec.secrets=["WANDB_API_KEY"]',
            f"spec.env.WANDB_BASE_URL={wandb_server.url}",
            "spec.runs_per_worker=5",
            "spec.resources.max_parallel=6",
            "spec.resources.cpu=0.25",
        ]
    run(team, clone, job, place, overrides, **told)
    result, study, best = landed(clone, job)
    assert result["state"] == "succeeded"
    finished = [trial for trial in study["trials"] if trial["state"] == "finished"]
    assert len(finished) == len(study["trials"]) == TRIALS[job]
    points = {json.dumps(trial["parameters"], sort_keys=True) for trial in finished}
    assert len(points) == TRIALS[job] or job != "cartpole-grid"
    assert yaml.safe_load(best) == max(finished, key=lambda trial: float(trial["value"]))["parameters"]
