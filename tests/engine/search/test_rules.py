"""What a search adds to the rules of a run."""

from collections.abc import Callable
from typing import Any

import pytest

from runner.engine.decide import Action, Cancel, EndSearch, Finish, Start, Trip, decide
from runner.engine.events import (
    AttemptAbandoned,
    AttemptCancelling,
    AttemptFinished,
    AttemptOutcome,
    AttemptStarting,
    BreakerTripped,
    CancelRequested,
    RetryRequested,
    RunFinished,
    RunOpened,
    SearchEnded,
    TrialMeasured,
    TrialStopping,
    TrialSuggested,
)
from runner.engine.state import State
from runner.plan.model import Plan, Search, Stage

MakeStage = Callable[..., Stage]
MakePlan = Callable[..., Plan]


def search(**changes: Any) -> Search:
    told = {"method": "grid", "parameters": {}, "command": ("true",), "metric": "loss"}
    return Search(**{**told, **changes})


class Story:
    """A run of a search stage `t`, told step by step with `slots` cores. A trial has its id as its point."""

    def __init__(self, plan: Plan, slots: int = 2) -> None:
        self.state = State(plan)
        self.slots = slots
        self.state.apply(RunOpened(0.0, slots))

    def go(self) -> list[Action]:
        actions = decide(self.state)
        for action in actions:
            match action:
                case Start():
                    if self.state.tasks[action.task].point is None and action.task.startswith("t/"):
                        self.state.apply(TrialSuggested(0.0, action.task, {"place": action.task}))
                    self.state.apply(AttemptStarting(0.0, action.task, action.attempt, action.timeout))
                case Cancel():
                    self.state.apply(AttemptCancelling(0.0, action.task, action.attempt, action.reason))
                case EndSearch():
                    self.state.apply(SearchEnded(0.0, action.stage, action.reason))
                case Trip():
                    self.state.apply(BreakerTripped(0.0, action.stage, action.reason))
                case Finish():
                    self.state.apply(RunFinished(0.0, action.state, action.reason))
        return actions

    def end(self, task: str, outcome: AttemptOutcome = "succeeded", value: float | None = None) -> None:
        attempt = self.state.tasks[task].attempt
        self.state.apply(
            AttemptFinished(at=0.0, task=task, attempt=attempt, outcome=outcome, started=0.0, ended=1.0)
        )
        if self.state.tasks[task].outcome in ("succeeded", "stopped"):
            self.state.apply(TrialMeasured(0.0, task, attempt, value))

    def stop(self, task: str) -> None:
        self.state.apply(TrialStopping(0.0, task, self.state.tasks[task].attempt, "others did better"))

    def outcomes(self) -> list[str | None]:
        return [self.state.outcome(task) for task in self.state.tasks]

    def finish(self) -> Finish:
        (action,) = self.go()
        assert isinstance(action, Finish)
        return action


@pytest.fixture
def story(stage: MakeStage, plan: MakePlan) -> Callable[..., Story]:
    def tell(trials: int, slots: int = 2, *others: Stage, **changes: Any) -> Story:
        wanted = search(**changes.pop("search", {}))
        return Story(plan(stage("t", trials, search=wanted, **changes), *others), slots)

    return tell


Tell = Callable[..., Story]


def test_a_trial_cannot_begin_without_its_point(story: Tell) -> None:
    with pytest.raises(ValueError, match="cannot begin attempt 1 now"):
        story(1).state.apply(AttemptStarting(0.0, "t/0", 1, 1.0))


def test_a_trial_cannot_be_given_two_points(story: Tell) -> None:
    told = story(1)
    told.state.apply(TrialSuggested(0.0, "t/0", {"a": 1}))
    with pytest.raises(ValueError, match="cannot be given a point now"):
        told.state.apply(TrialSuggested(0.0, "t/0", {"a": 2}))


