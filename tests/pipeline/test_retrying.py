"""Retries of launched runs: only what failed, by one person at a time, in nobody's way."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from runner.engine.events import AttemptStarted, RetryRequested
from runner.engine.journal import read_events
from runner.errors import InputError
from runner.ledger import Entry
from runner.pipeline.cancelling import cancel
from runner.pipeline.collecting import collect
from runner.pipeline.finding import layout_of, remote_of
from runner.pipeline.following import Follower
from runner.pipeline.retrying import retry_launched
from runner.pipeline.workspace import Workspace
from tests.pipeline.office import SLOW, Office, job, quiet

FLAKY = "[sh, -c, 'test ${matrix.n} != 2']"


class Nobody:
    """Watches, and says nothing."""

    def event(self, event: object, state: object) -> None:
        """Nobody looks."""

    def tick(self, state: object) -> None:
        """Nobody looks."""


def refusal(office: Office, run: str) -> InputError:
    with pytest.raises(InputError) as refused:
        retry_launched(office.elsewhere, office.entry(run), quiet)
    return refused.value


def test_two_retries_at_once_try_only_what_failed_and_only_once(office: Office) -> None:
    office.open(job("flaky", FLAKY, matrix="{n: [1, 2, 3]}"))
    run = office.launch("flaky")
    assert office.home(run).state == "failed"
    entry = office.entry(run)

    def attempt(workspace: Workspace) -> Entry | InputError:
        try:
            return retry_launched(workspace, entry, quiet)
        except InputError as error:
            return error

    with ThreadPoolExecutor() as threads:
        answers = list(threads.map(attempt, (office.here, office.elsewhere)))
    (refused,) = [answer for answer in answers if isinstance(answer, InputError)]
    assert refused.code == "run-going"
    assert "runner cancel" in refused.fix
    assert office.attempts(office.home(run)) == {"run/n=1": 1, "run/n=2": 2, "run/n=3": 1}
    happened = read_events(layout_of(office.here, entry).journal)
    assert sum(isinstance(event, RetryRequested) for event in happened) == 1
    assert sum(isinstance(event, AttemptStarted) for event in happened) == 4


def test_whoever_follows_a_retry_sees_its_own_end_not_the_one_before(office: Office) -> None:
    office.open(job("flaky", FLAKY, matrix="{n: [2]}"))
    run = office.launch("flaky")
    office.home(run)
    entry = retry_launched(office.here, office.entry(run), quiet)
    follower = Follower(remote_of(office.here, entry), layout_of(office.here, entry), Nobody(), entry.retries)
    state = follower.follow(entry.driver)
    assert follower.over
    assert state.tasks["run/n=2"].attempt == 2


def test_a_cancelled_run_goes_on_when_it_is_retried(office: Office) -> None:
    office.open(job("waits", "[sh, -c, 'test -e go || sleep 60']"))
    run = office.launch("waits")
    office.await_work(run)
    cancel(office.elsewhere, run, quiet)
    assert retry_launched(office.elsewhere, office.entry(run), quiet).state == "running"
    office.await_work(run)
    assert office.entry(run).retries == 1
    office.plane.stop(f"*{run}")


def test_a_run_that_goes_on_or_waits_or_never_began_is_not_retried(office: Office) -> None:
    office.open(job("long", SLOW, concurrency="queue"))
    first, second = office.launch("long"), office.launch("long", again=True)
    assert refusal(office, first).code == "run-going"
    assert refusal(office, second).code == "run-queued"
    cancel(office.here, second, quiet)
    error = refusal(office, second)
    assert (error.code, error.fix) == (
        "never-began",
        "launch it: runner launch jobs/long.yaml --backend modal --again",
    )
    office.plane.stop(f"*{first}")


def test_a_retry_does_not_run_beside_another_run_of_its_job(office: Office) -> None:
    office.open(job("waits", SLOW))
    first = office.launch("waits")
    cancel(office.here, first, quiet)
    second = office.launch("waits", again=True)
    error = refusal(office, first)
    assert error.code == "job-running"
    assert second in error.message
    assert office.entry(first).state == "finished"
    office.plane.stop(f"*{second}")


def test_a_run_in_which_nothing_failed_is_not_retried(office: Office) -> None:
    office.open(job("greet"))
    run = office.launch("greet")
    office.home(run)
    assert refusal(office, run).code == "nothing-failed"
    assert [one.state for one in collect(office.here, [run], quiet)] == ["succeeded"]
