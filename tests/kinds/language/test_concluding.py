"""What the outputs of a training and of its evaluation come to."""

import json
from pathlib import Path
from typing import Any

from runner.kinds.grpo import Grpo
from runner.results.model import Findings, TaskRecord
from tests.kinds.language.manifests import grpo

ROWS = [{"step": step, "reward": 0.1 * step, "loss": 0.0} for step in range(1, 4)]
MADE = {"success_rate": 0.4, "success_rate.trials": 64, "reward": 0.3, "loss": 0.01}


def outcome(folder: Path, evaluated: str) -> Findings:
    """What is concluded of a training that went well, and an evaluation with this outcome."""
    output = folder / "train"
    output.mkdir()
    (output / "metrics.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in ROWS))
    (output / "metrics.json").write_text(json.dumps(MADE))
    records = {"train/grpo": record("train/grpo", "succeeded")}
    if evaluated:
        records["evaluate/trained"] = record("evaluate/trained", evaluated)
    return Grpo().conclude(grpo(), records, {"train/grpo": output})


def record(task: str, outcome: Any) -> TaskRecord:
    return TaskRecord(id=task, outcome=outcome, attempts=())


def test_a_training_alone_is_judged_by_its_own_episodes(tmp_path: Path) -> None:
    found = outcome(tmp_path, "")
    assert sorted(found.task_metrics["train/grpo"]) == ["loss", "reward", "success_rate"]
    assert [chart.title for chart in found.charts] == ["reward"]


def test_where_the_evaluation_failed_nothing_is_judged_by_how_training_went(tmp_path: Path) -> None:
    found = outcome(tmp_path, "failed")
    assert sorted(found.task_metrics["train/grpo"]) == ["loss"]
    assert [chart.title for chart in found.charts] == ["reward"]
