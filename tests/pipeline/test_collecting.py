"""Collecting: as often as one likes, by anybody, whatever happened to the run meanwhile."""

import time
from concurrent.futures import ThreadPoolExecutor

import modal
import pytest

from runner.engine.journal import read_events
from runner.errors import InputError, ProviderError
from runner.pipeline.cancelling import cancel
from runner.pipeline.collecting import collect, collect_one
from runner.pipeline.finding import ledger_entries
from runner.pipeline.reaping import leftovers
from runner.pipeline.retrying import retry_launched
from runner.pipeline.workspace import open_workspace
from tests.conftest import Checkout
from tests.pipeline.office import PATIENCE, SLOW, Office, job, quiet

FAILS = "[sh, -c, 'exit 3']"


def test_two_collects_at_once_and_another_bring_home_the_same(office: Office) -> None:
    office.open(job("greet"))
    run = office.launch("greet")
    office.await_work(run)
    office.await_end(run)
    with ThreadPoolExecutor() as threads:
        homes = list(threads.map(lambda place: office.home(run, place), (office.here, office.elsewhere)))
    homes.append(office.home(run))
    assert [home.report for home in homes] == [homes[0].report] * 3
    assert office.entry(run).outcome == "succeeded"
    assert leftovers(office.here) == []


def test_a_clone_that_lacks_the_launched_commit_brings_a_run_home(office: Office) -> None:
    office.open(job("greet"))
    run = office.launch("greet")
    other = Checkout(office.elsewhere.repository.root)
    other.commit({"new.txt": "later"})
    other.git("push", "--quiet", "origin", "HEAD")
    home = office.home(run, office.clone("shallow", "--depth=1"))
    assert home.state == "succeeded"
    assert home.pull_request is not None


def test_a_driver_that_is_gone_for_good_is_started_again(office: Office) -> None:
    office.open(job("nap", "[sh, -c, 'sleep 2']"))
    run = office.launch("nap")
    office.await_work(run)
    modal.FunctionCall.from_id(office.entry(run).driver).cancel(terminate_containers=True)
    deadline = time.monotonic() + PATIENCE
    while (found := collect(office.elsewhere, [run], quiet)[0]).state == "running":
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert (found.state, found.note) == ("restarted", "what drove it was gone")
    home = office.home(run)
    assert (home.state, office.attempts(home)) == ("succeeded", {"run/command": 1})


def test_a_run_whose_app_somebody_stopped_is_not_started_again_behind_their_back(office: Office) -> None:
    office.open(job("long", SLOW), job("greet"))
    stopped, other = office.launch("long"), office.launch("greet")
    office.await_work(stopped)
    office.plane.stop(f"*{stopped}")
    with pytest.raises(ProviderError, match="was stopped at modal") as refused:
        collect(office.here, [stopped], quiet)
    assert f"runner retry {stopped}" in refused.value.fix
    found = {one.run: one for one in collect(office.here, [], quiet)}
    assert found[stopped].error == "app-stopped"
    assert found[other].error == ""
    assert cancel(office.elsewhere, stopped, quiet).run == stopped
    assert office.entry(stopped).outcome == "cancelled"


def test_what_a_retry_made_out_of_date_is_not_brought_home(office: Office) -> None:
    office.open(job("fails", FAILS))
    run = office.launch("fails")
    office.home(run)
    office.plane.hold("coordinate")
    stale = office.entry(run)
    retry_launched(office.elsewhere, stale, quiet)
    assert collect_one(office.here, stale, quiet).state == "failed"
    assert office.entry(run).state == "running"
    office.plane.release()
    assert office.attempts(office.home(run)) == {"run/command": 2}


def test_a_run_that_ended_before_it_began_is_told_so(office: Office) -> None:
    office.open(job("greet", concurrency="queue"), job("other"))
    office.plane.hold("stage-*")
    first, second = office.launch("greet"), office.launch("greet", again=True)
    office.alter(second, expires=time.time() - 1)
    found = {one.run: one for one in collect(office.here, [], quiet)}
    assert found[second].state == "cancelled"
    assert found[second].note.endswith("runner launch jobs/greet.yaml --backend modal --again")
    assert collect(office.here, [second], quiet)[0].note == "it ended before anything in it began"
    office.plane.release()
    assert office.home(first).state == "succeeded"


def test_a_run_of_a_backend_that_nobody_knows_does_not_keep_others_from_being_collected(
    office: Office,
) -> None:
    office.open(job("greet"), job("strange"))
    strange, run = office.launch("strange"), office.launch("greet")
    office.await_end(strange)
    office.await_end(run)
    office.alter(strange, backend="cloud")
    found = {one.run: one for one in collect(office.here, [], quiet)}
    assert found[strange].error == "unknown-backend"
    with pytest.raises(InputError, match="no backend cloud"):
        collect(office.here, [strange], quiet)
    assert found[run].state in ("running", "succeeded")


def test_a_copy_that_was_damaged_here_is_fetched_anew(office: Office) -> None:
    office.open(job("greet"))
    run = office.launch("greet")
    home = office.home(run)
    folder = office.here.state_directory / "runs" / run
    for name in ("journal.jsonl", "plan.json", "run.json"):
        (folder / name).write_text("garbage\n")
    assert office.home(run).report == home.report
    assert len(read_events(folder / "journal.jsonl")) > 3


def test_a_provider_that_lost_everything_is_named_with_what_to_check(office: Office) -> None:
    office.open(job("greet"))
    run = office.launch("greet")
    office.home(run)
    office.alter(run, state="running", outcome="", driver="fc-00009999")
    settings = office.elsewhere.repository.root / "runner.toml"
    settings.write_text(settings.read_text().replace(office.prefix, "never-was"))
    with pytest.raises(ProviderError, match=f"knows nothing of the run {run}") as refused:
        collect(open_workspace(office.elsewhere.repository.root), [run], quiet)
    assert "modal.prefix" in refused.value.fix
    assert run in ledger_entries(office.here)
