"""What the shell offers."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import ROOT


@pytest.mark.parametrize(
    ("line", "items"),
    [
        ("runner service eva", ["evaluate"]),
        ("runner service rollout --env-type tic", ["tic_tac_toe"]),
        ("runner service evaluate --history-strategy S", ["SCRATCHPAD"]),
        ("runner service health --job ", ["games"]),
    ],
)
def test_what_can_be_meant_is_offered(
    line: str, items: list[str], project: Path, write_job: Callable[..., Path]
) -> None:
    write_job("games", "model: some/model", "Service")
    write_job("other", "command: [python, -V]")
    words = line.split(" ")
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "_RUNNER_COMPLETE": "bash_complete",
        "COMP_WORDS": line,
        "COMP_CWORD": str(len(words) - 1),
    }
    program = "import sys; sys.argv[0] = 'runner'; from runner.__main__ import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=project, env=environment, capture_output=True, text=True
    )
    assert [item.partition(",")[2] for item in done.stdout.split()] == items
