from collections.abc import Callable

import pytest

from runner.engine.decide import Action, Cancel, Finish, Start, Trip, decide
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
)
from runner.engine.retries import INTERRUPTIONS
from runner.engine.state import State
from runner.plan.model import Plan, Stage

MakeStage = Callable[..., Stage]
MakePlan = Callable[..., Plan]


class Story:
    """A run told step by step, with `slots` cores."""

    def __init__(self, plan: Plan, slots: int = 4) -> None:
        self.state = State(plan)
        self.state.apply(RunOpened(0.0, slots))

    def go(self) -> list[Action]:
        """Carries out what is decided now, and says what that was."""
        actions = decide(self.state)
        for action in actions:
            match action:
                case Start():
                    self.state.apply(AttemptStarting(0.0, action.task, action.attempt, action.timeout))
                case Cancel():
                    self.state.apply(AttemptCancelling(0.0, action.task, action.attempt, action.reason))
                case Trip():
                    self.state.apply(BreakerTripped(0.0, action.stage, action.reason))
                case Finish():
                    self.state.apply(RunFinished(0.0, action.state, action.reason))
        return actions

    def started(self) -> list[str]:
        return [action.task for action in self.go() if isinstance(action, Start)]

    def end(self, task: str, outcome: AttemptOutcome = "succeeded", seconds: float = 1.0) -> None:
        attempt = self.state.tasks[task].attempt
        self.state.apply(
            AttemptFinished(at=0.0, task=task, attempt=attempt, outcome=outcome, started=0.0, ended=seconds)
        )

    def finish(self) -> Finish:
        (action,) = self.go()
        assert isinstance(action, Finish)
        return action


def test_tasks_start_in_the_order_of_the_plan_as_slots_become_free(stage: MakeStage, plan: MakePlan) -> None:
    story = Story(plan(stage("a", 3)), slots=2)
    assert story.started() == ["a/0", "a/1"]
    assert story.go() == []
    story.end("a/1")
    assert story.started() == ["a/2"]


def test_nothing_is_decided_before_the_run_is_opened(stage: MakeStage, plan: MakePlan) -> None:
    assert decide(State(plan(stage("a")))) == []


def test_a_task_takes_as_many_slots_as_it_has_cores(stage: MakeStage, plan: MakePlan) -> None:
    story = Story(plan(stage("a", 3, cpu=2.0)), slots=5)
    assert story.started() == ["a/0", "a/1"]


def test_tasks_share_a_slot_when_they_need_less_than_one(stage: MakeStage, plan: MakePlan) -> None:
    assert len(Story(plan(stage("a", 20, cpu=0.125)), slots=2).started()) == 16


def test_a_task_larger_than_the_machine_runs_alone(stage: MakeStage, plan: MakePlan) -> None:
    story = Story(plan(stage("a", 2, cpu=64.0)), slots=2)
    assert story.started() == ["a/0"]


def test_a_big_task_is_not_passed_by_smaller_ones(stage: MakeStage, plan: MakePlan) -> None:
    story = Story(plan(stage("small", 1), stage("big", 1, cpu=2.0), stage("last", 3)), slots=2)
    assert story.started() == ["small/0"]
    story.end("small/0")
    assert story.started() == ["big/0"]


def test_a_stage_at_its_limit_lets_later_stages_run(stage: MakeStage, plan: MakePlan) -> None:
    story = Story(plan(stage("a", 3, max_parallel=1), stage("b", 2)), slots=3)
    assert story.started() == ["a/0", "b/0", "b/1"]


def test_a_retried_task_goes_before_later_ones(stage: MakeStage, plan: MakePlan) -> None:
    story = Story(plan(stage("a", 3, retries=1)), slots=1)
    story.go()
    story.end("a/0", "failed")
    assert story.started() == ["a/0"]


def test_a_stage_begins_when_all_tasks_of_its_inputs_succeeded(stage: MakeStage, plan: MakePlan) -> None:
    story = Story(plan(stage("a", 2), stage("b", inputs=("a",))))
    story.go()
    story.end("a/0")
    assert story.go() == []
    story.end("a/1")
    assert story.started() == ["b/0"]


