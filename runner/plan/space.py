"""The points that a sweep may try, as W&B's own scheduler reads its parameters and orders a grid."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from runner.plan.distributions import GRIDDED, Dimension, dimension

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
_RESERVED: Final = frozenset({"wandb_version", "_wandb"})
"""W&B keeps these keys of a run's settings for itself."""


def dimensions(parameters: Mapping[str, Any]) -> list[Dimension]:
    """What each parameter may be, nested ones too, by name: the order in which W&B takes them.

    Raises ValueError with a sentence that names the parameter where W&B would refuse it.
    """
    found = list(_dimensions((), parameters))
    seen: set[str] = set()
    for one in found:
        if one.name in seen:
            raise ValueError(f"{one.name}: two parameters have this name, one of them nested")
        seen.add(one.name)
    return found


def _dimensions(above: tuple[str, ...], parameters: object) -> Iterator[Dimension]:
    if not isinstance(parameters, Mapping) or not parameters:
        raise ValueError(f"{'.'.join(above) or 'parameters'}: write at least one parameter with its settings")
    for name in sorted(parameters, key=str):
        settings = parameters[name]
        path = (*above, name if isinstance(name, str) else repr(name))
        if not isinstance(name, str) or not _NAME.fullmatch(name) or path[0] in _RESERVED:
            raise ValueError(f"{'.'.join(path)}: this is no name that W&B takes for a parameter")
        if not isinstance(settings, Mapping):
            raise ValueError(f"{'.'.join(path)}: write what it may be, such as value or values")
        if "parameters" not in settings:
            yield dimension(path, settings)
        elif len(settings) > 1:
            raise ValueError(f"{'.'.join(path)}: nothing goes beside nested parameters")
        else:
            yield from _dimensions(path, settings["parameters"])


def grid_size(parameters: Mapping[str, Any]) -> int | None:
    """How many points the grid has; None where a parameter has none: a continuous range, or probabilities.

    Raises ValueError as `dimensions` does.
    """
    found = dimensions(parameters)
    if any(one.distribution not in GRIDDED for one in found):
        return None
    return math.prod(len(steps(one)) for one in found)


def grid(parameters: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The points of the grid in W&B's order: the last parameter by name changes the fastest.

    A quantized range includes its end, which W&B's library leaves out. Raises ValueError where there is
    no grid.
    """
    found = dimensions(parameters)
    choices = [steps(one) for one in found]
    for number in range(math.prod(map(len, choices))):
        yield grid_point(found, choices, number)


def grid_point(found: Sequence[Dimension], choices: Sequence[Sequence[Any]], number: int) -> dict[str, Any]:
    """The point at place `number` of the grid, from 0; `choices` are the `steps` of each dimension."""
    values = []
    for each in reversed(choices):
        number, place = divmod(number, len(each))
        values.append(each[place])
    return point(found, values[::-1])


def steps(one: Dimension) -> Sequence[Any]:
    """The values that a grid has for a dimension, each once. Raises ValueError where it has no grid."""
    match one.distribution:
        case "constant" | "categorical":
            return list({identity(value): value for value in one.values}.values())
        case "int_uniform":
            return range(int(one.low or 0), int(one.high or 0) + 1)
        case "q_uniform":
            return _Steps(one)
    raise ValueError(f"{one.name}: the distribution {one.distribution} has no grid")


class _Steps(Sequence[float]):
    """The values of a quantized range, reckoned as numpy.arange reckons them, and its end if it is one."""

    def __init__(self, one: Dimension) -> None:
        assert one.low is not None and one.high is not None and one.q is not None
        self._low, self._high = one.low, one.high
        self._whole = all(isinstance(number, int) for number in (one.low, one.high, one.q))
        self._step = (one.low + one.q) - one.low
        count = (one.high - one.low) / one.q
        if count >= 2**53 or not self._step:
            raise ValueError(f"{one.name}: the step {one.q} is too small for its range")
        self._count = math.ceil(count)
        after = one.low + self._count * self._step
        self._ends = abs(after - one.high) <= 1e-6 * self._step

    def __len__(self) -> int:
        return self._count + self._ends

    def __getitem__(self, place: Any) -> Any:
        if not 0 <= place < len(self):
            raise IndexError(place)
        value = self._high if place == self._count else self._low + place * self._step
        return value if self._whole else float(value)


def point(found: Sequence[Dimension], values: Sequence[Any]) -> dict[str, Any]:
    """The point that has these values, nested as the parameters are."""
    made: dict[str, Any] = {}
    for one, value in zip(found, values, strict=True):
        inner = made
        for name in one.path[:-1]:
            inner = inner.setdefault(name, {})
        inner[one.path[-1]] = value
    return made


def settings_at(parameters: Mapping[str, Any], path: Sequence[str]) -> Mapping[str, Any]:
    """What `parameters` say of the one at a path."""
    *above, name = path
    for outer in above:
        parameters = parameters[outer]["parameters"]
    settings: Mapping[str, Any] = parameters[name]
    return settings


def value_at(point: Mapping[str, Any], path: Sequence[str]) -> Any:
    """What a point has at a path. Raises KeyError where it has nothing there."""
    found: Any = point
    for name in path:
        found = found[name]
    return found


def identity(value: object) -> str:
    """A text that two choices share if W&B takes them for the same: 1 and 1.0 do, 1 and true do not."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return json.dumps(value, sort_keys=True)
