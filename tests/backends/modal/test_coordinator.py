from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from runner.engine.events import AttemptCancelling, RetryRequested
from runner.plan.model import Stage
from tests.backends.modal.coordinated import Launched, ended, openings, stage, started
from tests.standins.modal.client import Plane

pytestmark = pytest.mark.exhaustive

LONG = (("sleep", "600"),)

Launch = Callable[..., Launched]


@pytest.fixture
def launch(plane: Plane) -> Iterator[Launch]:
    """Deploys runs; whatever is left of them is stopped in the end."""
    runs: list[Launched] = []

    def deploy(*stages: Stage, **request: Any) -> Launched:
        runs.append(Launched(plane, *stages, **request))
        return runs[-1]

    yield deploy
    plane.clear_faults()
    plane.release()
    for run in runs:
        run.stop()


def nap(seconds: float) -> tuple[tuple[str, ...], ...]:
    return (("sleep", str(seconds)),)


def test_stages_run_in_order_and_the_bundle_is_ready_when_the_journal_says_so(
    launch: Launch, tmp_path: Path
) -> None:
    run = launch(
        stage(
            "train",
            {"a": (("write", "said", "A"),), "b": (("write", "said", "B"), ("fail-before", "2"))},
            retries=1,
        ),
        stage("validate", {"all": (("gather",), ("link", "/etc/passwd"))}, inputs=("train",)),
    )
    call = run.start()
    assert run.finished().finished == "succeeded"
    home = run.home(tmp_path)
    assert run.outcomes() == {
        "train/a": ["succeeded"],
        "train/b": ["failed", "succeeded"],
        "validate/all": ["succeeded"],
    }
    assert (home.output("validate/all", 1) / "said").read_text() == "A B"
    assert home.log("train/b", 1).read_text() == "train/b in attempt 1: failed\n"
    assert run.answer(call) == "succeeded"


def test_a_coordinator_that_is_preempted_and_then_killed_goes_on_under_its_call(
    launch: Launch, plane: Plane
) -> None:
    run = launch(stage("train", {"a": nap(4), "b": nap(4)}))
    call = run.start()
    run.wait(lambda run: len(started(run)) == 2)
    assert plane.preempt("coordinate")
    run.wait(lambda run: openings(run) == 2)
    assert plane.kill("coordinate")
    assert run.finished().finished == "succeeded"
    assert openings(run) == 3
    assert run.began() == ["train.a.1", "train.b.1"]
    assert run.answer(call) == "succeeded"


def test_a_coordinator_whose_time_is_up_hands_over_to_the_next(launch: Launch) -> None:
    run = launch(stage("train", {"a": nap(4)}), work_for=1.0)
    call = run.start()
    assert run.finished().finished == "succeeded"
    assert openings(run) > 1
    assert run.began() == ["train.a.1"]
    assert run.answer(call) == "succeeded"


def test_a_coordinator_leaves_when_another_one_is_appointed(launch: Launch) -> None:
    run = launch(stage("train", {"a": nap(4)}), stage("more", {"b": nap(0)}, inputs=("train",)))
    first = run.start()
    run.wait(started)
    second = run.spawn()
    run.appoint(second)
    assert run.answer(first) == "dismissed"
    assert run.finished().finished == "succeeded"
    assert run.answer(second) == "succeeded"
    assert run.began() == ["more.b.1", "train.a.1"]
    assert openings(run) == 2


def test_a_coordinator_that_is_passed_over_leaves_without_a_trace(launch: Launch, plane: Plane) -> None:
    run = launch(stage("train", {"a": nap(0)}))
    run.appoint("fc-the-one-before")
    plane.reset_calls()
    call = run.spawn()
    run.wait(lambda run: any(each.rpc == "VolumeReload" for each in plane.calls()))
    run.appoint("fc-its-own-double")
    assert run.answer(call) == "unappointed"
    assert run.events() == []


def test_a_request_to_cancel_ends_attempts_even_those_that_do_not_listen(
    launch: Launch, plane: Plane, tmp_path: Path
) -> None:
    tasks = {"calm": LONG, "deaf": (("stubborn",), *LONG), "never": LONG}
    run = launch(stage("train", tasks), stage("more", {"b": nap(0)}, inputs=("train",)))
    plane.hold("stage-more")
    run.start()
    run.wait(lambda run: len(run.began()) == 3)
    run.put("cancel", b"")
    state = run.finished()
    assert state.finished == "cancelled"
    assert {end.outcome for end in ended(run)} == {"cancelled"}
    assert len(ended(run)) == 3
    assert run.home(tmp_path).log("train/calm", 1).read_text() == "train/calm in attempt 1: cancelled\n"
    assert not [one for one in plane.containers() if one["function"].startswith("stage-")]