def test_a_failure_skips_the_stages_that_need_every_task(stage: MakeStage, plan: MakePlan) -> None:
    story = Story(plan(stage("a", 2), stage("b", inputs=("a",)), stage("c", inputs=("b",))))
    story.go()
    story.end("a/0", "failed")
    story.end("a/1")
    assert story.finish() == Finish("failed", "1 of 2 tasks of the stage a failed")
    assert [story.state.outcome(task) for task in ("a/1", "b/0", "c/0")] == [
        "succeeded",
        "skipped",
        "skipped",
    ]


def test_a_failure_is_forgiven_where_a_later_stage_goes_on_with_the_rest(
    stage: MakeStage, plan: MakePlan
) -> None:
    story = Story(plan(stage("a", 2), stage("b", inputs=("a",), proceed="any")))
    story.go()
    story.end("a/0", "failed")
    story.end("a/1")
    assert story.started() == ["b/0"]
    assert story.state.course.inputs("b") == {"a/1": 1}
    story.end("b/0")
    assert story.finish().state == "succeeded"
    assert story.state.outcome("a/0") == "failed"


def test_nothing_to_go_on_with_is_not_forgiven(stage: MakeStage, plan: MakePlan) -> None:
    story = Story(plan(stage("a", 2), stage("b", inputs=("a",), proceed="any")))
    story.go()
    story.end("a/0", "failed")
    story.end("a/1", "failed")
    assert story.finish() == Finish("failed", "2 of 2 tasks of the stage a failed")


def test_a_failed_program_is_tried_again_as_often_as_the_plan_says(stage: MakeStage, plan: MakePlan) -> None:
    story = Story(plan(stage("a", retries=2)))
    for attempt in (1, 2, 3):
        assert story.go() == [Start("a/0", attempt, 100.0)]
        story.end("a/0", "failed")
    assert story.finish().state == "failed"


@pytest.mark.parametrize("outcome", ["timeout", "stalled", "out-of-memory"])
def test_limits_are_not_tried_again_unless_the_plan_says_so(
    stage: MakeStage, plan: MakePlan, outcome: AttemptOutcome
) -> None:
    story = Story(plan(stage("a", retries=2)))
    story.go()
    story.end("a/0", outcome)
    assert story.finish().state == "failed"


@pytest.mark.parametrize(
    ("outcome", "name"),
    [("timeout", "timeout"), ("stalled", "timeout"), ("out-of-memory", "out-of-memory")],
)
def test_limits_are_tried_again_where_the_plan_says_so(
    stage: MakeStage, plan: MakePlan, outcome: AttemptOutcome, name: str
) -> None:
    story = Story(plan(stage("a", retries=1, retry_on=(name,))))
    story.go()
    story.end("a/0", outcome)
    assert story.started() == ["a/0"]
    story.end("a/0", outcome)
    assert story.finish().state == "failed"


@pytest.mark.parametrize("outcome", ["preempted", "infrastructure"])
def test_interruptions_are_tried_again_three_times(
    stage: MakeStage, plan: MakePlan, outcome: AttemptOutcome
) -> None:
    story = Story(plan(stage("a")))
    for _ in range(4):
        assert story.started() == ["a/0"]
        story.end("a/0", outcome)
    assert story.finish().state == "failed"


def test_a_run_killed_and_resumed_ten_times_still_finishes(stage: MakeStage, plan: MakePlan) -> None:
    story = Story(plan(stage("a")))
    for _ in range(10):
        assert story.started() == ["a/0"]
        story.state.apply(RunOpened(0.0, 4))
        story.end("a/0", "preempted", seconds=60.0)
        story.state.apply(RetryRequested(0.0))
    assert story.started() == ["a/0"]
    story.end("a/0")
    assert story.finish().state == "succeeded"


def test_drivers_that_are_killed_again_and_again_use_up_no_retries(stage: MakeStage, plan: MakePlan) -> None:
    story = Story(plan(stage("a")))
    for _ in range(10):
        assert story.started() == ["a/0"]
        story.state.apply(RunOpened(0.0, 4))
        story.end("a/0", "preempted")
    assert story.started() == ["a/0"]


