"""Feeds the loop with what the searches of a run have to say. What it returns is for the journal."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Final

from runner.engine.backend import Session
from runner.engine.events import (
    AttemptAbandoned,
    AttemptFinished,
    Event,
    RetryRequested,
    SearchEnded,
    TrialMeasured,
    TrialStopping,
    TrialSuggested,
)
from runner.engine.search.ledger import owes_value, unmeasured
from runner.engine.search.metric import final_value
from runner.engine.search.source import TrialSource
from runner.engine.search.trials import Trials
from runner.engine.standing import StageState, TaskState
from runner.engine.state import State
from runner.plan.model import Plan, Search
from runner.plan.seeds import seeded, task_seed

OpenSource = Callable[[Search], TrialSource]

LOOK_EVERY: Final = 1.0
"""Seconds between looks at what live trials report, and ten times as long as a look takes."""

STOPPED: Final = "its search ended it early, as others did better after as many reports"


class Feed:
    """The searches of a run. It reads state and outputs, and writes nothing."""

    def __init__(self, plan: Plan, run: str, state: State, session: Session, open_source: OpenSource) -> None:
        """Opens the sources that will be asked for points. Raises InputError where a library is missing."""
        self._plan = seeded(plan, run)
        self._state = state
        self._session = session
        self._next_look = 0.0
        self._searches: dict[str, _Searching] = {}
        for stage in state.course.stages:
            if stage.stage.search is not None:
                searching = _Searching(stage, stage.stage.search, session, open_source)
                self._searches[stage.stage.name] = searching

    def suggest(self, task: str) -> TrialSuggested | SearchEnded | None:
        """The point of a trial that is about to start for the first time; None for any other task."""
        known = self._state.tasks[task]
        searching = self._of(known)
        if searching is None or known.point is not None:
            return None
        # By its name, which counts from 1: of a grid only some trials may have been asked for (`--only`).
        number = int(task.rpartition("/")[2]) - 1
        trials = searching.trials.listed
        point = searching.source.suggest(trials, number, task_seed(self._plan, task))
        if point is None:
            return SearchEnded(time.time(), known.stage.stage.name, "no further point is to be tried")
        return TrialSuggested(time.time(), task, point)

    def follow(self, event: Event) -> None:
        """Keeps the trials in step; the state has taken in the event already."""
        match event:
            case TrialSuggested():
                task = self._state.tasks[event.task]
                if searching := self._of(task):
                    searching.trials.add(task)
            case AttemptFinished() | AttemptAbandoned() | TrialMeasured():
                task = self._state.tasks[event.task]
                if searching := self._of(task):
                    searching.trials.note(task)
            case SearchEnded() | RetryRequested():
                for searching in self._searches.values():
                    searching.trials.note_all()

    def measure(self, task: str) -> TrialMeasured | None:
        """What the metric came to in a trial that has just ended; None where it did not do its part."""
        known = self._state.tasks[task]
        searching = self._of(known)
        if searching is None or not searching.search.metric:
            return None
        if searching.search.early_terminate:
            searching.trials.listen(known)
        return self._measured(known, searching.search) if owes_value(known) else None

    def overdue(self) -> Iterator[TrialMeasured]:
        """The values that an earlier driver did not come to write down."""
        for stage in self._state.course.stages:
            for task in unmeasured(stage):
                assert stage.stage.search is not None
                yield self._measured(task, stage.stage.search)

    def stops(self) -> Iterator[TrialStopping]:
        """The live trials that are not worth going on with, as they report by now; looks now and then."""
        began = time.monotonic()
        if began < self._next_look:
            return
        for searching in self._searches.values():
            if searching.search.early_terminate:
                yield from self._stops(searching)
        took = time.monotonic() - began
        self._next_look = began + max(LOOK_EVERY, 10 * took)

    def _stops(self, searching: _Searching) -> Iterator[TrialStopping]:
        live = [task for task in self._state.live.values() if task.stage is searching.stage]
        news = [searching.trials.listen(task) for task in live]
        if not any(news):
            return
        for name in searching.source.to_stop(searching.trials.listed):
            task = self._state.live.get(name)
            if task is not None and task.stage is searching.stage and not task.stopping:
                yield TrialStopping(time.time(), name, task.attempt, STOPPED)

    def _measured(self, task: TaskState, search: Search) -> TrialMeasured:
        name, attempt = task.task.id, task.attempts[-1].attempt
        value = final_value(self._session.output(name, attempt), search.metric)
        return TrialMeasured(time.time(), name, attempt, value)

    def _of(self, task: TaskState) -> _Searching | None:
        return self._searches.get(task.stage.stage.name)


class _Searching:
    """One search: its stage, its source and its trials."""

    def __init__(self, stage: StageState, search: Search, session: Session, open_source: OpenSource) -> None:
        self.stage = stage
        self.search = search
        self.trials = Trials(stage, search, session.output)
        self._open_source = open_source
        if not stage.over and len(stage.suggested) < len(stage.tasks):
            _ = self.source

    @cached_property
    def source(self) -> TrialSource:
        """Where its points come from."""
        return self._open_source(self.search)
