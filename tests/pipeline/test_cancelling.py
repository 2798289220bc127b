"""Ending launched runs: while they wait, work, have just finished, or have lost what drove them."""

import modal
import pytest

from runner.errors import InputError
from runner.pipeline.cancelling import ask_to_end, cancel
from runner.pipeline.collecting import collect
from runner.pipeline.finding import layout_of
from runner.pipeline.reaping import leftovers
from tests.pipeline.office import SLOW, Office, job, quiet


def test_a_working_run_is_cancelled_from_another_clone_and_nothing_works_any_more(office: Office) -> None:
    office.open(job("long", SLOW))
    run = office.launch("long")
    office.await_work(run)
    ended = cancel(office.elsewhere, run, quiet)
    assert (ended.run, ended.next) == (run, f"runner retry {run}")
    assert office.working(run) == []
    assert office.entry(run).outcome == "cancelled"
    assert (
        layout_of(office.elsewhere, office.entry(run)).log("run/command", 1).read_text().startswith("begun")
    )
    assert leftovers(office.here) == []


def test_a_run_that_is_only_asked_to_end_is_brought_home_by_whoever_collects(office: Office) -> None:
    office.open(job("long", SLOW))
    run = office.launch("long")
    office.await_work(run)
    assert ask_to_end(office.elsewhere, run) == run
    office.await_end(run)
    assert office.home(run).state == "cancelled"
    with pytest.raises(InputError, match="has finished already"):
        ask_to_end(office.elsewhere, run)


def test_a_run_that_was_told_to_end_before_it_began_starts_no_task(office: Office) -> None:
    office.open(job("long", SLOW))
    office.plane.hold("*")
    run = office.launch("long")
    modal.FunctionCall.from_id(office.entry(run).driver).cancel()
    office.plane.release()
    cancel(office.here, run, quiet)
    home = office.home(run)
    assert (home.state, office.attempts(home)) == ("cancelled", {"run/command": 0})


def test_a_run_that_has_just_finished_is_not_called_cancelled(office: Office) -> None:
    office.open(job("greet"))
    run = office.launch("greet")
    office.await_work(run)
    office.await_end(run)
    for _ in range(2):
        with pytest.raises(InputError, match="has finished already: succeeded"):
            cancel(office.here, run, quiet)
    assert office.home(run).state == "succeeded"


def test_a_queued_run_that_is_only_asked_to_end_has_ended(office: Office) -> None:
    office.open(job("long", SLOW, concurrency="queue"))
    first, second = office.launch("long"), office.launch("long", again=True)
    assert ask_to_end(office.here, second) == second
    assert office.entry(second).outcome == "cancelled"
    cancel(office.here, first, quiet)


def test_a_queued_run_can_be_cancelled_without_disturbing_the_one_before_it(office: Office) -> None:
    office.open(job("long", SLOW, concurrency="queue"))
    first, second = office.launch("long"), office.launch("long", again=True)
    cancel(office.elsewhere, second, quiet)
    assert {one.run: one.state for one in collect(office.here, [], quiet)} == {first: "running"}
    assert office.entry(second).outcome == "cancelled"
    office.plane.stop(f"*{first}")