def test_a_task_without_a_search_has_no_point(stage: MakeStage, plan: MakePlan) -> None:
    told = Story(plan(stage("a")))
    with pytest.raises(ValueError, match="a/0 cannot be given a point now"):
        told.state.apply(TrialSuggested(0.0, "a/0", {"a": 1}))
    with pytest.raises(ValueError, match="a/0 is no trial"):
        told.state.apply(TrialMeasured(0.0, "a/0", 1, 1.0))


def test_a_failed_trial_is_tried_again_with_its_point(story: Tell) -> None:
    told = story(1, retries=1)
    told.go()
    told.end("t/0", "failed")
    assert [action.attempt for action in told.go() if isinstance(action, Start)] == [2]
    assert told.state.tasks["t/0"].point == {"place": "t/0"}


def test_one_trial_that_succeeded_is_enough_for_the_run(story: Tell) -> None:
    told = story(2)
    told.go()
    told.end("t/0", "failed")
    told.end("t/1")
    assert told.finish() == Finish("succeeded")


def test_a_search_whose_every_trial_failed_fails_the_run(story: Tell) -> None:
    told = story(2)
    told.go()
    told.end("t/0", "failed")
    told.end("t/1", "timeout")
    assert told.finish() == Finish("failed", "none of the 2 trials of the stage t succeeded")


def test_a_stage_begins_when_one_trial_of_its_search_did_its_part(stage: MakeStage, story: Tell) -> None:
    told = story(2, 2, stage("after", inputs=("t",)))
    told.go()
    told.end("t/0", "failed")
    told.end("t/1")
    assert [action.task for action in told.go() if isinstance(action, Start)] == ["after/0"]
    assert told.state.course.inputs("after") == {"t/1": 1}


@pytest.mark.parametrize(
    ("goal", "values", "reached"), [("minimize", (0.6, 0.5), 1), ("maximize", (0.4, 0.9), 1)]
)
def test_a_search_ends_when_a_trial_reaches_the_target(
    story: Tell, goal: str, values: tuple[float, float], reached: int
) -> None:
    told = story(5, search={"target": 0.5, "goal": goal})
    told.go()
    told.end("t/0", value=values[0])
    assert [action.task for action in told.go() if isinstance(action, Start)] == ["t/2"]
    told.end("t/1", value=values[1])
    assert told.go() == [EndSearch("t", f"t/1 reached the target: loss came to {values[1]:g}")]
    assert told.go() == []
    told.end("t/2", value=1.0)
    assert told.finish().state == "succeeded"
    assert told.outcomes() == ["succeeded", "succeeded", "succeeded", "skipped", "skipped"]


def test_a_retry_that_waits_when_the_target_is_reached_is_not_made(story: Tell) -> None:
    told = story(3, retries=1, search={"target": 0.5}, max_parallel=2)
    told.go()
    told.end("t/0", "failed")
    told.end("t/1", value=0.5)
    assert isinstance(told.go()[0], EndSearch)
    assert told.finish().state == "succeeded"
    assert told.outcomes() == ["failed", "succeeded", "skipped"]


def test_a_trial_that_fails_after_the_target_was_reached_is_not_tried_again(story: Tell) -> None:
    told = story(2, retries=3, search={"target": 0.5})
    told.go()
    told.end("t/1", value=0.5)
    told.go()
    told.end("t/0", "failed")
    assert told.finish().state == "succeeded"


def test_a_trial_that_was_lost_when_the_target_was_reached_is_skipped(story: Tell) -> None:
    told = story(2, search={"target": 0.5})
    told.go()
    told.end("t/1", value=0.5)
    told.go()
    told.state.apply(AttemptAbandoned(0.0, "t/0", 1))
    assert told.finish().state == "succeeded"
    assert told.outcomes() == ["skipped", "succeeded"]


