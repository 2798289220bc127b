"""Collecting from a workflow: pull requests, people who are told, schedules, twice at once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from runner.forge.base import PullRequest
from runner.ledger import Ledger
from runner.pipeline.bringing_home import Collected
from runner.pipeline.collecting import collect
from runner.pipeline.endings import Ending
from runner.pipeline.launching import Launched
from runner.pipeline.scheduling import Due
from runner.pipeline.telling import tell
from runner.pipeline.workspace import open_workspace
from runner.workflows.collect_page import collect_page
from runner.workflows.launch_page import Site
from tests.ledger.conftest import entry
from tests.pipeline.office import job, quiet
from tests.pipeline.test_endings import report
from tests.pipeline.test_webhook import VARIABLE, Listener
from tests.workflows.works import Works


def test_what_ended_is_proposed_and_told_once_where_it_was_launched(
    works: Works, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, listener.url)
    fails = job("fails", "[sh, -c, 'exit 3']")
    told = works.push(
        {"runner.toml": works.settings(), "jobs/greet.yaml": job("greet"), "jobs/fails.yaml": fails}
    )
    works.launch(told)
    works.plane.release()
    works.await_end()
    seen = len(works.hub.calls())
    assert works.collect() == 0
    first = works.hub.calls()[seen:]
    done = {one.job: one for one in works.entries()}
    assert {name: (one.state, one.outcome) for name, one in done.items()} == {
        "greet": ("finished", "succeeded"),
        "fails": ("finished", "failed"),
    }
    (pull,) = works.hub.pulls.values()
    assert done["greet"].pull_request == f"{works.hub.url}/acme/demo/pull/{pull.number}"
    bodies = [one.body for one in works.hub.commit_comments if one.sha == told.sha]
    assert len(bodies) == 2
    by_job = {"greet" if "`greet`" in body else "fails": body for body in bodies}
    assert f"/pull/{pull.number})" in by_job["greet"]
    assert f"`runner retry {done['fails'].run}`" in by_job["fails"]
    assert len(listener.told) == 2
    assert works.summary().startswith("### Collect: 2 runs brought home\n")
    assert sum(call.endswith("commit-comment") for call in first) == 2
    assert works.collect() == 0
    workspace = open_workspace(works.checkout(works.hub.tip()))
    collect(workspace, [done["greet"].run], quiet)
    assert len(listener.told) == 2
    assert [one.body for one in works.hub.commit_comments if one.sha == told.sha] == bodies


def test_what_a_clone_leaves_to_workflows_two_of_them_at_once_propose_and_tell_once(
    works: Works, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = works.push({"runner.toml": works.settings(), "jobs/greet.yaml": job("greet")})
    works.launch(told)
    works.plane.release()
    works.await_end()
    places = [open_workspace(works.checkout(told.sha)) for _ in range(2)]
    run = works.entries()[0].run
    monkeypatch.delenv("GITHUB_ACTIONS")
    Ledger(places[0].repository).read()
    (left,) = collect(places[0], [run], quiet)
    assert (left.state, left.note) == ("succeeded", "its pull request is made by the workflow that collects")
    assert (works.entries()[0].state, works.hub.pulls) == ("running", {})
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    with ThreadPoolExecutor() as threads:
        found = [one for (one,) in threads.map(lambda place: collect(place, [run], quiet), places)]
    assert {one.state for one in found} == {"succeeded"}
    assert works.entries()[0].outcome == "succeeded"
    assert (len(works.hub.pulls), len(works.hub.commit_comments)) == (1, 1)


def test_people_who_cannot_be_told_are_named_and_no_secret_is(
    works: Works, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, "http://127.0.0.1:9/secret")
    works.push({"runner.toml": works.settings()})
    thread = f"commit/{works.hub.tip()}"
    works.hub.fail("POST", "/comments", 403, times=9)
    workspace = open_workspace(works.checkout(works.hub.tip()))
    first, second = tell(workspace, Ending(entry=entry(thread=thread), report=report()), {})
    assert first.startswith(f"its end was not told in {thread}: could not ")
    assert second.startswith("the webhook was not called: ")
    assert "secret" not in first + second


def test_a_thread_hears_once_of_each_run_and_of_many_in_one_comment(works: Works) -> None:
    works.push({"runner.toml": works.settings()})
    thread = f"commit/{works.hub.tip()}"
    entries = [entry(number, thread=thread, state="finished", outcome="succeeded") for number in range(30)]
    workspace = open_workspace(works.checkout(works.hub.tip()))
    for one in entries[:2]:
        assert tell(workspace, Ending(entry=one, report=report()), {one.run: one for one in entries}) == []
    (comment,) = works.hub.commit_comments
    assert "**30 of 30 runs have ended**" in comment.body
    for _ in range(2):
        assert tell(workspace, Ending(entry=entries[0], report=report()), {}) == []
    assert len(works.hub.commit_comments) == 2


def test_a_schedule_that_needs_an_approval_waits_for_its_own(works: Works) -> None:
    often = job("often", schedule='{cron: "* * * * *"}')
    settings = works.settings("[policy.approval]\nusd = 0.0\n")
    works.push_dated("2026-01-01T00:00:00Z", {"runner.toml": settings, "jobs/often.yaml": often})
    pages = []
    for approved in (None, ["jobs/other.yaml"], ["jobs/often.yaml"]):
        assert works.collect(approved=approved) == 0
        pages.append((works.summary().partition("\n")[0], works.waiting()))
    waits = ("### Collect: 1 schedule waits for approval", ["jobs/often.yaml"])
    assert pages == [waits, waits, ("### Collect: 1 schedule launched", [])]


def test_with_nothing_to_do_it_says_so(works: Works) -> None:
    works.push({"runner.toml": works.settings()})
    assert works.collect() == 0
    assert works.summary() == (
        "### Collect: nothing to collect\n\nNo launched run is open, and no schedule is due.\n"
    )


def test_a_page_lists_what_was_collected_and_escapes_what_it_quotes(
    golden: Callable[[str, str], None],
) -> None:
    run = "20270115-080000-00000"
    pull = PullRequest(
        branch="runner/a",
        commit="ab" * 20,
        base="cd" * 20,
        title="a: score | 0.6 <b>",
        draft=True,
        state="created",
        page="https://github.com/acme/demo/pull/12",
    )
    found = [
        Collected(f"{run}1", "a", "succeeded", report(verdict="fail"), pull),
        Collected(f"{run}2", "b", "running"),
        Collected(f"{run}3", "c", "running", note="**app** was | stopped", error="app-stopped"),
    ]
    due = [
        Due(
            manifest="jobs/d.yaml",
            job="d",
            time="2026-11-23T02:00Z",
            launched=Launched(f"{run}4", "d", "running", True, "fc", 1.0),
        ),
        Due(
            manifest="jobs/e.yaml", job="e", time="2026-11-23T02:00Z", waiting=True, note="it could cost $100"
        ),
        Due(manifest="jobs/f.yaml", note="the field `x` is unknown"),
    ]
    site = Site("https://github.com/acme/demo", "ab" * 20, "modal")
    golden("collected.md", collect_page(found, due, site))
