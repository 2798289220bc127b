"""Schedules: what is due, launched once whoever looks, and what is said of what is not launched."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Collection
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from runner.manifest.common import Schedule
from runner.pipeline.finding import ledger_entries
from runner.pipeline.scheduled import stood
from runner.pipeline.scheduling import Due, due, launch_due
from runner.pipeline.workspace import Workspace
from runner.repository.git import Repository
from tests.conftest import ROOT, Checkout
from tests.pipeline.office import SLOW, Office, job, quiet

NIGHTLY = '{cron: "0 3 * * *"}'
TOMORROW = datetime.now(UTC).replace(hour=4, minute=0) + timedelta(days=2)
TICK = TOMORROW.replace(hour=3).strftime("%Y-%m-%dT%H:%MZ")

Make = Callable[..., Checkout]


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def look(workspace: Workspace, now: datetime = TOMORROW, approved: Collection[str] = ()) -> list[Due]:
    return launch_due(workspace, now, quiet, approved=approved)


@pytest.mark.parametrize(
    ("since", "now", "came"),
    [
        ("2026-11-23T03:00", "2026-11-23T23:00", None),
        ("2026-11-23T02:59", "2026-11-23T03:00", "2026-11-23T03:00"),
        ("2026-11-01T00:00", "2026-11-23T05:00", "2026-11-23T03:00"),  # of many that were missed, the last
        ("2026-11-30T00:00", "2026-11-23T05:00", None),
    ],
)
def test_a_time_is_due_until_it_was_launched(since: str, now: str, came: str | None) -> None:
    assert due(Schedule(cron="0 3 * * *"), utc(since), utc(now)) == (came and utc(came))


def test_a_time_is_launched_once_whoever_looks_and_wherever_main_stands(office: Office) -> None:
    office.open(job("nightly", schedule=NIGHTLY), job("other"))
    mover = Checkout(office.elsewhere.repository.root)
    mover.commit({"jobs/nightly.yaml": job("nightly", schedule=NIGHTLY, env="{A: b}")})

    lookers = [look_from(place) for place in (office.here, office.elsewhere)]
    answers = [msgspec.json.decode(looker.communicate(timeout=60)[0], type=list[Due]) for looker in lookers]

    (run,) = ledger_entries(office.here)
    assert office.entry(run).request == f"schedule {TICK}"
    assert [(one.job, one.time) for answer in answers for one in answer][:1] == [("nightly", TICK)]
    assert {one.launched.run for answer in answers for one in answer if one.launched} == {run}
    assert sum(one.launched.new for answer in answers for one in answer if one.launched) == 1
    assert look(office.here) == look(office.elsewhere) == []
    assert look(office.here, TOMORROW + timedelta(hours=22)) == []
    assert office.attempts(office.home(run)) == {"run/command": 1}


def look_from(place: Workspace) -> subprocess.Popen[bytes]:
    """Looks in a process of its own."""
    program = (
        "import sys, msgspec\nfrom datetime import datetime\nfrom pathlib import Path\n"
        "from runner.pipeline.scheduling import launch_due\n"
        "from runner.pipeline.workspace import open_workspace\n"
        "now, place = datetime.fromisoformat(sys.argv[1]), open_workspace(Path.cwd())\n"
        "found = launch_due(place, now, lambda text: None)\n"
        "sys.stdout.buffer.write(msgspec.json.encode(found))"
    )
    return subprocess.Popen(
        [sys.executable, "-c", program, TOMORROW.isoformat()],
        cwd=place.repository.root,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
    )


def test_what_keeps_a_job_from_being_launched_is_told_and_keeps_no_other(office: Office) -> None:
    office.open(
        job("busy", SLOW, schedule=NIGHTLY),
        job("dear", schedule=NIGHTLY, deploy="{files: [{from: greeting, to: greeting}]}").replace(
            "2m", "20h"
        ),
        job("broken", schedule='{cron: "0 25 * * *"}'),
        "apiVersion: runner/v1\nkind: Command\nmetadata: {name: unread}\nspec: {schedul: {}}\n",
        settings="[policy.approval]\nusd = 0.05",
    )
    running = office.launch("busy")

    found = {one.manifest: one for one in look(office.here)}

    assert found["jobs/busy.yaml"].note.startswith(f"jobs/busy.yaml: the run {running} of busy")
    assert (found["jobs/busy.yaml"].time, found["jobs/busy.yaml"].error) == (TICK, "")
    assert found["jobs/broken.yaml"].note.startswith("jobs/broken.yaml:7:")
    assert found["jobs/unread.yaml"].note.startswith("jobs/unread.yaml:4:")
    assert found["jobs/dear.yaml"].waiting
    assert "it could cost" in found["jobs/dear.yaml"].note
    assert list(ledger_entries(office.here)) == [running]

    office.plane.stop(f"*{running}")
    for approved in ({"jobs/busy.yaml"}, {"jobs/busy.yaml", "jobs/dear.yaml"}):
        dear = {one.manifest: one for one in look(office.here, approved=approved)}["jobs/dear.yaml"]
        assert dear.waiting == ("jobs/dear.yaml" not in approved)
    assert dear.launched is not None and dear.launched.new
    office.plane.stop(f"*{dear.launched.run}")


def test_an_interrupted_launch_is_brought_to_its_end_or_made_anew_where_main_has_moved(
    office: Office,
) -> None:
    office.open(job("nightly", schedule=NIGHTLY))
    office.plane.fail("AppPublish", status="FAILED_PRECONDITION", caller="client", times=2)
    (failed,) = look(office.here)
    (first,) = ledger_entries(office.here)
    assert failed.error and not failed.launched
    assert [one.error for one in look(office.here)] == [failed.error]
    assert list(ledger_entries(office.here)) == [first]

    moved = Checkout(office.elsewhere.repository.root)
    moved.commit({"README.md": "moved"})
    assert look(office.elsewhere) == []
    office.alter(first, created=office.entry(first).created - 4000)
    (again,) = look(office.elsewhere)

    assert again.launched is not None
    assert (again.time, again.launched.new) == (TICK, True)
    assert (office.entry(first).state, office.entry(first).request) == ("finished", "")
    assert office.entry(again.launched.run).base == moved.git("rev-parse", "HEAD")
    assert office.home(again.launched.run, office.elsewhere).state == "succeeded"


@pytest.fixture
def dated(monkeypatch: pytest.MonkeyPatch) -> Callable[[Checkout, str, dict[str, str]], None]:
    """Makes commits at given times."""

    def commit(checkout: Checkout, time: str, files: dict[str, str]) -> None:
        monkeypatch.setenv("GIT_COMMITTER_DATE", f"{time}+0000")
        checkout.commit({**files})

    return commit


Dated = Callable[[Checkout, str, dict[str, str]], None]
PATH = "jobs/nightly.yaml"


def stands(repository: Repository, came: str, *, launched: bool = False) -> bool:
    return stood(repository, PATH, utc(came), utc("2026-11-20T00:00"), launched=launched)


def test_a_schedule_counts_from_the_commit_that_changed_it(checkout: Make, dated: Dated) -> None:
    made = checkout()
    repository = made.repository()
    assert not stands(repository, "2026-11-02T03:00")
    dated(made, "2026-11-01T10:00", {PATH: job("nightly", schedule=NIGHTLY)})
    dated(made, "2026-11-02T03:05", {PATH: job("nightly", schedule=NIGHTLY, env="{A: b}")})
    assert not stands(repository, "2026-11-01T03:00")
    assert stands(repository, "2026-11-02T03:00")
    dated(made, "2026-11-05T12:00", {PATH: job("nightly", schedule='{cron: "0 2 * * *"}')})
    assert not stands(repository, "2026-11-05T02:00", launched=True)
    assert stands(repository, "2026-11-06T02:00")
    dated(made, "2027-11-05T12:00", {PATH: job("nightly", schedule='{cron: "0 1 * * *"}')})
    assert stands(repository, "2026-11-07T01:00", launched=True)


def test_a_schedule_that_is_merged_counts_from_the_merge(
    checkout: Make, dated: Dated, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = checkout()
    made.git("checkout", "--quiet", "-b", "side")
    dated(made, "2026-11-01T10:00", {PATH: job("nightly", schedule=NIGHTLY)})
    made.git("checkout", "--quiet", "main")
    monkeypatch.setenv("GIT_COMMITTER_DATE", "2026-11-09T09:00+0000")
    made.git("merge", "--quiet", "--no-ff", "-m", "merge", "side")
    assert not stands(made.repository(), "2026-11-09T03:00")
    assert stands(made.repository(), "2026-11-10T03:00")


def test_in_a_shallow_clone_the_last_launch_decides_or_else_the_history_that_is_fetched(
    checkout: Make, dated: Dated
) -> None:
    made = checkout()
    dated(made, "2026-11-08T10:00", {PATH: job("nightly", schedule=NIGHTLY)})
    dated(made, "2026-11-09T03:05", {"README.md": "moved"})
    target = made.root.parent / "shallow"
    made.git("clone", "--quiet", "--depth=1", f"file://{made.root}", str(target))
    shallow = Checkout(target)
    assert stands(shallow.repository(), "2026-11-09T03:00", launched=True)
    assert shallow.git("rev-list", "--count", "HEAD") == "1"
    assert stands(shallow.repository(), "2026-11-09T03:00")
    assert not stands(shallow.repository(), "2026-11-08T03:00")
    assert shallow.git("rev-list", "--count", "HEAD") == "3"
