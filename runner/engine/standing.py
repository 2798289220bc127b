"""How single tasks and stages of a run stand."""

from __future__ import annotations

from msgspec import Struct

from runner.engine.events import AttemptFinished, TaskOutcome
from runner.plan.model import Stage, Task


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


class StageState(Struct):
    """What happened to one stage.

    `waiting` counts the input stages that have not ended. `queue` is a heap of task indices; it
    may hold some that are no longer ready. `suspects` failed since the stage's last success.
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

    def room(self) -> int:
        """How many more of its tasks may run now."""
        limit = self.stage.max_parallel
        return self.ready if limit is None else min(self.ready, limit - self.live)

    def satisfies(self, consumer: Stage) -> bool:
        """Whether a stage that reads from this one may begin, once this one is done."""
        if self.skipped:
            return False
        return self.succeeded > 0 if consumer.proceed == "any" else self.succeeded == len(self.tasks)
