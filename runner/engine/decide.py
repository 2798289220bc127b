"""Given what is to be done and what is known to have happened: what now?"""

from __future__ import annotations

from collections.abc import Iterator
from heapq import heappop, heappush
from typing import Final

from msgspec import Struct

from runner.engine.events import RunState
from runner.engine.retries import time_left
from runner.engine.standing import StageState, TaskState
from runner.engine.state import State


class Start(Struct, frozen=True):
    """Start this attempt; it may take `timeout` seconds."""

    task: str
    attempt: int
    timeout: float


class Cancel(Struct, frozen=True):
    """Tell this attempt to stop."""

    task: str
    attempt: int
    reason: str


class Trip(Struct, frozen=True):
    """Start nothing more: too many tasks of this stage failed in a row."""

    stage: str
    reason: str


class EndSearch(Struct, frozen=True):
    """Give no further trial of this stage a point."""

    stage: str
    reason: str


class Finish(Struct, frozen=True):
    """The run is over."""

    state: RunState
    reason: str = ""


CANCELLED: Final = "the run is being cancelled"

Action = Start | Cancel | Trip | EndSearch | Finish


def decide(state: State) -> list[Action]:
    """What to do now, in order; nothing where something must happen first.

    Pure, and as cheap as the number of actions. Every action, once carried out, shows up as an
    event, so deciding again after it never repeats it.
    """
    if state.finished is not None or not state.opened:
        return []
    if state.cancelled:
        if state.uncancelled:
            return [_cancel(task, CANCELLED) for task in state.uncancelled.values()]
    else:
        if state.unstopped:
            return [_cancel(task, task.stopping) for task in state.unstopped.values()]
        if actions := [] if state.tripped else _further(state):
            return actions
    if state.live:
        return []
    return [_finish(state)]


def _further(state: State) -> list[Action]:
    """What takes the run further, or ends a part of it."""
    if state.strained is not None:
        return [_trip(state.strained)]
    if state.satisfied:
        return [_end_search(stage) for stage in state.satisfied.values()]
    return list(_starts(state))


def _starts(state: State) -> Iterator[Action]:
    """Starts in the order of the plan. The first task that does not fit ends the list: were later,
    smaller ones let past it, a big task might wait forever.
    """
    free = state.slots - state.used
    for index in state.course.startable:
        stage = state.course.stages[index]
        requirements = stage.stage.requirements
        demand = min(round(requirements.cpu * 1000), state.slots)
        room = stage.room()
        for task in _in_order(stage, state.in_plan_order):
            if room <= 0:
                break
            if demand > free:
                return
            free -= demand
            room -= 1
            yield Start(task.task.id, task.attempt + 1, time_left(requirements, task.spent))


def _in_order(stage: StageState, tasks: list[TaskState]) -> Iterator[TaskState]:
    """The ready tasks of a stage by their place in the plan, without disturbing the heap they are in."""
    heap = stage.queue
    frontier = [(heap[0], 0)] if heap else []
    while frontier:
        index, position = heappop(frontier)
        for child in (2 * position + 1, 2 * position + 2):
            if child < len(heap):
                heappush(frontier, (heap[child], child))
        if tasks[index].ready:
            yield tasks[index]


def _cancel(task: TaskState, reason: str) -> Cancel:
    return Cancel(task.task.id, task.attempt, reason)


def _end_search(stage: StageState) -> EndSearch:
    best, search = stage.best, stage.stage.search
    assert best is not None and best.value is not None and search is not None
    return EndSearch(
        stage.stage.name, f"{best.task.id} reached the target: {search.metric} came to {best.value:g}"
    )


def _trip(stage: StageState) -> Trip:
    failed = len(stage.suspects)
    return Trip(
        stage.stage.name,
        f"{failed} tasks of the stage {stage.stage.name} failed in a row, so nothing more is started",
    )


def _finish(state: State) -> Finish:
    """How the run ended.

    It succeeded when every task did. A stage in which some tasks failed is forgiven if a later
    stage reads from it with `proceed: any` and so had something to go on with; a failure in a
    stage that nothing reads from, or a stage that could not begin, makes the run a failed one. Of a
    search, one trial that did its part is enough.
    """
    if state.course.stages_left > 0:
        if state.cancelled:
            return Finish("cancelled", "the run was cancelled")
        return Finish("failed", state.tripped)
    for stage in state.course.stages:
        if stage.skipped:
            return Finish("failed", f"the stage {stage.stage.name} could not begin")
        if stage.stage.search is not None and stage.succeeded > 0:
            continue
        total = len(stage.tasks)
        failed = total - stage.succeeded
        forgiven = stage.succeeded > 0 and any(
            consumer.stage.proceed == "any" for consumer in stage.consumers
        )
        if failed and stage.stage.search is not None:
            return Finish("failed", f"none of the {total} trials of the stage {stage.stage.name} succeeded")
        if failed and not forgiven:
            return Finish("failed", f"{failed} of {total} tasks of the stage {stage.stage.name} failed")
    return Finish("succeeded")
