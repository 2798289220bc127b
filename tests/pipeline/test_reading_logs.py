"""Logs of launched runs: live, afterwards, and from another clone."""

import pytest

from runner.errors import InputError
from runner.pipeline.finding import find
from runner.pipeline.reading_logs import open_logs, plan_of
from runner.pipeline.workspace import Workspace
from tests.pipeline.office import SLOW, Office, job

TALKS = "[sh, -c, 'echo the key is $API_TOKEN; sleep 2; echo over']"


def read(workspace: Workspace, run: str) -> list[str]:
    """All lines, up to the end of the run."""
    found, lines = find(workspace, run), []
    tasks = list(plan_of(workspace, found).tasks())
    with open_logs(workspace, found, tasks, None) as logs:
        going_on = True
        while going_on:
            going_on = logs.look()
            lines += [text for _, text in logs.lines()]
    return lines


def test_a_log_is_the_same_live_and_afterwards_and_from_another_clone_and_holds_no_secret(
    office: Office,
) -> None:
    office.plane.secret("API_TOKEN", {"API_TOKEN": "not-to-be-seen-1234"})
    office.open(job("talks", TALKS, secrets="[API_TOKEN]"))
    run = office.launch("talks")
    office.await_work(run)
    lines = read(office.elsewhere, run)
    assert lines == ["the key is ***", "over"]
    office.home(run)
    assert read(office.here, run) == lines
    assert read(office.elsewhere, run) == lines
    assert read(office.clone("third"), run) == lines
    here = office.here.repository.root
    assert not [path for path in here.rglob("*") if path.is_file() and b"not-to-be-seen" in path.read_bytes()]


def test_a_run_that_has_not_begun_has_no_log_and_is_said_so(office: Office) -> None:
    office.open(job("long", SLOW, concurrency="queue"))
    first, second = office.launch("long"), office.launch("long", again=True)
    with pytest.raises(InputError, match="has begun, so nothing was printed") as refused:
        read(office.elsewhere, second)
    assert refused.value.fix == f"see how it stands with: runner status {second}"
    office.plane.stop(f"*{first}")
