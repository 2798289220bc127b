import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]
WriteJob = Callable[..., Path]

SPEC = """
command: [python, train.py, --lr, "${matrix.lr}"]
matrix: {lr: [0.1, 0.01]}
resources: {gpu: T4, timeout: 1h}
budget: {usd: 2}
"""


@pytest.mark.parametrize("arguments", [(), ("--format", "markdown"), ("--format", "json"), ("--json",)])
def test_every_form_of_a_plan_says_what_runs_and_what_it_costs(
    arguments: tuple[str, ...], runner: Run, write_job: WriteJob
) -> None:
    write_job("train", SPEC)
    done = runner("plan", "train", *arguments)
    assert done.returncode == 0
    assert "run/lr=0.01" in done.stdout
    assert "1.3" in done.stdout


def test_a_plan_costs_what_the_prices_say(runner: Run, write_job: WriteJob) -> None:
    write_job("train", SPEC)
    bound = json.loads(runner("plan", "train", "--json").stdout)["bound_usd"]
    assert bound == pytest.approx(2 * 3600 * (0.0000131 + 2 * 0.00000222 + 0.000164))


def test_prices_of_the_settings_are_used(runner: Run, write_job: WriteJob, project: Path) -> None:
    (project / "runner.toml").write_text("[prices]\ncpu_core_second = 0.001\n")
    write_job("train", SPEC)
    assert runner("plan", "train").stderr.startswith("error[over-budget]")
    assert "CPU core         3.6000" in runner("prices").stdout


def test_what_needs_approval_on_a_provider_is_noted(runner: Run, write_job: WriteJob, project: Path) -> None:
    (project / "runner.toml").write_text("[policy.approval]\nusd = 1\n")
    write_job("train", SPEC)
    assert "needs a person's approval: it could cost $1.3" in runner("plan", "train").stderr


def test_the_next_three_times_of_a_schedule_are_shown(runner: Run, write_job: WriteJob) -> None:
    write_job("nightly", SPEC + 'schedule: {cron: "30 3 * * *", timezone: Asia/Tokyo}\n')
    shown = runner("plan", "nightly").stdout
    assert "30 3 * * * in Asia/Tokyo, next " in shown
    assert len(re.findall(r"\w\w\w \d{4}-\d\d-\d\d 03:30", shown)) == 3


def test_a_job_is_found_by_name_from_a_subfolder(runner: Run, write_job: WriteJob, project: Path) -> None:
    write_job("train", SPEC)
    (project / "deep" / "folder").mkdir(parents=True)
    assert runner("plan", "train", cwd=project / "deep" / "folder").returncode == 0


def test_a_reader_that_stops_early_is_no_error(write_job: WriteJob, project: Path) -> None:
    values = str([number / 7 for number in range(2000)])
    write_job("train", SPEC.replace("[0.1, 0.01]", values).replace("usd: 2", "usd: 2000"))
    line = f"{{ '{sys.executable}' -m runner plan train --json; echo $? >&2; }} | head -1"
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run(["bash", "-c", line], cwd=project, capture_output=True, text=True, env=environment)
    assert done.stderr.strip() == "0"
