"""How single tasks and stages of a run stand."""

from __future__ import annotations

from typing import Any, Final

from msgspec import Struct

from runner.engine.events import AttemptFinished, TaskOutcome
from runner.plan.model import Stage, Task

WELL: Final = frozenset({"succeeded", "stopped"})
"""Outcomes of tasks that did their part."""

SETTLED: Final = WELL | {"skipped"}
"""Outcomes that no retry takes back; the end of a search skips the trials that did not begin."""


class Live(Struct):
    """An attempt that was started and has not ended. `demand` is in thousandths of a core.

    `handle` is the backend's name for it, once that is known.
    """

    attempt: int
    demand: int
    since: float
    handle: str = ""


class TaskState(Struct):
    """What happened to one task. `index` is its place in the plan, `attempt` the latest one's number.

    `failures`, `interruptions` and `spent` (seconds) count since somebody last asked for a retry,
    `interruptions` also only since the run was last opened.

    A trial keeps its `point`. `value` is what the metric came to in the attempt `measured` (0: none was),
    `stopping` why its search ends it early.
    """

    task: Task
    stage: StageState
    index: int
    outcome: TaskOutcome | None = None
    attempt: int = 0
    live: Live | None = None
    attempts: list[AttemptFinished] = []
    failures: int = 0
    spent: float = 0.0
    ready: bool = False
    queued: bool = False
    point: dict[str, Any] | None = None
    value: float | None = None
    measured: int = 0
    stopping: str = ""


class StageState(Struct):
    """What happened to one stage.

    `waiting` counts the input stages that have not ended. `queue` is a heap of task indices; it
    may hold some that are no longer ready. `suspects` failed since the stage's last success.
    `succeeded` counts the tasks that did their part, trials that were stopped among them.

    Of a stage with a search: `suggested` are its trials with a point, in the order in which they got
    theirs, `best` the one with the best value. `over`: no further point is asked for. `target`: a trial
    came to the target since somebody last asked for a retry.
    """

    stage: Stage
    index: int
    tasks: list[TaskState] = []
    inputs: list[StageState] = []
    consumers: list[StageState] = []
    waiting: int = 0
    opened: bool = False
    skipped: bool = False
    done: bool = False
    listed: bool = False
    queue: list[int] = []
    ready: int = 0
    live: int = 0
    ended: int = 0
    succeeded: int = 0
    suspects: set[int] = set()
    suggested: list[TaskState] = []
    best: TaskState | None = None
    over: bool = False
    target: bool = False

    def room(self) -> int:
        """How many more of its tasks may run now."""
        limit = self.stage.max_parallel
        return self.ready if limit is None else min(self.ready, limit - self.live)

    def satisfies(self, consumer: Stage) -> bool:
        """Whether a stage that reads from this one may begin, once this one is done."""
        if self.skipped:
            return False
        if consumer.proceed == "any" or self.stage.search is not None:
            return self.succeeded > 0
        return self.succeeded == len(self.tasks)