def test_an_attempt_that_waits_for_a_container_is_cancelled_at_once(launch: Launch, plane: Plane) -> None:
    run = launch(stage("train", {"a": nap(0)}))
    plane.hold("stage-train")
    run.start()
    run.wait(started)
    run.put("cancel", b"")
    assert run.finished().finished == "cancelled"
    assert run.outcomes() == {"train/a": ["cancelled"]}


def test_containers_that_die_without_a_word_are_noticed(launch: Launch, plane: Plane) -> None:
    run = launch(
        stage("train", {"lost": (("vanish-before", "2"),)}),
        stage("slow", {"late": LONG}, timeout=3),
    )
    run.start()
    run.wait(lambda run: "train.lost.1" in run.began())
    assert plane.kill("stage-train", fails=True)
    assert run.finished().finished == "failed"
    assert run.outcomes() == {"train/lost": ["infrastructure", "succeeded"], "slow/late": ["timeout"]}
    reasons = {end.outcome: end.reason for end in ended(run)}
    assert "was killed" in reasons["infrastructure"]
    assert "timeout" in reasons["timeout"]


def test_a_retry_is_granted_once_however_often_it_is_asked_for(launch: Launch, tmp_path: Path) -> None:
    run = launch(stage("train", {"a": (("fail-before", "2"), ("write", "said", "at last"))}))
    run.start()
    assert run.finished().finished == "failed"
    run.answer(run.start(retries=1))
    assert run.finished().finished == "succeeded"
    assert (run.home(tmp_path).output("train/a", 2) / "said").read_text() == "at last"
    journal = run.read("journal.jsonl")
    run.remove("bundle.tar")
    assert run.answer(run.start(retries=1)) == "succeeded"
    assert run.read("journal.jsonl") == journal
    assert run.read("bundle.tar")
    assert sum(isinstance(event, RetryRequested) for event in run.events()) == 1


def test_what_the_provider_refuses_or_loses_costs_no_task(launch: Launch, plane: Plane) -> None:
    """A spawn that fails, one whose answer is lost, and minutes (here: moments) of trouble with Volumes."""
    run = launch(stage("train", {"a": nap(0), "b": nap(0)}))
    plane.fail("FunctionMap", caller="container", status="FAILED_PRECONDITION")
    plane.fail("FunctionMap", caller="container", before=False, nth=2)
    for rpc in ("VolumeReload", "VolumeCommit"):
        plane.fail(rpc, caller="container", times=5, nth=2)
        plane.fail(rpc, caller="container", before=False, status="FAILED_PRECONDITION", nth=9)
    run.start()
    assert run.finished().finished == "succeeded"
    assert sorted(name[:7] for name in run.began()) == ["train.a", "train.b"]
    unstarted = [end.reason for end in ended(run) if end.outcome == "infrastructure"]
    assert unstarted == ["it could not be started: the stand-in was told to fail"]


def test_what_one_coordinator_could_not_cancel_the_next_one_does(launch: Launch, plane: Plane) -> None:
    run = launch(stage("train", {"a": LONG}))
    run.start()
    run.wait(Launched.began)
    plane.fail("FunctionCallCancel", status="FAILED_PRECONDITION", times=None)
    run.put("cancel", b"")
    run.wait(lambda run: any(isinstance(event, AttemptCancelling) for event in run.events()))
    assert plane.kill("coordinate")
    run.wait(lambda run: openings(run) == 2)
    plane.clear_faults()
    assert run.finished().finished == "cancelled"
    assert run.outcomes() == {"train/a": ["cancelled"]}


def test_a_run_that_is_finished_but_for_its_last_line_is_finished_by_the_next_coordinator(
    launch: Launch, plane: Plane, tmp_path: Path
) -> None:
    run = launch(stage("train", {"a": (("write", "said", "A"), *nap(1))}))
    run.start()
    run.wait(Launched.began)
    plane.delay("VolumeCommit", 0.7, caller="container")
    run.wait(lambda run: run.read("bundle.tar"))
    assert plane.kill("coordinate")
    plane.clear_faults()
    assert run.finished().finished == "succeeded"
    assert openings(run) == 2
    assert (run.home(tmp_path).output("train/a", 1) / "said").read_text() == "A"
