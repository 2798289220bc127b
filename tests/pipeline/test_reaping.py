"""What is left over at the provider: nobody's, or not needed any more; and what is left alone."""

import time

import modal
import pytest
from msgspec.structs import replace

from runner.errors import ProviderError
from runner.pipeline.cancelling import cancel
from runner.pipeline.collecting import collect
from runner.pipeline.finding import open_ledger
from runner.pipeline.reaping import leftovers, reap
from runner.pipeline.retrying import retry_launched
from tests.conftest import Checkout
from tests.pipeline.office import SLOW, Office, job, quiet


def test_only_what_no_live_run_of_this_repository_needs_is_left_over(office: Office) -> None:
    office.open(job("long", SLOW), job("forgotten", SLOW), job("late", SLOW))
    live, forgotten, late = office.launch("long"), office.launch("forgotten"), office.launch("late")
    office.alter(late, expires=time.time() - 1)
    entries = open_ledger(office.here).read()
    assert leftovers(office.elsewhere, (live,))[0].reason == "you named it"
    work = Checkout(office.clone("hand", "--branch=runner-ledger", "--single-branch").repository.root)
    (work.root / "runs" / f"{forgotten}.json").unlink()
    work.commit({}, "by hand")
    work.git("push", "--quiet", "origin", "HEAD:runner-ledger")
    modal.Volume.from_name(f"{office.prefix}-control").remove_file(f"/runs/{forgotten}", recursive=True)
    found = {one.run: one for one in leftovers(office.elsewhere)}
    assert {run: one.reason for run, one in found.items()} == {
        forgotten: f"the ledger knows no such run: Volume {office.prefix}-control: "
        f"Modal knows nothing of the run {forgotten}",
        late: "the run should be over long since",
    }
    for one in found.values():
        reap(office.elsewhere, one)
    assert leftovers(office.elsewhere) == []
    assert office.entry(late).outcome == "cancelled"
    assert set(open_ledger(office.here).read()) == set(entries) - {forgotten}
    assert office.entry(live).state == "running"
    office.plane.stop(f"*{live}")


def test_a_run_that_was_reaped_stays_so_until_it_is_retried(office: Office) -> None:
    office.open(job("long", SLOW))
    run = office.launch("long")
    office.await_work(run)
    for one in leftovers(office.here, (run,)):
        reap(office.here, one)
    assert office.working(run) == []
    assert collect(office.elsewhere, [], quiet) == []
    (found,) = collect(office.elsewhere, [run], quiet)
    assert (found.state, found.note) == (
        "cancelled",
        f"it was given up; go on with it: runner retry {run}",
    )
    assert retry_launched(office.elsewhere, office.entry(run), quiet).state == "running"
    office.await_work(run)
    office.plane.stop(f"*{run}")


def test_a_run_that_the_provider_has_lost_can_be_given_up_by_name(office: Office) -> None:
    office.open(job("greet"))
    run = office.launch("greet")
    office.home(run)
    lost = f"{run[:-1]}{'0' if run[-1] != '0' else '1'}"
    entry = replace(office.entry(run), run=lost, key="lost", state="running", outcome="", ended=0.0)
    open_ledger(office.here).update(lambda entries: [entry], "lost")
    assert leftovers(office.here) == []
    with pytest.raises(ProviderError) as refused:
        cancel(office.elsewhere, lost, quiet)
    assert f"runner reap --run {lost} --yes" in refused.value.fix
    (one,) = leftovers(office.here, (lost,))
    assert (one.run, one.containers) == (lost, 0)
    reap(office.here, one)
    assert office.entry(lost).outcome == "cancelled"
    assert leftovers(office.here, (lost,)) == []
