"""Random plans, lived through in random ways, against what must always hold."""

from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from runner.engine.decide import Action, Cancel, Finish, Start, Trip, decide
from runner.engine.events import (
    AttemptAbandoned,
    AttemptCancelling,
    AttemptFinished,
    AttemptOutcome,
    AttemptStarted,
    AttemptStarting,
    BreakerTripped,
    CancelRequested,
    Event,
    RetryRequested,
    RunFinished,
    RunOpened,
)
from runner.engine.retries import INTERRUPTIONS
from runner.engine.state import State, replay
from runner.plan.model import PinnedSource, Plan, Requirements, Stage, Task

OUTCOMES: list[AttemptOutcome] = [
    *("succeeded", "succeeded", "failed", "timeout", "stalled"),
    *("out-of-memory", "preempted", "infrastructure", "suspended", "cancelled"),
]
DISTURBANCES = 4
STEPS = 3_000


@st.composite
def stages(draw: st.DrawFn) -> tuple[Stage, ...]:
    found: list[Stage] = []
    for number in range(draw(st.integers(1, 4))):
        count = draw(st.integers(0, 9))
        earlier = [stage.name for stage in found]
        found.append(
            Stage(
                name=f"s{number}",
                tasks=tuple(Task(f"s{number}/{task}", (("true",),)) for task in range(count)),
                requirements=Requirements(
                    cpu=draw(st.sampled_from([0.125, 0.3, 1.0, 2.0, 16.0])),
                    memory=1,
                    timeout=draw(st.integers(0, 20)),
                    retries=draw(st.integers(0, 2)),
                    retry_on=tuple(draw(st.sets(st.sampled_from(["timeout", "out-of-memory"])))),
                ),
                inputs=tuple(sorted(draw(st.sets(st.sampled_from(earlier))))) if earlier else (),
                proceed=draw(st.sampled_from(["all", "any"])),
                max_parallel=draw(st.none() | st.integers(1, 3)),
            )
        )
    return tuple(found)


