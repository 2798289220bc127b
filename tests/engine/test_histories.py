"""Random plans, lived through in random ways, against what must always hold."""

from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from runner.engine.decide import decide
from runner.engine.state import State, replay
from runner.plan.model import PinnedSource, Plan, Stage
from tests.engine.history import History, stages


def picture(state: State) -> dict[str, Any]:
    """All that a state knows, as plain data."""
    return {
        "tasks": [
            (task.attempt, task.outcome, task.ready, task.failures, task.spent, task.live)
            for task in state.in_plan_order
        ],
        "trials": [(task.point, task.value, task.measured, task.stopping) for task in state.in_plan_order],
        "stages": [
            (stage.waiting, stage.done, stage.skipped, stage.ready, stage.live, stage.ended, stage.suspects)
            for stage in state.course.stages
        ],
        "searches": [
            (
                stage.over,
                stage.target,
                stage.best and stage.best.task.id,
                [task.task.id for task in stage.suggested],
            )
            for stage in state.course.stages
        ],
        "satisfied": sorted(state.satisfied),
        "unstopped": sorted(state.unstopped),
        "rest": (
            state.course.startable,
            state.used,
            state.slots,
            state.cancelled,
            state.tripped,
            state.finished,
        ),
        "left": state.course.stages_left,
        "outcomes": [state.outcome(task) for task in state.tasks],
    }


@settings(max_examples=400, deadline=None)
@given(stages=stages(), chance=st.randoms(use_true_random=False))
def test_whatever_happens_the_rules_hold_and_the_run_ends(stages: tuple[Stage, ...], chance: Random) -> None:
    plan = Plan(job="job", kind="Command", source=PinnedSource("c", "t"), manifest={}, stages=stages)
    history = History(plan, chance)
    history.live_through()
    assert picture(replay(plan, history.events)) == picture(history.state)


@settings(max_examples=100, deadline=None)
@given(stages=stages(), chance=st.randoms(use_true_random=False))
def test_a_driver_that_starts_from_the_journal_decides_the_same(
    stages: tuple[Stage, ...], chance: Random
) -> None:
    plan = Plan(job="job", kind="Command", source=PinnedSource("c", "t"), manifest={}, stages=stages)
    history = History(plan, chance)
    history.live_through()
    state = State(plan)
    for number, event in enumerate(history.events, start=1):
        state.apply(event)
        assert decide(replay(plan, history.events[:number])) == decide(state)
