"""What a program logs with W&B's own client, without a server, becomes metrics."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from runner.worker.attempt import run_attempt
from runner.worker.harvest import Harvest
from runner.worker.wandb_values import numbers_in
from tests.worker.test_wandb_log import record, written

MakeSpec = Callable[..., dict[str, Any]]

LOGS_ITS_POINT = """
import os, pathlib, time
import wandb

shown = pathlib.Path(os.environ["WANDB_DIR"], "metrics.jsonl")
with wandb.init(project="any") as run:
    for step in range(3):
        run.log({"loss": run.config.lr * step, "eval": {"return": step}, "odd": float("nan"), "on": True})
    run.summary["best"] = {"return": 2, "name": "x"}
    while not shown.exists() or len(shown.read_text().splitlines()) < 3:
        time.sleep(0.1)
    print("shown", len(shown.read_text().splitlines()))
"""


def rows(output: Path) -> list[dict[str, float]]:
    return [json.loads(line) for line in (output / "metrics.jsonl").read_text().splitlines()]


def test_a_program_that_knows_only_wandb_reports_its_metrics(make_spec: MakeSpec, tmp_path: Path) -> None:
    spec = make_spec(
        LOGS_ITS_POINT,
        files={"params.yaml": "wandb_version: 1\nlr: {value: 1.0e-05}\n"},
        variables={
            "WANDB_SWEEP_PARAM_PATH": "${files}/params.yaml",
            "WANDB_SWEEP_ID": "sweep-1",
            "WANDB_RUN_ID": "run-1-0001",
            "WANDB_DIR": "${output}",
            "WANDB_MODE": "offline",
            "WANDB_X_TRANSACTION_LOG_FLUSH_INTERVAL": "0.2",
        },
        environment={"PATH": os.environ["PATH"], "HOME": str(tmp_path)},
        secrets={"WANDB_API_KEY": "0123456789" * 4},
        harvest=True,
    )
    result = run_attempt(spec)
    output = Path(spec["directory"], "output")
    assert (result["outcome"], result["left_out"]) == ("succeeded", []), result
    assert "shown 3" in Path(spec["directory"], "log.txt").read_text()
    assert rows(output) == [{"step": n, "loss": n * 1e-5, "eval.return": n} for n in range(3)]
    assert json.loads((output / "metrics.json").read_text()) == {
        "loss": 2e-5,
        "eval.return": 2,
        "best.return": 2,
    }
    assert [path.name[:12] for path in (output / "wandb").iterdir()] == ["offline-run-"]


def run_folder(output: Path, name: str, *records: bytes) -> Path:
    folder = output / "wandb" / name
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "run-1.wandb"
    path.write_bytes(written(list(records)))
    return path


def test_rows_appear_while_the_program_runs(tmp_path: Path) -> None:
    path = run_folder(tmp_path, "run-20260101_000000-1", record({"a": 1, "_step": 0, "_runtime": 2.0}))
    harvest = Harvest(tmp_path)
    harvest.look()
    assert rows(tmp_path) == [{"step": 0, "a": 1}]
    path.write_bytes(path.read_bytes() + written([record({"a": 2, "step": 9})])[7:])
    run_folder(tmp_path, "run-20260102_000000-1", record({"b": 3}), record({"b": 4}, "summary"))
    harvest.finish()
    assert rows(tmp_path) == [{"step": 0, "a": 1}, {"a": 2, "step": 9}, {"b": 3}]
    assert json.loads((tmp_path / "metrics.json").read_text()) == {"b": 4}


def test_files_of_the_programs_own_are_left_to_it(tmp_path: Path) -> None:
    run_folder(tmp_path, "offline-run-20260101_000000-1", record({"a": 1}), record({"a": 1}, "summary"))
    for name in ("metrics.json", "metrics.jsonl"):
        (tmp_path / name).write_text("mine")
    Harvest(tmp_path).finish()
    assert {(tmp_path / name).read_text() for name in ("metrics.json", "metrics.jsonl")} == {"mine"}


def test_a_file_that_the_program_makes_later_is_left_to_it_from_then_on(tmp_path: Path) -> None:
    path = run_folder(tmp_path, "run-20260101_000000-1", record({"a": 1}))
    harvest = Harvest(tmp_path)
    harvest.look()
    (tmp_path / "metrics.jsonl").write_text('{"mine": 1}\n')
    path.write_bytes(path.read_bytes() + written([record({"a": 2})])[7:])
    harvest.finish()
    assert rows(tmp_path) == [{"mine": 1}]


def test_damage_ends_the_reading_and_nothing_else(make_spec: MakeSpec) -> None:
    program = (
        "import os; os.makedirs('wandb/run-1'); os.makedirs('wandb/run-2/run-2.wandb'); os.makedirs('x');"
        "open('wandb/run-1/run-1.wandb', 'w').write('not a log'); os.symlink('x', 'wandb/run-3');"
        "os.symlink('/etc/hostname', 'wandb/debug.log')"
    )
    spec = make_spec(f"import os; os.chdir(os.environ['RUNNER_OUTPUT_DIR']); {program}", harvest=True)
    result = run_attempt(spec)
    assert (result["outcome"], result["left_out"]) == ("succeeded", ["wandb/run-3"])
    assert not Path(spec["directory"], "output/metrics.json").exists()


@pytest.mark.parametrize("program", ["os.rmdir(o)", "os.rmdir(o); os.symlink('/etc', o)"])
def test_an_output_folder_that_is_gone_is_not_looked_into(make_spec: MakeSpec, program: str) -> None:
    spec = make_spec(f"import os; o = os.environ['RUNNER_OUTPUT_DIR']; {program}", harvest=True)
    assert run_attempt(spec)["reason"] == "the program removed or replaced its output folder"


def test_only_finite_numbers_with_usable_names_count() -> None:
    values = {
        "a": "1", "b": "1e-5", "c": "true", "d": '"1"', "e": "NaN", "f": "-Infinity", "g": "1" * 41,
        "h": "[1]", "i": '{"x": {"y": 2}, "z": "t"}', "image": '{"_type": "image-file", "size": 3}',
        "_timestamp": "1", "_wandb.runtime": "3", "j\n": "1", "": "1", "k" * 201: "1",
        "deep": '{"x":' * 5000 + "1" + "}" * 5000, "l": "1e999", "m": "{",
    }  # fmt: skip
    assert numbers_in(values) == {"a": 1, "b": 1e-5, "i.x.y": 2}
