"""The course of a run: which stages are open, skipped or done, and which have a task to start."""

from __future__ import annotations

from bisect import bisect_left, insort
from heapq import heappop, heappush

from runner.engine.events import TaskOutcome
from runner.engine.search import ledger
from runner.engine.standing import SETTLED, WELL, StageState, TaskState
from runner.plan.model import Plan


class Course:
    """The stages of a run. `startable` are the indices of those that have a task ready and room for it."""

    def __init__(self, plan: Plan) -> None:
        """Stages and tasks in the order of the plan. Raises ValueError when one stands before its input."""
        self.stages: list[StageState] = []
        self.tasks: list[TaskState] = []
        self.startable: list[int] = []
        self.stages_left = 0
        by_name: dict[str, StageState] = {}
        for index, stage in enumerate(plan.stages):
            known = StageState(stage, index)
            for name in stage.inputs:
                if name not in by_name:
                    raise ValueError(f"the stage {stage.name} stands before its input {name}")
                known.inputs.append(by_name[name])
                by_name[name].consumers.append(known)
            for task in stage.tasks:
                known.tasks.append(TaskState(task, known, len(self.tasks) + len(known.tasks)))
            self.tasks += known.tasks
            self.stages.append(known)
            by_name[stage.name] = known
        self._by_name = by_name
        self.searches = {name: known for name, known in by_name.items() if known.stage.search}

    def stage(self, name: str) -> StageState:
        """The stage of this name. Raises ValueError where there is none."""
        if name not in self._by_name:
            raise ValueError(f"the plan has no stage {name}")
        return self._by_name[name]

    def inputs(self, stage: str) -> dict[str, int]:
        """The succeeded tasks of the stages that a stage reads from, each with the attempt that did."""
        reader = self.stage(stage)
        return {
            task.task.id: task.attempts[-1].attempt
            for known in reader.inputs
            for task in known.tasks
            if task.outcome == "succeeded"
        }

    def grant_afresh(self) -> None:
        """Gives every task its retries and its time again."""
        for stage in self.stages:
            stage.suspects.clear()
            for task in stage.tasks:
                task.failures, task.spent = 0, 0.0

    def reopen(self) -> None:
        """Opens what is not settled, and what read from it, as its inputs may now be others."""
        for stage in self.stages:
            stale = any(source.ended < len(source.tasks) for source in stage.inputs)
            if stale:
                ledger.take_back(stage)
            for task in stage.tasks:
                if task.outcome is not None and (stale or task.outcome not in SETTLED):
                    stage.succeeded -= task.outcome in WELL
                    stage.ended -= 1
                    task.outcome = None
        self.settle()

    def settle(self) -> None:
        """Works out anew which stages are open, from which tasks have ended."""
        self.startable.clear()
        self.stages_left = len(self.stages)
        for stage in self.stages:
            stage.waiting = len(stage.inputs)
            stage.opened = stage.skipped = stage.done = stage.listed = False
            stage.queue, stage.ready = [], 0
            for task in stage.tasks:
                task.ready = task.queued = False
        for stage in self.stages:
            if stage.done:
                continue
            all_ended = stage.ended == len(stage.tasks) > 0
            if all_ended or (stage.waiting == 0 and not stage.opened and self._open(stage)):
                self.close(stage)

    def _open(self, stage: StageState) -> bool:
        """Lets a stage begin, or skips it. Returns whether nothing is left to do in it."""
        stage.opened = True
        if not all(source.satisfies(stage.stage) for source in stage.inputs):
            stage.skipped = True
            return True
        for task in stage.tasks:
            if task.outcome is None and task.live is None:
                task.ready = task.queued = True
                stage.queue.append(task.index)
        stage.ready = len(stage.queue)
        self.note_room(stage)
        return stage.ended == len(stage.tasks)

    def queue(self, task: TaskState) -> None:
        """Lets a task start when there is room."""
        stage = task.stage
        task.ready = True
        stage.ready += 1
        if not task.queued:
            task.queued = True
            heappush(stage.queue, task.index)
        self.note_room(stage)

    def drop(self, task: TaskState) -> None:
        """Lets a task start no more, as it was started, or has ended."""
        stage = task.stage
        stage.ready -= task.ready
        task.ready = False
        while stage.queue and not self.tasks[stage.queue[0]].ready:
            self.tasks[heappop(stage.queue)].queued = False
        self.note_room(stage)

    def end(self, task: TaskState, outcome: TaskOutcome) -> None:
        """Notes what became of a task, and opens what waited for the last one of a stage."""
        task.outcome = outcome
        stage = task.stage
        stage.ended += 1
        stage.succeeded += outcome in WELL
        if stage.ended == len(stage.tasks):
            self.close(stage)

    def close(self, stage: StageState) -> None:
        """Marks a stage as done and opens what waited for it."""
        closing = [stage]
        while closing:
            ended = closing.pop()
            ended.done = True
            self.stages_left -= 1
            for consumer in ended.consumers:
                consumer.waiting -= 1
                if consumer.waiting == 0 and not consumer.done and self._open(consumer):
                    closing.append(consumer)

    def note_room(self, stage: StageState) -> None:
        """Keeps `startable` to the stages that have a task ready and may run it."""
        startable = stage.room() > 0
        if startable == stage.listed:
            return
        stage.listed = startable
        if startable:
            insort(self.startable, stage.index)
        else:
            del self.startable[bisect_left(self.startable, stage.index)]
