"""What the rules on sweeps look at: parameters with their places, points of a grid, trials of a run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from msgspec import UNSET, to_builtins

from runner.errors import InputError
from runner.kinds.sweep import shape
from runner.kinds.sweep.spec import SweepJob
from runner.lint.rule import Subject
from runner.manifest.finding import Path
from runner.plan.space import grid_size

if TYPE_CHECKING:
    from runner.kinds.sweep.config import Parameter

PARAMETERS: Path = ("spec", "sweep", "parameters")


class Placed(NamedTuple):
    """A parameter that is no group of others, its path in the manifest, and its names from the outside in."""

    path: Path
    names: tuple[str, ...]
    parameter: Parameter

    @property
    def name(self) -> str:
        """As W&B shows it: `policy_lr.start`."""
        return ".".join(self.names)

    def alone(self) -> dict[str, Any]:
        """`parameters` of a sweep that has this one only, as plain data."""
        plain: dict[str, Any] = to_builtins(self.parameter)
        for name in reversed(self.names[1:]):
            plain = {"parameters": {name: plain}}
        return {self.names[0]: plain}


def parameters(subject: Subject) -> Iterator[Placed]:
    """Every parameter of the sweep, nested ones included; none where the job holds no sweep."""
    if subject.sweep is not None:
        yield from _leaves(subject.sweep.parameters, PARAMETERS, ())


def _leaves(group: Mapping[str, Parameter], path: Path, names: tuple[str, ...]) -> Iterator[Placed]:
    for name, parameter in group.items():
        here = Placed((*path, name), (*names, name), parameter)
        if parameter.parameters is not None and len(to_builtins(parameter)) == 1:
            yield from _leaves(parameter.parameters, (*here.path, "parameters"), here.names)
        else:
            yield here


def is_range(parameter: Parameter) -> bool:
    """Whether two limits say what it may be, and nothing says how it is sampled."""
    named = (parameter.distribution, parameter.values, parameter.min, parameter.max)
    return parameter.value is UNSET and named[:2] == (None, None) and None not in named[2:]


def grid_points(subject: Subject) -> int | None:
    """How many points the grid has; None for other sweeps, and where another rule refuses a parameter."""
    if subject.sweep is None or subject.sweep.method != "grid":
        return None
    try:
        return grid_size(to_builtins(subject.sweep.parameters))
    except ValueError:
        return None


def scheduler(subject: Subject) -> shape.Scheduler:
    """Who chooses the points, with `auto` resolved."""
    return shape.scheduler_of(_job(subject))


def trials(subject: Subject) -> tuple[int, int] | None:
    """How many trials there are and run at once, at most; None where another rule refuses what says so."""
    try:
        return shape.trials_of(_job(subject)), shape.parallel_of(_job(subject))
    except InputError:
        return None


def _job(subject: Subject) -> SweepJob:
    assert isinstance(subject.job, SweepJob)
    return subject.job