def test_a_retry_never_begins_what_the_target_made_needless(story: Tell) -> None:
    told = story(4, search={"target": 0.5})
    told.go()
    told.end("t/0", "failed")
    told.go()
    told.end("t/1", value=0.5)
    told.go()
    told.end("t/2", value=0.9)
    assert told.finish().state == "succeeded"
    told.state.apply(RetryRequested(0.0))
    assert [action.task for action in told.go() if isinstance(action, Start)] == ["t/0"]
    told.end("t/0")
    told.finish()
    assert told.outcomes() == ["succeeded", "succeeded", "succeeded", "skipped"]


def test_a_target_that_was_reached_ends_the_search_even_if_a_retry_is_asked_for_first(story: Tell) -> None:
    told = story(4, search={"target": 0.5})
    told.go()
    told.end("t/0", value=0.5)
    told.state.apply(RunOpened(0.0, 2))
    told.state.apply(RetryRequested(0.0))
    assert isinstance(told.go()[0], EndSearch)


def test_a_source_that_has_no_further_point_ends_the_search_but_not_the_retries(story: Tell) -> None:
    told = story(4, retries=1)
    told.go()
    told.end("t/0", "failed")
    told.state.apply(SearchEnded(0.0, "t", "no further point is to be tried"))
    assert [(action.task, action.attempt) for action in told.go() if isinstance(action, Start)] == [
        ("t/0", 2)
    ]
    told.end("t/1", "failed")
    assert [(action.task, action.attempt) for action in told.go() if isinstance(action, Start)] == [
        ("t/1", 2)
    ]
    told.end("t/0")
    told.end("t/1")
    assert told.finish().state == "succeeded"
    assert told.outcomes() == ["succeeded", "succeeded", "skipped", "skipped"]


def test_a_search_without_any_point_fails(story: Tell) -> None:
    told = story(2)
    told.state.apply(SearchEnded(0.0, "t", "no further point is to be tried"))
    assert told.finish() == Finish("failed", "none of the 2 trials of the stage t succeeded")


def test_a_trial_that_is_to_stop_is_cancelled_once_and_has_done_its_part(story: Tell) -> None:
    told = story(1, retries=3)
    told.go()
    told.stop("t/0")
    assert told.go() == [Cancel("t/0", 1, "others did better")]
    assert told.go() == []
    told.end("t/0", "cancelled", value=0.7)
    assert told.outcomes() == ["stopped"]
    assert told.state.tasks["t/0"].value == 0.7
    assert told.finish().state == "succeeded"


@pytest.mark.parametrize("outcome", ["failed", "preempted", "timeout", "infrastructure"])
def test_a_trial_that_is_to_stop_is_not_tried_again_however_it_ends(
    story: Tell, outcome: AttemptOutcome
) -> None:
    told = story(1, retries=3, retry_on=("timeout",))
    told.go()
    told.stop("t/0")
    told.go()
    told.end("t/0", outcome)
    assert told.finish().state == "succeeded"
    assert told.outcomes() == ["stopped"]


def test_a_trial_that_succeeds_before_it_can_be_stopped_succeeded(story: Tell) -> None:
    told = story(1)
    told.go()
    told.stop("t/0")
    told.end("t/0", "succeeded", value=0.1)
    assert told.outcomes() == ["succeeded"]


def test_a_trial_that_is_to_stop_is_told_again_by_the_next_driver(story: Tell) -> None:
    told = story(1)
    told.go()
    told.stop("t/0")
    told.go()
    told.state.apply(RunOpened(0.0, 2))
    assert told.go() == [Cancel("t/0", 1, "others did better")]


def test_a_trial_that_was_to_stop_and_had_not_begun_is_stopped(story: Tell) -> None:
    told = story(1)
    told.go()
    told.stop("t/0")
    told.state.apply(AttemptAbandoned(0.0, "t/0", 1))
    assert told.finish().state == "succeeded"
    assert told.outcomes() == ["stopped"]