class History:
    """Lives a run, and checks each step against a plain reading of the rules."""

    def __init__(self, plan: Plan, chance: Random) -> None:
        self.plan = plan
        self.chance = chance
        self.state = State(plan)
        self.events: list[Event] = []
        self.stage_of = {task.id: stage for stage in plan.stages for task in stage.tasks}
        self.live: dict[str, int] = {}
        self.succeeded: set[str] = set()
        self.given_up: dict[str, AttemptOutcome] = {}
        self.stopped = False
        self.slots = 0
        self.tries: dict[str, int] = {}
        self.spent: dict[str, float] = {}
        self.disturbances = 0

    def happen(self, event: Event) -> None:
        self.events.append(event)
        self.state.apply(event)

    def live_through(self) -> None:
        self.open()
        for _ in range(STEPS):
            actions = decide(self.state)
            assert actions == decide(self.state)
            for action in actions:
                self.act(action)
            if self.state.finished is not None:
                if self.disturbances >= DISTURBANCES or self.chance.random() < 0.5:
                    return
                self.disturbances += 1
                self.open()
                self.retry()
            elif not actions:
                self.something()
        raise AssertionError("the run does not end")

    def open(self) -> None:
        self.slots = self.chance.randint(1, 4)
        self.happen(RunOpened(0.0, self.slots))

    def retry(self) -> None:
        if self.state.finished is not None:
            self.forget_what_read_from_failures()
        self.happen(RetryRequested(0.0))
        self.stopped = self.state.finished is not None
        self.tries.clear()
        self.spent.clear()

    def forget_what_read_from_failures(self) -> None:
        by_name = {stage.name: stage for stage in self.plan.stages}
        for stage in self.plan.stages:
            sources = [task.id for name in stage.inputs for task in by_name[name].tasks]
            if not self.succeeded.issuperset(sources):
                self.succeeded.difference_update(task.id for task in stage.tasks)

    def something(self) -> None:
        assert self.live, "nothing to do, nothing to wait for, and not finished"
        if self.disturbances < DISTURBANCES and self.chance.random() < 0.1:
            self.disturbances += 1
            self.disturb()
        else:
            self.end(self.chance.choice(sorted(self.live)))

    def disturb(self) -> None:
        if self.chance.random() < 0.3:
            self.happen(CancelRequested(0.0))
            self.stopped = True
            return
        self.happen(RunOpened(0.0, self.slots))
        for task in sorted(self.live):
            if self.chance.random() < 0.3:
                continue  # it goes on without its driver
            if self.chance.random() < 0.5:
                self.happen(AttemptAbandoned(0.0, task, self.live.pop(task)))
            else:
                self.end(task, self.chance.choice(["preempted", "succeeded", "failed"]))
        if self.chance.random() < 0.5:
            self.retry()

    def end(self, task: str, outcome: AttemptOutcome | None = None) -> None:
        outcome = outcome or self.chance.choice(OUTCOMES)
        took = self.chance.uniform(0.0, 10.0)
        if outcome == "suspended":
            # The place gave it all the time that it has, which is no try of its own.
            took = max(1.0, self.stage_of[task].requirements.timeout / 2)
            self.tries[task] = self.tries.get(task, 0) - 1
        attempt = self.live.pop(task)
        self.spent[task] = self.spent.get(task, 0.0) + took
        self.happen(
            AttemptFinished(at=0.0, task=task, attempt=attempt, outcome=outcome, started=0.0, ended=took)
        )
        if outcome == "succeeded":
            self.succeeded.add(task)

    def act(self, action: Action) -> None:
        assert self.state.finished is None
        match action:
            case Start():
                self.check_start(action)
                self.live[action.task] = action.attempt
                self.happen(AttemptStarting(0.0, action.task, action.attempt, action.timeout))
                self.happen(AttemptStarted(0.0, action.task, action.attempt))
                self.check_slots()
            case Cancel():
                assert self.live[action.task] == action.attempt
                self.happen(AttemptCancelling(0.0, action.task, action.attempt, action.reason))
            case Trip():
                self.stopped = True
                self.happen(BreakerTripped(0.0, action.stage, action.reason))
            case Finish():
                assert not self.live
                self.happen(RunFinished(0.0, action.state, action.reason))
                self.check_end(action)

    def check_start(self, start: Start) -> None:
        stage = self.stage_of[start.task]
        needs = stage.requirements
        assert not self.stopped
        assert start.task not in self.live
        assert start.task not in self.succeeded
        self.tries[start.task] = self.tries.get(start.task, 0) + 1
        assert self.tries[start.task] <= 1 + needs.retries + (INTERRUPTIONS + 1) * (1 + DISTURBANCES)
        left = needs.timeout * (1 + needs.retries) - self.spent.get(start.task, 0.0)
        assert 0 <= start.timeout <= min(needs.timeout, left)
        by_name = {known.name: known for known in self.plan.stages}
        for source in (by_name[name] for name in stage.inputs):
            done = [task.id in self.succeeded for task in source.tasks]
            assert any(done) if stage.proceed == "any" else all(done)
            assert not any(task.id in self.live for task in source.tasks)

    def check_slots(self) -> None:
        used = [min(self.stage_of[task].requirements.cpu, self.slots) for task in self.live]
        # Attempts that an earlier driver started are gone before anything is started.
        assert sum(used) <= self.slots + 1e-9
        for stage in self.plan.stages:
            if stage.max_parallel is not None:
                assert sum(self.stage_of[task] is stage for task in self.live) <= stage.max_parallel

    def check_end(self, finish: Finish) -> None:
        outcomes = {task: self.state.outcome(task) for task in self.stage_of}
        assert None not in outcomes.values()
        assert {task for task, outcome in outcomes.items() if outcome == "succeeded"} == self.succeeded
        if len(self.succeeded) == len(self.stage_of) and all(stage.tasks for stage in self.plan.stages):
            assert finish.state == "succeeded"
        consumed = {name for stage in self.plan.stages for name in stage.inputs}
        for task, outcome in outcomes.items():
            if outcome != "succeeded" and self.stage_of[task].name not in consumed:
                assert finish.state != "succeeded"


def picture(state: State) -> dict[str, Any]:
    """All that a state knows, as plain data."""
    return {
        "tasks": [
            (task.attempt, task.outcome, task.ready, task.failures, task.spent, task.live)
            for task in state.in_plan_order
        ],
        "stages": [
            (stage.waiting, stage.done, stage.skipped, stage.ready, stage.live, stage.ended, stage.suspects)
            for stage in state.course.stages
        ],
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
