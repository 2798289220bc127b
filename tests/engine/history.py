"""Random plans, and a life of each, checked step by step against a plain reading of the rules."""

from random import Random

from hypothesis import strategies as st
from msgspec.structs import replace

from runner.engine.decide import Action, Cancel, EndSearch, Finish, Start, Trip, decide
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
    SearchEnded,
    TrialMeasured,
    TrialStopping,
    TrialSuggested,
)
from runner.engine.retries import INTERRUPTIONS
from runner.engine.search.ledger import unmeasured
from runner.engine.state import State
from runner.plan.model import Plan, Requirements, Search, Stage, Task

OUTCOMES: list[AttemptOutcome] = [
    *("succeeded", "succeeded", "failed", "timeout", "stalled"),
    *("out-of-memory", "preempted", "infrastructure", "suspended", "cancelled"),
]
DISTURBANCES = 4
STEPS = 3_000


SEARCH = Search(method="grid", parameters={}, command=("true",), metric="loss")
SEARCHES = st.none() | st.sampled_from([SEARCH, replace(SEARCH, target=0.1)])


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
                search=draw(SEARCHES) if count else None,
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
        self.points: set[str] = set()
        self.stopping: set[str] = set()
        self.settled: set[str] = set()
        self.over: set[str] = set()
        self.at_target: set[str] = set()
        self.to_end: set[str] = set()

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
        self.measure_overdue()

    def retry(self) -> None:
        if self.state.finished is not None:
            self.forget_what_read_from_failures()
        self.happen(RetryRequested(0.0))
        self.stopped = self.state.finished is not None
        self.at_target -= self.over - self.to_end
        self.tries.clear()
        self.spent.clear()

    def forget_what_read_from_failures(self) -> None:
        by_name = {stage.name: stage for stage in self.plan.stages}
        for stage in self.plan.stages:
            sources = [task.id for name in stage.inputs for task in by_name[name].tasks]
            if not (self.succeeded | self.settled).issuperset(sources):
                for known in (self.succeeded, self.settled, self.stopping):
                    known.difference_update(task.id for task in stage.tasks)
                self.over.discard(stage.name)
                self.at_target.discard(stage.name)
                self.to_end.discard(stage.name)

    def something(self) -> None:
        assert self.live, "nothing to do, nothing to wait for, and not finished"
        if self.disturbances < DISTURBANCES and self.chance.random() < 0.1:
            self.disturbances += 1
            self.disturb()
        elif (trials := sorted(filter(self.is_trial, self.live))) and self.chance.random() < 0.1:
            task = self.chance.choice(trials)
            self.happen(TrialStopping(0.0, task, self.live[task], "others did better"))
            self.stopping.add(task)
        else:
            self.end(self.chance.choice(sorted(self.live)))

    def disturb(self) -> None:
        if self.chance.random() < 0.3:
            self.happen(CancelRequested(0.0))
            self.stopped = True
            return
        if self.chance.random() < 0.3:
            self.end(self.chance.choice(sorted(self.live)), measured=False)
        self.happen(RunOpened(0.0, self.slots))
        self.measure_overdue()
        for task in sorted(self.live):
            if self.chance.random() < 0.3:
                continue  # it goes on without its driver
            if self.chance.random() < 0.5:
                self.happen(AttemptAbandoned(0.0, task, self.live.pop(task)))
                if task in self.stopping:
                    self.settled.add(task)
                elif self.stage_of[task].name in self.over & self.at_target:
                    self.note_left_over(task)
            else:
                self.end(task, self.chance.choice(["preempted", "succeeded", "failed"]))
        if self.chance.random() < 0.5:
            self.retry()

    def is_trial(self, task: str) -> bool:
        return self.stage_of[task].search is not None

    def note_left_over(self, task: str) -> None:
        if self.state.outcome(task) == "skipped":
            self.settled.add(task)

    def measure_overdue(self) -> None:
        for stage in self.state.course.stages:
            for task in unmeasured(stage):
                self.measure(task.task.id, task.attempts[-1].attempt)
            assert not unmeasured(stage)

    def measure(self, task: str, attempt: int) -> None:
        value = self.chance.choice([None, self.chance.random()])
        self.happen(TrialMeasured(0.0, task, attempt, value))
        search = self.stage_of[task].search
        if search and search.target is not None and value is not None and value <= search.target:
            self.note_target(self.stage_of[task].name)

    def note_target(self, stage: str) -> None:
        if stage not in self.at_target and not self.state.course.stage(stage).done:
            self.to_end.add(stage)
        self.at_target.add(stage)

    def end(self, task: str, outcome: AttemptOutcome | None = None, measured: bool = True) -> None:
        outcome = self.chance.choice(OUTCOMES) if outcome is None else outcome
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
        elif task in self.stopping:
            self.settled.add(task)
            assert self.state.outcome(task) == "stopped"
        if measured and self.is_trial(task) and self.state.outcome(task) in ("succeeded", "stopped"):
            self.measure(task, attempt)

    def act(self, action: Action) -> None:
        assert self.state.finished is None
        match action:
            case Start():
                if self.is_trial(action.task) and not self.found_point(action.task):
                    return
                self.check_start(action)
                self.live[action.task] = action.attempt
                self.happen(AttemptStarting(0.0, action.task, action.attempt, action.timeout))
                self.happen(AttemptStarted(0.0, action.task, action.attempt))
                self.check_slots()
            case Cancel():
                assert self.live[action.task] == action.attempt
                self.happen(AttemptCancelling(0.0, action.task, action.attempt, action.reason))
            case EndSearch():
                assert action.stage in self.to_end
                self.end_search(action.stage, action.reason)
            case Trip():
                self.stopped = True
                self.happen(BreakerTripped(0.0, action.stage, action.reason))
            case Finish():
                assert not self.live
                self.happen(RunFinished(0.0, action.state, action.reason))
                self.check_end(action)

    def found_point(self, task: str) -> bool:
        """As the loop does: a point is asked for once, and there may be no further one."""
        stage = self.stage_of[task].name
        if task in self.points:
            return True
        if stage in self.over:
            assert not self.state.tasks[task].ready
            return False
        if self.chance.random() < 0.05:
            self.end_search(stage, "no further point is to be tried")
            return False
        self.points.add(task)
        self.happen(TrialSuggested(0.0, task, {"place": len(self.points)}))
        return True

    def end_search(self, stage: str, reason: str) -> None:
        before = {task for task in self.stage_of if self.state.outcome(task) is None}
        self.happen(SearchEnded(0.0, stage, reason))
        self.over.add(stage)
        self.to_end.discard(stage)
        for task in before:
            self.note_left_over(task)

    def check_start(self, start: Start) -> None:
        assert start.task not in self.settled | self.stopping
        assert not self.is_trial(start.task) or start.task in self.points
        assert self.stage_of[start.task].name not in self.at_target & self.over
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
            done = [self.state.outcome(task.id) in ("succeeded", "stopped") for task in source.tasks]
            assert any(done) if stage.proceed == "any" or source.search else all(done)
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
        by_name = {stage.name: [outcomes[task.id] for task in stage.tasks] for stage in self.plan.stages}
        for stage in self.plan.stages:
            if stage.search and not {"succeeded", "stopped"} & set(by_name[stage.name]):
                assert finish.state != "succeeded"
        consumed = {name for stage in self.plan.stages for name in stage.inputs}
        for task, outcome in outcomes.items():
            if (
                outcome != "succeeded"
                and not self.is_trial(task)
                and self.stage_of[task].name not in consumed
            ):
                assert finish.state != "succeeded"
