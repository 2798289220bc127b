"""The jobs of `kind: GRPO`, the whole way to a pull request, with TRL and vLLM on this machine.

What they need a GPU and the hub for is replaced by settings: a tiny model, made on the spot.
"""

import itertools
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.test_modal import Team
from tests.acceptance.test_sweeps import ROOT, run
from tests.conftest import Checkout
from tests.standins.modal.client import Plane

TINY = 'spec.build=["python","-m","workloads.textgames.tiny","build/tiny","--template","qwen2_5"]'
SMALL = [
    TINY,
    'spec.model={"name":"build/tiny","dtype":"float32"}',
    "spec.training.steps=2",
    "spec.training.batch_size=4",
    "spec.training.gradient_accumulation_steps=1",
    "spec.training.num_generations=2",
    "spec.sampling.max_tokens=16",
    "spec.vllm.max_model_len=2048",
    "spec.vllm.block_size=32",
    "spec.evaluation.episodes=4",
    "spec.evaluation.sampling.max_tokens=16",
    "spec.resources.gpu=null",
    "spec.resources.cpu=1",
    "spec.resources.memory=8GiB",
    "spec.volumes={}",
    'spec.env={"VLLM_CPU_KVCACHE_SPACE":"1"}',
]
"""What lets a job for a large GPU run in a minute on two cores."""

LARGE: dict[str, list[str]] = {
    "grpo-wordle": [],
    "grpo-bfcl": ['spec.environment={"name":"bfcl","arguments":{"categories":["simple_python"]}}'],
}
FEW = {("grpo-wordle", "modal", "server"), ("grpo-bfcl", "local", "off")}
FEW_STEPS = ["spec.training.steps=6", "spec.training.save_every=1", "spec.evaluation.episodes=6"]
ADAPTER = {"adapter_config.json", "adapter_model.safetensors", "README.md"}

pytestmark = [pytest.mark.llm, pytest.mark.slow]


@pytest.fixture
def team(tmp_path: Path, plane: Plane, clone: Path) -> Team:
    made = Team(tmp_path, plane, f"g{tmp_path.name[-14:]}".lower().replace("_", "-").strip("-"))
    made.begin(clone)
    return made


def landed(clone: Path, job: str) -> tuple[dict[str, Any], dict[str, Any], set[str]]:
    """What the bot's branch holds: the result, the evaluation, and the names of the model's files."""
    checkout, branch = Checkout(clone), f"runner/{job}"
    names = checkout.git("ls-tree", "-r", "--name-only", branch).split()
    (result,) = [name for name in names if re.fullmatch(rf"results/{job}/[^/]+/result\.json", name)]
    (evaluation,) = [name for name in names if re.fullmatch(rf"results/{job}/.*/evaluation\.json", name)]
    return (
        json.loads(checkout.git("show", f"{branch}:{result}")),
        json.loads(checkout.git("show", f"{branch}:{evaluation}")),
        {Path(name).name for name in names if name.startswith(f"models/{job}/")},
    )


def check(clone: Path, job: str, episodes: int) -> tuple[dict[str, Any], set[str]]:
    """Both stages succeeded, and the model was played against its start on the same seeds."""
    result, evaluation, files = landed(clone, job)
    assert result["state"] == "succeeded"
    assert {task["id"]: task["outcome"] for task in result["tasks"]} == {
        "train/grpo": "succeeded",
        "evaluate/trained": "succeeded",
    }
    assert evaluation["episodes"] == episodes
    assert {"trained", "start"} <= {player["name"] for player in evaluation["players"]}
    assert [gate["metric"] for gate in result["gates"]]
    return result, files


def test_the_tiny_job_learns_and_proposes_its_model(team: Team, clone: Path) -> None:
    run(team, clone, "grpo-key-door-tiny", "local", [])
    result, files = check(clone, "grpo-key-door-tiny", 200)
    assert result["metrics"]["success_rate"]["value"] > result["metrics"]["start.success_rate"]["value"]
    assert result["verdict"] in ("pass", "undecided")
    assert "model.safetensors" in files


def cases() -> list[Any]:
    """The jobs for a GPU in each place with each way to generate; a few that hold all are for every CI."""
    return [
        pytest.param(*case, marks=[] if case in FEW else pytest.mark.matrix)
        for case in itertools.product(LARGE, ("local", "modal"), ("server", "colocate", "off"))
    ]


@pytest.mark.parametrize(("job", "place", "mode"), cases())
def test_an_adapter_comes_back_and_was_played_against_its_start(
    team: Team, clone: Path, job: str, place: str, mode: str
) -> None:
    run(team, clone, job, place, [*SMALL, *LARGE[job], f"spec.vllm.mode={mode}"])
    result, files = check(clone, job, 4)
    assert files >= ADAPTER
    assert result["verdict"] in ("pass", "fail", "undecided")


def test_a_training_that_is_killed_goes_on_from_its_checkpoint(team: Team, clone: Path) -> None:
    """The machine goes away in the middle; `runner retry` continues the curve."""
    overrides = [part for one in FEW_STEPS for part in ("--set", one)]
    first = subprocess.Popen(
        [sys.executable, "-P", "-m", "runner", "run", "grpo-key-door-tiny", "--backend", "local", *overrides],
        cwd=clone,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    rows = await_rows(clone, 2)
    os.killpg(first.pid, signal.SIGKILL)
    first.communicate(timeout=60)
    again = subprocess.run(
        [sys.executable, "-P", "-m", "runner", "retry", "latest"],
        cwd=clone,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert again.returncode in (0, 1), again.stdout + again.stderr
    check(clone, "grpo-key-door-tiny", 6)
    curve = progress(clone)
    assert [row["step"] for row in curve] == [1, 2, 3, 4, 5, 6]
    assert curve[: len(rows)] == rows


def progress(clone: Path) -> list[dict[str, float]]:
    """The rows of the newest attempt at the training."""
    found = sorted(clone.glob(".runner/runs/*/tasks/train/grpo/attempt-*/output/metrics.jsonl"))
    lines = found[-1].read_text().splitlines(keepends=True) if found else []
    return [json.loads(line) for line in lines if line.endswith("\n")]


def await_rows(clone: Path, number: int) -> list[dict[str, float]]:
    """Waits until a training has reported so many steps and their checkpoint is whole; the rows of those."""
    deadline = time.monotonic() + 200
    while len(rows := progress(clone)) <= number:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    return rows[:number]
