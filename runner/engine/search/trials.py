"""The trials of one search as its source sees them, kept in step with the state of the run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Literal

from runner.engine.search.metric import Tail
from runner.engine.search.source import Trial
from runner.engine.standing import StageState, TaskState
from runner.plan.model import Search

Output = Callable[[str, int], Path]
"""Where the output of an attempt of a task lies."""


class Trials:
    """The trials that have a point, in the order in which they got theirs: one list, changed in place."""

    def __init__(self, stage: StageState, search: Search, output: Output) -> None:
        """Those that the state knows of; what they reported is read anew where early termination needs it."""
        self.listed: list[Trial] = []
        self._stage = stage
        self._search = search
        self._output = output
        self._by_task: dict[str, Trial] = {}
        self._tails: dict[str, tuple[int, Tail]] = {}
        for task in stage.suggested:
            self.add(task)
            if search.early_terminate and task.attempts:
                self.listen(task)

    def add(self, task: TaskState) -> None:
        """Takes in a trial that was given its point just now."""
        assert task.point is not None
        trial = self._by_task[task.task.id] = Trial(task.task.id, task.point)
        self.listed.append(trial)
        self.note(task)

    def note(self, task: TaskState) -> None:
        """Takes in how a trial stands now."""
        trial = self._by_task.get(task.task.id)
        if trial is not None:
            trial.state = _state(task)
            trial.value = task.value

    def note_all(self) -> None:
        """Takes in how every trial stands now."""
        for task in self._stage.suggested:
            self.note(task)

    def listen(self, task: TaskState) -> bool:
        """Reads what a trial has reported since, and returns whether that was anything.

        A further attempt reports anew, from wherever its checkpoint lets it begin.
        """
        trial = self._by_task[task.task.id]
        attempt, tail = self._tails.get(task.task.id, (0, None))
        if tail is None or attempt != task.attempt:
            tail = Tail(self._output(task.task.id, task.attempt), self._search.metric)
            self._tails[task.task.id] = task.attempt, tail
            trial.history.clear()
        values = tail.read()
        trial.history.extend(values)
        return bool(values)


def _state(task: TaskState) -> Literal["running", "finished", "failed", "stopped"]:
    if task.outcome is None:
        return "running"
    if task.outcome == "stopped":
        return "stopped"
    return "finished" if task.outcome == "succeeded" else "failed"
