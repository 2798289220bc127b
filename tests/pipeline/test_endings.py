"""The end of a run in words."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from runner.forge.base import PullRequest
from runner.pipeline.endings import Ending, comment, digest, message, slack_escape
from runner.results.model import (
    AttemptRecord,
    Cost,
    GateResult,
    Metric,
    Provenance,
    Report,
    RunState,
    TaskRecord,
    Verdict,
)
from tests.ledger.conftest import entry

Golden = Callable[[str, str], None]
NOW = 1_795_000_000.0


def report(state: RunState = "succeeded", verdict: Verdict = "pass", **fields: object) -> Report:
    outcome = "succeeded" if state == "succeeded" else "failed"
    attempt = AttemptRecord(number=1, outcome=outcome, started=NOW, ended=NOW + 61)
    gate = GateResult(
        statement="score is at least 0.5, at 95%",
        verdict=verdict,
        metric="score",
        value=0.61,
        low=0.55,
        high=0.67,
    )
    made = Report(
        run="20270115-080000-000001",
        job="skirmish-weights",
        kind="Command",
        state=state,
        verdict=verdict,
        started=NOW,
        ended=NOW + 61,
        tasks=(TaskRecord(id="run/command", outcome=outcome, attempts=(attempt,)),),
        cost=Cost(bound=1.5, actual=0.25),
        provenance=Provenance(commit="ab" * 20, tree="cd" * 20),
        gates=(gate,),
        metrics={"score": Metric(0.61)},
    )
    return replace(made, **fields)


def pull(*, draft: bool = False) -> PullRequest:
    return PullRequest(
        branch="runner/skirmish-weights",
        commit="ab" * 20,
        base="cd" * 20,
        title="skirmish-weights: score 0.61",
        draft=draft,
        state="created",
        page="https://github.com/acme/demo/pull/12",
        number=12,
    )


ENDINGS = {
    "passed": Ending(entry=entry(thread="pull/3"), report=report(), pull_request=pull()),
    "refused": Ending(
        entry=entry(thread="commit/" + "ab" * 20, by="ada"),
        report=report(verdict="fail"),
        pull_request=pull(draft=True),
    ),
    "failed": Ending(entry=entry(thread="pull/3"), report=report("failed", "fail")),
    "tried": Ending(entry=entry(thread="pull/3", publish=False), report=report()),
    "given-up": Ending(
        entry=entry(thread="commit/" + "ab" * 20, by="ada@example.org"), why="its turn did not come"
    ),
}


@pytest.mark.parametrize("name", ENDINGS)
def test_an_end_says_what_came_of_it_and_what_to_do_next(name: str, golden: Golden) -> None:
    ending = ENDINGS[name]
    golden(f"{name}.md", f"{comment(ending)}\n\n---\n\n{message(ending)}\n")


def test_the_ends_of_many_runs_are_counted_and_those_amiss_are_named(golden: Golden) -> None:
    done = [
        entry(n, state="finished", outcome="succeeded", verdict="pass", cost_usd=0.5, thread="pull/3")
        for n in range(90)
    ]
    page = "https://github.com/acme/demo/pull/12"
    amiss = [
        entry(100, state="finished", outcome="failed", verdict="fail", cost_usd=1.0, thread="pull/3"),
        entry(101, state="finished", outcome="succeeded", verdict="fail", pull_request=page, thread="pull/3"),
        entry(
            102, state="finished", outcome="cancelled", pull_request="javascript:alert(1)", thread="pull/3"
        ),
    ]
    golden("digest.md", digest([*done, *amiss, entry(200, state="running")]) + "\n")
    many = [entry(n, state="finished", outcome="failed") for n in range(300)]
    assert "…and 250 more" in digest(many)
    assert len(digest(many)) < 10_000


def test_a_report_that_is_too_long_for_a_comment_is_left_out() -> None:
    ending = ENDINGS["tried"]
    assert "<details>" in comment(ending)
    assert ending.report is not None
    long = replace(ending, report=replace(ending.report, sections=("word " * 20_000,)))
    assert len(comment(long)) < 2_000


@given(st.text(max_size=200))
def test_nothing_that_slack_is_told_links_mentions_or_commands(text: str) -> None:
    escaped = slack_escape(text)
    assert "<" not in escaped
    assert ">" not in escaped
    assert "\n" not in escaped
    title = replace(pull(), title=text)
    told = message(Ending(entry=entry(), report=report(job=text or "x"), pull_request=title))
    assert told.count("<") == told.count(">") == 1