def test_all_attempts_together_never_take_more_than_the_time_that_was_priced(
    stage: MakeStage, plan: MakePlan
) -> None:
    story = Story(plan(stage("a", retries=1)))
    for attempt, (spent, granted) in enumerate([(90.0, 100.0), (70.0, 100.0), (39.5, 40.0)], start=1):
        assert story.go() == [Start("a/0", attempt, granted)]
        story.end("a/0", "preempted", seconds=spent)
    assert story.finish().state == "failed"
    assert story.state.outcome("a/0") == "preempted"


def test_an_attempt_that_never_began_counts_as_none(stage: MakeStage, plan: MakePlan) -> None:
    story = Story(plan(stage("a")))
    for attempt in range(1, 10):
        assert story.go() == [Start("a/0", attempt, 100.0)]
        story.state.apply(AttemptAbandoned(0.0, "a/0", attempt))
    assert story.state.tasks["a/0"].attempts == []


def test_five_tasks_failing_in_a_row_stop_the_run(stage: MakeStage, plan: MakePlan) -> None:
    story = Story(plan(stage("a", 20)), slots=2)
    story.go()
    for number in range(5):
        story.end(f"a/{number}", "failed")
        actions = story.go()
    assert actions == [Trip("a", "5 tasks of the stage a failed in a row, so nothing more is started")]
    assert story.go() == []
    story.end("a/5")
    assert story.finish() == Finish("failed", actions[0].reason)
    assert story.state.outcome("a/5") == "succeeded"
    assert story.state.outcome("a/6") == "skipped"


def test_a_success_between_keeps_the_breaker_from_tripping(stage: MakeStage, plan: MakePlan) -> None:
    story = Story(plan(stage("a", 20)), slots=1)
    for number in range(20):
        assert story.started() == [f"a/{number}"]
        story.end(f"a/{number}", "succeeded" if number % 5 == 4 else "failed")
    assert isinstance(story.finish(), Finish)


def test_the_breaker_leaves_a_stage_alone_that_is_done_anyway(stage: MakeStage, plan: MakePlan) -> None:
    story = Story(plan(stage("a", 5), stage("b", 1)), slots=5)
    story.go()
    for number in range(5):
        story.end(f"a/{number}", "failed")
    assert story.started() == ["b/0"]


def test_one_task_failing_again_and_again_is_no_reason_to_stop(stage: MakeStage, plan: MakePlan) -> None:
    story = Story(plan(stage("a", 2, retries=9)), slots=1)
    for _ in range(10):
        assert story.started() == ["a/0"]
        story.end("a/0", "failed")
    assert story.started() == ["a/1"]


def test_cancelling_ends_what_runs_and_starts_nothing_more(stage: MakeStage, plan: MakePlan) -> None:
    story = Story(plan(stage("a", 3)), slots=2)
    story.go()
    story.state.apply(CancelRequested(0.0))
    assert [action.task for action in story.go() if isinstance(action, Cancel)] == ["a/0", "a/1"]
    assert story.go() == []
    story.end("a/0", "cancelled")
    story.end("a/1")
    assert story.finish().state == "cancelled"
    outcomes = [story.state.outcome(f"a/{number}") for number in range(3)]
    assert outcomes == ["cancelled", "succeeded", "skipped"]


def test_the_next_driver_tells_again_what_the_one_before_it_may_not_have_come_to(
    stage: MakeStage, plan: MakePlan
) -> None:
    story = Story(plan(stage("a", 2)))
    story.go()
    story.state.apply(CancelRequested(0.0))
    story.go()
    story.state.apply(RunOpened(0.0, 4))
    story.end("a/0", "cancelled")
    assert [action.task for action in story.go() if isinstance(action, Cancel)] == ["a/1"]
    assert story.go() == []


