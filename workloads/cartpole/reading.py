"""Reads parameters as sweeps, command lines and YAML give them: numbers, text, nested or dotted names."""

import ast
import math
from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from typing import Any, Final

from workloads.cartpole.parameters import Parameters
from workloads.cartpole.schedule import Schedule, constant

_MOST: Final = 1e12
_MOST_ENVIRONMENTS: Final = 1_024
_MOST_STEPS: Final = 16_384
_MOST_UNITS: Final = 4_096
"""Most environments, steps in a rollout, and units in a layer: what fits into memory."""


class ParameterError(Exception):
    """A parameter is unknown or cannot be used; the message is one sentence that says which and why."""


def read(given: Mapping[str, object], base: Parameters) -> Parameters:
    """Return `base` with the given values in place of its own.

    A value may be text, as `3e-5` is in YAML 1.1. A part of a schedule may be given alone, as
    {"policy_lr": {"start": 0.01}} or as {"policy_lr.start": 0.01}; the other part stays.
    Raises ParameterError.
    """
    changes: dict[str, Any] = {}
    for name, value in _nested(given).items():
        if name not in _READERS:
            raise ParameterError(f"there is no parameter {name!r}; known are {', '.join(sorted(_READERS))}")
        try:
            changes[name] = _READERS[name](value, getattr(base, name))
        except ValueError as error:
            raise ParameterError(f"the parameter {name} is unusable: {error}") from None
    return replace(base, **changes)


def _nested(given: Mapping[str, object]) -> dict[str, object]:
    """Gather dotted names below the parameter that they are a part of."""
    gathered = {name: value for name, value in given.items() if "." not in name}
    parts: dict[str, dict[str, object]] = {}
    for name in given.keys() - gathered.keys():
        whole, _, part = name.partition(".")
        if whole in gathered:
            raise ParameterError(f"the parameters {whole} and {name} are both given; leave one of them out")
        parts.setdefault(whole, {})[part] = given[name]
    return {**gathered, **parts}


def _number(value: object, least: float, most: float) -> float:
    """Return a finite number within limits, also one written as text."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError(f"{value!r} is not a number")
    try:
        number = float(value)
    except (ValueError, OverflowError):
        raise ValueError(f"{value!r} is not a number") from None
    if not (math.isfinite(number) and least <= number <= most):
        limits = f"at least {least:g}" if math.isinf(most) else f"from {least:g} to {most:g}"
        raise ValueError(f"{value!r} is not a number {limits}")
    return number


def _number_from(least: float, most: float = math.inf) -> Callable[[object, object], float]:
    return lambda value, _: _number(value, least, most)


def _whole(value: object, most: float) -> int:
    """Return a whole number of at least 1; `1e6` and `64.0` are whole."""
    number = _number(value, 1, most)
    if not number.is_integer():
        raise ValueError(f"{value!r} is not a whole number")
    return int(number)


def _whole_to(most: float) -> Callable[[object, object], int]:
    return lambda value, _: _whole(value, most)


def _schedule(value: object, base: Schedule) -> Schedule:
    """Return a schedule from a number or from {start, end}, which may be written as text."""
    value = _literal(value)
    if not isinstance(value, Mapping):
        return constant(_number(value, 0, math.inf))
    if unknown := set(value) - {"start", "end"}:
        raise ValueError(f"a schedule has start and end, not {sorted(map(str, unknown))[0]!r}")
    return replace(base, **{part: _number(number, 0, math.inf) for part, number in value.items()})


def _sizes(value: object, _: object) -> tuple[int, ...]:
    """Return the sizes of layers from a list, from text such as `64,64`, or from one number."""
    value = _literal(value)
    if value in ([], ()):
        raise ValueError("there must be at least one layer")
    sizes = value if isinstance(value, list | tuple) else [value]
    return tuple(_whole(size, _MOST_UNITS) for size in sizes)


def _literal(value: object) -> object:
    """Return the list or mapping that a text spells, as W&B writes both on command lines."""
    if not isinstance(value, str):
        return value
    try:
        return ast.literal_eval(value)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return value


_READERS: Final[Mapping[str, Callable[[object, Any], object]]] = {
    "policy_lr": _schedule,
    "clip_range": _schedule,
    "n_epochs": _whole_to(_MOST),
    "n_envs": _whole_to(_MOST_ENVIRONMENTS),
    "n_steps": _whole_to(_MOST_STEPS),
    "batch_size": _whole_to(_MOST),
    "gamma": _number_from(0, 1),
    "gae_lambda": _number_from(0, 1),
    "ent_coef": _number_from(0),
    "vf_coef": _number_from(0),
    "max_grad_norm": _number_from(0),
    "max_env_steps": _whole_to(_MOST),
    "hidden_sizes": _sizes,
}

NAMES: Final = tuple(field.name for field in fields(Parameters))
"""The names of all parameters."""
