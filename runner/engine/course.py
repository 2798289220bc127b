"""The course of a run: which stages are open, skipped or done, and which have a task to start."""

from __future__ import annotations

from bisect import bisect_left, insort

from runner.engine.standing import StageState, TaskState
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

    def inputs(self, stage: str) -> dict[str, int]:
        """The succeeded tasks of the stages that a stage reads from, each with the attempt that did."""
        reader = next(known for known in self.stages if known.stage.name == stage)
        return {
            task.task.id: task.attempts[-1].attempt
            for known in reader.inputs
            for task in known.tasks
            if task.outcome == "succeeded"
        }

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
