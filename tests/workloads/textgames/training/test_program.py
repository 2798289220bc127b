"""The training program as a process: what it says, and what becomes of it when it is interrupted."""

import json
import os
import random
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.workloads.textgames.training.conftest import Make
from tests.workloads.textgames.training.runs import quick, rows_of, trained
from workloads.textgames.settings import Environment
from workloads.textgames.training.checkpoints import MARK

Program = Callable[..., "subprocess.Popen[str]"]

DEADLINE = 240.0
CLOCKS = ("seconds", "tokens_per_second")
TAUGHT = Environment(name="key_door", arguments={"size": 2, "max_steps": 12}, history="none")
ROOMS = {"name": "key_door", "history": "none", "arguments": {"size": 2, "max_steps": 12}}


def rows_appear(output: Path, process: "subprocess.Popen[str]", count: int) -> None:
    """Waits until so many rows are there."""
    end = time.monotonic() + DEADLINE
    while len(rows_of(output)) < count:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < end
        time.sleep(0.02)


def curve(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows without what a clock says."""
    return [{name: value for name, value in row.items() if name not in CLOCKS} for row in rows]


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ("{", "is not JSON"),
        ({"job": "x"}, "missing required field"),
        (quick("m", {"name": "chess"}), "there is no environment 'chess'"),
        (quick("m", {"name": "key_door", "arguments": {"sise": 3}}), "key_door has no argument 'sise'"),
        (
            quick("m", {"name": "tic_tac_toe", "history": "optimal_scratchpad"}),
            "the history optimal_scratchpad",
        ),
        (quick("m", {"name": "key_door"}, training={"batch_size": 3}), "each group must be whole"),
        (quick("/no/such/model", {"name": "key_door"}), "there is no folder /no/such/model"),
    ],
)
def test_what_is_wrong_is_the_last_line_and_nothing_is_left(
    program: Program, tmp_path: Path, settings: Any, reason: str
) -> None:
    process = program(settings)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "Traceback" not in said
    assert reason in said.splitlines()[-1]
    assert not (tmp_path / "output").exists()


@pytest.mark.llm
@pytest.mark.slow
def test_a_killed_training_goes_on_as_if_nothing_had_happened(
    program: Program, tiny: Make, tmp_path: Path
) -> None:
    settings = quick(tiny("chatml", TAUGHT), ROOMS, training={"steps": 10})
    process = program(settings)
    rows_appear(tmp_path / "output", process, 3)
    time.sleep(random.Random(7).uniform(0, 1.5))
    process.send_signal(signal.SIGKILL)
    process.communicate()
    before = rows_of(tmp_path / "output")
    assert len(before) >= 3
    resumed = program(settings)
    said, errors = resumed.communicate(timeout=DEADLINE)
    assert resumed.returncode == 0, errors
    rows = rows_of(tmp_path / "output")
    assert [row["step"] for row in rows] == list(range(1, 11))
    assert "going on after step" in said or len(before) == 10
    trained(settings, tmp_path / "whole")
    assert curve(rows) == curve(rows_of(tmp_path / "whole"))
    assert json.loads((tmp_path / "output" / "metrics.json").read_text())["step"] == 10
    seconds = [row["seconds"] for row in rows]
    assert seconds == sorted(seconds)


@pytest.mark.llm
def test_a_training_that_is_asked_to_stop_saves_what_it_has_and_fails(
    program: Program, tiny: Make, tmp_path: Path
) -> None:
    settings = quick(tiny("chatml", TAUGHT), ROOMS, training={"steps": 5000, "save_every": 1000})
    process = program(settings)
    rows_appear(tmp_path / "output", process, 2)
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 128 + signal.SIGTERM
    assert said.splitlines()[-1].startswith("stopped by a signal; the next attempt goes on")
    (mark,) = (tmp_path / "checkpoint").glob(f"*/{MARK}")
    assert json.loads(mark.read_text())["rows"] == rows_of(tmp_path / "output")
    assert not (tmp_path / "output" / "model").exists()


@pytest.mark.llm
def test_progress_at_wandb_is_kept_offline_without_a_key(
    program: Program, tiny: Make, tmp_path: Path
) -> None:
    settings = quick(tiny(), ROOMS, training={"steps": 1}, wandb={"enabled": True, "project": "games"})
    process = program(settings, WANDB_SILENT="true")
    _, said = process.communicate(timeout=DEADLINE)
    assert process.returncode == 0, said
    assert list((tmp_path / "output" / "wandb").glob("offline-run-*/*.wandb"))
    assert os.environ.get("WANDB_RUN_ID") is None
