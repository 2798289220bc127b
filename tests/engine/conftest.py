from collections.abc import Callable
from typing import Any

import pytest

from runner.plan.model import PinnedSource, Plan, Requirements, Stage, Task


def make_stage(name: str, tasks: int = 1, **changes: Any) -> Stage:
    """A stage of tasks `<name>/0`, `<name>/1`…; what is not of a stage is of its requirements."""
    own = {key: changes.pop(key) for key in tuple(changes) if key in Stage.__struct_fields__}
    needs = Requirements(**{"cpu": 1.0, "memory": 2**30, "timeout": 100, **changes})
    named = tuple(Task(f"{name}/{number}", (("true",),)) for number in range(tasks))
    return Stage(name=name, tasks=named, requirements=needs, **own)


def make_plan(*stages: Stage) -> Plan:
    """A plan of these stages."""
    return Plan(job="job", kind="Command", source=PinnedSource("commit", "tree"), manifest={}, stages=stages)


@pytest.fixture
def stage() -> Callable[..., Stage]:
    return make_stage


@pytest.fixture
def plan() -> Callable[..., Plan]:
    return make_plan
