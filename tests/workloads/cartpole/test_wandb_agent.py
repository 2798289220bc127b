"""The same program, unchanged, under a real `wandb agent` of a loopback W&B."""

from pathlib import Path

import pytest

from tests.standins.wandb.client import run_wandb
from tests.standins.wandb.server import WandbServer

ROOT = Path(__file__).parents[3]
SWEEP = {
    "method": "grid",
    "metric": {"name": "train/roll/ep_rew/mean", "goal": "maximize"},
    "parameters": {
        "policy_lr": {"parameters": {"start": {"values": [0.001, 0.01]}, "end": {"value": 0.0}}},
        "gamma": {"values": [0.9, 2]},
        "max_env_steps": {"value": 1000},
        "n_steps": {"value": 32},
        "hidden_sizes": {"value": [8, 8]},
    },
    "program": "workloads/cartpole/train.py",
    "command": [
        "${env}",
        "${interpreter}",
        "${program}",
        "--config_id",
        "CartPole-v1:ppo",
        "--wandb_sweep",
    ],
}


@pytest.mark.exhaustive
def test_a_real_agent_runs_every_point_and_wandb_is_told_how_it_ended(tmp_path: Path) -> None:
    with WandbServer() as server:
        sweep = server.create_sweep(SWEEP, "CartPole-v1")
        path = f"{sweep.project.entity}/CartPole-v1/{sweep.name}"
        output = str(tmp_path / "output")
        run_wandb(server, ROOT, "agent", path, RUNNER_OUTPUT_DIR=output, WANDB_DIR=str(tmp_path))
        runs = server.runs(sweep.name)
        assert server.unknown == []
    good = [run for run in runs if run.point["gamma"] == 0.9]
    bad = [run for run in runs if run.point["gamma"] == 2]
    assert [run.state for run in good] == ["finished"] * 2
    assert [run.state for run in bad] == ["failed"] * 2
    assert {run.point["policy_lr"]["start"] for run in good} == {0.001, 0.01}
    for run in good:
        returns = [row["train/roll/ep_rew/mean"] for row in run.history]
        assert len(returns) > 3
        assert run.summary["train/roll/ep_rew/mean"] == returns[-1]
        assert run.summary["eval/ep_rew/mean"] > 0
        assert run.point["n_epochs"] == 10
    assert all("gamma is unusable: 2 is not a number from 0 to 1" in "".join(run.logs) for run in bad)
