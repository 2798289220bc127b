"""What a worker is told of a trial."""

import json
from pathlib import Path
from typing import Any

import yaml

from runner.backends.spec import Specs
from runner.engine.backend import Order
from runner.engine.layout import RunLayout
from runner.plan.model import PinnedSource, Plan, Requirements, Search, Stage, Task

POINT = {"lr": 1e-05, "layers": {"width": 64, "bias": True}, "name": "${output}"}


def spec_of(attempt: int = 1, point: dict[str, Any] | None = POINT, **search: Any) -> dict[str, Any]:
    chosen = Search(
        method="random",
        parameters={},
        command=("${interpreter}", "${program}", "${args_json_file}", "${args_no_hyphens}"),
        program="train.py",
        **search,
    )
    stage = Stage(
        name="trials",
        tasks=(Task("trials/0001", (chosen.command,)),),
        requirements=Requirements(1.0, 1 << 30, 60),
        files={"mine.txt": "x"},
        search=chosen,
    )
    plan = Plan(job="job", kind="Sweep", source=PinnedSource("c", "t"), manifest={}, stages=(stage,))
    specs = Specs(plan, RunLayout(Path("/runs/cartpole-1")))
    return specs.spec(Order("trials/0001", attempt, 60.0, {}, point))


def test_a_trial_is_told_its_point_in_every_way_in_which_programs_read_it() -> None:
    spec = spec_of()
    assert yaml.safe_load(spec["files"]["params.yaml"]) == {
        "wandb_version": 1,
        **{name: {"value": value} for name, value in POINT.items()},
    }
    assert json.loads(spec["files"]["args.json"]) == POINT
    assert spec["files"]["mine.txt"] == "x"
    assert spec["parameters"] == {
        "lr": "1e-05", "layers.width": "64", "layers.bias": "true", "name": "${output}"
    }  # fmt: skip
    assert spec["steps"][0][:4] == ("python", "train.py", "${files}/args.json", "lr=1e-05")
    assert spec["steps"][0][-1] == "name=$${output}"
    assert spec["harvest"]


def test_a_trial_without_an_account_logs_into_its_output() -> None:
    assert spec_of()["variables"] == {
        "WANDB_SWEEP_PARAM_PATH": "${files}/params.yaml",
        "WANDB_DIR": "${output}",
        "WANDB_RUN_ID": "cartpole-1-0001",
        "WANDB_MODE": "offline",
        "WANDB_X_TRANSACTION_LOG_FLUSH_INTERVAL": "1",
        "WANDB_SWEEP_ID": "cartpole-1",
    }


def test_each_attempt_of_an_online_trial_is_a_run_of_its_own_in_the_sweep_that_was_opened() -> None:
    variables = spec_of(2, online=True)["variables"]
    assert (variables["WANDB_RUN_ID"], variables["WANDB_MODE"]) == ("cartpole-1-0001-2", "online")
    assert "WANDB_SWEEP_ID" not in variables


def test_a_task_without_a_point_is_no_trial() -> None:
    spec = spec_of(point=None)
    assert "variables" not in spec
    assert "harvest" not in spec