def test_a_stopped_trial_is_not_tried_again_by_a_person_either(story: Tell) -> None:
    told = story(2)
    told.go()
    told.stop("t/0")
    told.go()
    told.end("t/0", "cancelled")
    told.end("t/1", "failed")
    told.finish()
    told.state.apply(RetryRequested(0.0))
    assert [action.task for action in told.go() if isinstance(action, Start)] == ["t/1"]


def test_a_search_in_which_nothing_failed_is_not_reopened(story: Tell) -> None:
    told = story(3, search={"target": 0.5})
    told.go()
    told.stop("t/0")
    told.go()
    told.end("t/0", "cancelled")
    told.go()
    told.end("t/1", value=0.2)
    told.go()
    told.end("t/2")
    told.finish()
    assert told.state.well
    told.state.apply(RetryRequested(0.0))
    assert told.state.finished == "succeeded"


def test_a_search_that_is_cancelled_goes_on_with_what_is_left(story: Tell) -> None:
    told = story(3)
    told.go()
    told.state.apply(CancelRequested(0.0))
    told.go()
    told.end("t/0", "cancelled")
    told.end("t/1")
    assert told.finish().state == "cancelled"
    told.state.apply(RetryRequested(0.0))
    assert [action.task for action in told.go() if isinstance(action, Start)] == ["t/0", "t/2"]
    assert [task.task.id for task in told.state.course.stages[0].suggested] == ["t/0", "t/1", "t/2"]


def test_a_search_starts_nothing_more_after_twice_as_many_failures_as_run_at_once(story: Tell) -> None:
    told = story(30, slots=4, max_parallel=4)
    started = set()
    for _ in range(30):
        actions = told.go()
        if isinstance(actions[0] if actions else None, Trip):
            break
        started |= {action.task for action in actions if isinstance(action, Start)}
        told.end(next(iter(told.state.live)), "failed")
    failed = sum(task.outcome == "failed" for task in told.state.in_plan_order)
    assert failed == 8


def test_a_search_that_runs_one_trial_at_a_time_has_the_patience_of_any_stage(story: Tell) -> None:
    told = story(30, max_parallel=1)
    for _ in range(5):
        told.go()
        told.end(next(iter(told.state.live)), "failed")
    assert isinstance(told.go()[0], Trip)


def test_a_trial_that_was_stopped_shows_that_the_search_works(story: Tell) -> None:
    told = story(30, max_parallel=1)
    for number in range(8):
        told.go()
        (live,) = told.state.live
        if number == 4:
            told.stop(live)
            told.go()
        told.end(live, "cancelled" if number == 4 else "failed")
    assert isinstance(told.go()[0], Start)


def test_the_best_trial_so_far_is_known(story: Tell) -> None:
    told = story(4, slots=4)
    told.go()
    for task, value in (("t/0", 0.5), ("t/1", None), ("t/2", 0.2), ("t/3", 0.3)):
        told.end(task, value=value)
    best = told.state.course.stages[0].best
    assert best is not None
    assert best.task.id == "t/2"


def test_trials_are_tried_again_with_their_points_when_what_they_read_is_made_anew(
    stage: MakeStage, plan: MakePlan
) -> None:
    trials = stage("t", 2, search=search(target=0.5), inputs=("first",), proceed="any")
    told = Story(plan(stage("first", 2), trials))
    told.go()
    told.end("first/0", "failed")
    attempt = told.state.tasks["first/1"].attempt
    told.state.apply(
        AttemptFinished(at=0.0, task="first/1", attempt=attempt, outcome="succeeded", started=0.0, ended=1.0)
    )
    told.go()
    told.end("t/0", value=0.1)
    told.go()
    told.end("t/1", value=0.7)
    told.finish()
    points = [task.point for task in told.state.course.stages[1].tasks]
    told.state.apply(RetryRequested(0.0))
    assert told.outcomes()[2:] == [None, None]
    assert [task.value for task in told.state.course.stages[1].tasks] == [None, None]
    assert [task.point for task in told.state.course.stages[1].tasks] == points
