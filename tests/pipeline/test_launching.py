"""Launches: twice at once, interrupted, queued, replaced, ended by somebody else."""

import json
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from runner.errors import InputError, ProviderError
from runner.pipeline.cancelling import cancel
from runner.pipeline.collecting import collect
from runner.pipeline.finding import ledger_entries
from runner.pipeline.launching import launch
from runner.pipeline.reaping import leftovers
from runner.pipeline.running import Options
from tests.pipeline.office import SLOW, Office, job, quiet

OPTIONS = Options(backend="modal")


def test_two_launches_at_once_from_two_clones_are_one_run(office: Office) -> None:
    office.open(job("greet"))
    processes = [
        office.start(place, "launch", "greet", "--json") for place in (office.here, office.elsewhere)
    ]
    (first,), (second,) = [json.loads(process.communicate()[0]) for process in processes]
    assert (first["run"], first["driver"]) == (second["run"], second["driver"])
    assert sorted([first["new"], second["new"]]) == [False, True]
    assert office.attempts(office.home(first["run"])) == {"run/command": 1}


def test_a_launch_that_somebody_ends_meanwhile_says_so_and_leaves_nothing(office: Office) -> None:
    office.open(job("long", SLOW))
    office.plane.delay("AppPublish", 3.0, caller="client")
    with ThreadPoolExecutor() as threads:
        launching = threads.submit(launch, office.here, "long", OPTIONS, quiet)
        while not (entries := ledger_entries(office.elsewhere)):
            time.sleep(0.05)
        (run,) = entries
        ended = cancel(office.elsewhere, run, quiet)
        with pytest.raises(InputError, match="somebody else has ended") as refused:
            launching.result()
    assert refused.value.code == "run-ended"
    assert ended.next == "runner launch jobs/long.yaml --backend modal --again"
    assert (office.entry(run).state, office.entry(run).outcome) == ("finished", "cancelled")
    assert office.working(run) == []
    assert leftovers(office.here) == []


def test_an_interrupted_launch_of_another_run_is_gone_on_with(office: Office) -> None:
    office.open(job("greet"))
    first = office.launch("greet")
    office.home(first)
    office.plane.fail("FunctionMap", status="FAILED_PRECONDITION", caller="client")
    with pytest.raises(ProviderError):
        office.launch("greet", again=True)
    second = office.launch("greet", again=True)
    assert sorted(ledger_entries(office.here)) == [first, second]
    assert office.home(second).state == "succeeded"


def test_a_repeated_launch_that_was_given_up_has_its_time_afresh(office: Office) -> None:
    office.open(job("greet"))
    office.plane.fail("FunctionMap", status="FAILED_PRECONDITION", caller="client")
    with pytest.raises(ProviderError):
        office.launch("greet")
    (run,) = ledger_entries(office.here)
    office.alter(run, expires=time.time() - 60, created=time.time() - 90_000)
    assert office.launch("greet") == run
    assert office.entry(run).expires > time.time() + 3600
    assert leftovers(office.here) == []


def test_a_queued_run_begins_when_its_turn_has_come_and_not_before(office: Office) -> None:
    office.open(job("long", SLOW, concurrency="queue"))
    first = office.launch("long")
    second = office.launch("long", again=True)
    third = office.launch("long", again=True)
    states = {one.run: one.state for one in collect(office.elsewhere, [], quiet)}
    assert states == {first: "running", second: "queued", third: "queued"}
    cancel(office.elsewhere, second, quiet)
    cancel(office.elsewhere, first, quiet)
    found = {one.run: one for one in collect(office.elsewhere, [], quiet)}
    assert (found[third].state, found[third].note) == ("running", f"its turn came after {second}")
    assert office.entry(third).state == "running"
    office.plane.stop(f"*{third}")


def test_a_run_that_replaces_another_begins_when_that_has_ended(office: Office) -> None:
    office.open(job("long", SLOW, concurrency="replace"))
    first = office.launch("long")
    second = office.launch("long", again=True)
    assert office.entry(first).outcome == "cancelled"
    assert office.entry(second).state == "running"
    assert office.working(first) == []
    office.plane.stop(f"*{second}")
