import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

Run = Callable[..., subprocess.CompletedProcess[str]]
WriteJob = Callable[..., Path]


@pytest.fixture
def offered(project: Path) -> Callable[[str], list[str]]:
    """What bash would offer after <TAB> at the end of a line."""

    def complete(line: str) -> list[str]:
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
        return [item.partition(",")[2] for item in done.stdout.split()]

    return complete


@pytest.mark.parametrize(
    ("line", "item"),
    [
        ("runner ret", "retry"),
        ("runner run sq", "squares"),
        ("runner init T", "Tune"),
        ("runner explain unpin", "unpinned-pip"),
        ("runner plan squares --va", "--validation-timeout"),
        ("runner logs la", "latest"),
    ],
)
def test_what_can_be_meant_is_offered(
    line: str, item: str, offered: Callable[[str], list[str]], write_job: WriteJob
) -> None:
    write_job("squares", "command: [python, -V]")
    assert item in offered(line)


def test_runs_and_their_tasks_are_offered(
    offered: Callable[[str], list[str]], write_job: WriteJob, runner: Run, project: Path
) -> None:
    write_job("squares", "command: [python, -V]\nmatrix: {a: [1, 2]}")
    runner("run", "squares")
    (run,) = (path.name for path in (project / ".runner" / "runs").iterdir())
    assert run in offered("runner status 2")
    assert offered(f"runner logs {run} run/") == ["run/a=1", "run/a=2"]


def test_without_runs_there_is_nothing_to_offer(offered: Callable[[str], list[str]]) -> None:
    assert offered("runner retry 2") == []
