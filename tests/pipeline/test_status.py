"""What is said of launched runs, here and elsewhere."""

import time

from msgspec.structs import replace

from runner.pipeline.finding import open_ledger
from runner.pipeline.status import all_runs, one_run
from tests.pipeline.office import SLOW, Office, job


def test_every_clone_sees_a_run_and_what_to_do_about_it(office: Office) -> None:
    office.open(job("greet"), job("long", SLOW))
    done, going = office.launch("greet"), office.launch("long")
    office.await_work(going)
    office.await_end(done)
    found = {one.run: one for one in all_runs(office.elsewhere)}
    assert list(found) == [going, done]
    assert (found[going].state, found[going].note) == ("running", "")
    assert (found[done].state, found[done].note) == ("succeeded", f"not collected yet: runner collect {done}")
    assert 0 < found[done].cost <= found[done].bound
    office.home(done)
    assert one_run(office.elsewhere, done).note == ""
    office.plane.stop(f"*{going}")
    assert one_run(office.here, going).note == f"nothing drives it any more: runner collect {going}"
    assert one_run(office.here, going).state == "interrupted"


def test_a_run_that_the_provider_does_not_answer_for_is_unknown_and_the_others_are_not(
    office: Office,
) -> None:
    office.open(job("greet"), job("long", SLOW))
    done, going = office.launch("greet"), office.launch("long")
    office.home(done)
    office.plane.fail("FunctionGetOutputs", times=None, caller="client")
    found = {one.run: one for one in all_runs(office.elsewhere)}
    assert found[going].state == "unknown"
    assert found[going].note
    assert found[done].state == "succeeded"
    office.plane.clear_faults()
    office.plane.stop(f"*{going}")


def test_thirty_runs_are_told_of_in_seconds(office: Office) -> None:
    office.open(job("long", SLOW))
    run = office.launch("long")
    entry = office.entry(run)
    others = [replace(entry, run=f"{run[:-2]}{number:02x}", key=f"k{number}") for number in range(30)]
    open_ledger(office.here).update(lambda entries: [one for one in others if one.run != run], "many")
    began = time.monotonic()
    found = all_runs(office.here)
    assert time.monotonic() - began < 10
    assert len(found) >= 30
    assert sum(one.state == "unknown" and "knows nothing" in one.note for one in found) >= 29
    office.plane.stop(f"*{run}")


def test_a_finished_run_whose_copy_here_is_damaged_is_what_the_ledger_says(office: Office) -> None:
    office.open(job("greet"))
    run = office.launch("greet")
    office.home(run)
    (office.here.state_directory / "runs" / run / "journal.jsonl").write_text("garbage\n")
    found = one_run(office.here, run)
    assert found.state == "succeeded"
    assert "cannot be read" in found.note