def test_a_request_to_cancel_that_came_too_late_changes_nothing(stage: MakeStage, plan: MakePlan) -> None:
    story = Story(plan(stage("a")))
    story.go()
    story.state.apply(CancelRequested(0.0))
    story.end("a/0")
    assert story.finish().state == "succeeded"


def test_a_retry_goes_on_with_a_cancelled_run(stage: MakeStage, plan: MakePlan) -> None:
    story = Story(plan(stage("a", 2)), slots=1)
    story.go()
    story.state.apply(CancelRequested(0.0))
    story.go()
    story.end("a/0", "cancelled")
    story.finish()
    story.state.apply(RetryRequested(0.0))
    assert story.started() == ["a/0"]
    story.end("a/0")
    assert story.started() == ["a/1"]


def test_a_retry_of_a_failed_run_repeats_only_what_did_not_succeed(stage: MakeStage, plan: MakePlan) -> None:
    story = Story(plan(stage("a", 2), stage("b", inputs=("a",))))
    story.go()
    story.end("a/0", "failed")
    story.end("a/1")
    story.finish()
    story.state.apply(RetryRequested(0.0))
    assert story.started() == ["a/0"]
    story.end("a/0")
    assert story.started() == ["b/0"]
    story.end("b/0")
    assert story.finish().state == "succeeded"


def test_a_retry_of_a_stopped_run_goes_on_where_the_breaker_tripped(stage: MakeStage, plan: MakePlan) -> None:
    story = Story(plan(stage("a", 7)), slots=1)
    for number in range(5):
        story.go()
        story.end(f"a/{number}", "failed")
    story.go()
    story.finish()
    story.state.apply(RetryRequested(0.0))
    assert story.started() == ["a/0"]


def test_a_retry_of_a_run_in_which_all_succeeded_changes_nothing(stage: MakeStage, plan: MakePlan) -> None:
    story = Story(plan(stage("a")))
    story.go()
    story.end("a/0")
    story.finish()
    story.state.apply(RetryRequested(0.0))
    assert story.go() == []
    assert story.state.finished == "succeeded"


def test_a_retry_repeats_what_read_from_a_task_that_failed(stage: MakeStage, plan: MakePlan) -> None:
    story = Story(plan(stage("a", tasks=2), stage("b", inputs=("a",), proceed="any")))
    story.go()
    story.end("a/0")
    story.end("a/1", "failed")
    story.go()
    story.end("b/0")
    story.finish()
    story.state.apply(RetryRequested(0.0))
    assert story.started() == ["a/1"]
    story.end("a/1")
    assert story.started() == ["b/0"]


def test_an_attempt_that_is_suspended_is_gone_on_with_for_as_long_as_there_is_time(
    stage: MakeStage, plan: MakePlan
) -> None:
    story = Story(plan(stage("a", timeout=10 * 86_400)))
    for _ in range(10):
        assert story.started() == ["a/0"]
        story.end("a/0", "suspended", 86_400.0)
    assert story.finish().state == "failed"


def test_a_program_that_says_it_was_suspended_at_once_does_not_go_on_for_ever(
    stage: MakeStage, plan: MakePlan
) -> None:
    story = Story(plan(stage("a")))
    for _ in range(INTERRUPTIONS + 1):
        assert story.started() == ["a/0"]
        story.end("a/0", "suspended", 0.0)
    assert story.finish().state == "failed"


def test_a_success_that_a_retry_took_back_and_that_never_came_again_is_none(
    stage: MakeStage, plan: MakePlan
) -> None:
    story = Story(
        plan(
            stage("first", 2),
            stage("second", 2, inputs=("first",), proceed="any"),
            stage("third", inputs=("second",)),
        )
    )
    story.go()
    story.end("first/0")
    story.end("first/1", "failed")
    story.go()
    story.end("second/0")
    story.end("second/1")
    story.go()
    story.end("third/0")
    story.go()
    story.state.apply(RetryRequested(0.0))
    story.go()
    story.end("first/1")
    story.go()
    story.end("second/0")
    story.end("second/1", "failed")
    story.go()
    assert story.state.finished == "failed"
    assert story.state.outcome("third/0") == "skipped"
