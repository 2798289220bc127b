"""One parameter of a sweep as W&B reads it: which distribution it has, and between which values.

What is refused is what W&B's schema refuses (`sweeps/config/schema.json` of the package `sweeps` 0.3), and
beyond that what cannot be sampled, or not be kept as JSON. Nested parameters are looked at as closely as
others, and the distributions whose limits are exponents, which W&B calls deprecated, are taken.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping, Sequence
from typing import Any, Final

from msgspec import Struct

_EXACT: Final = 2**53
"""Whole numbers up to here are exact as floating point numbers, which is what sampling goes through."""

_EXPONENTS = frozenset({"log_uniform", "q_log_uniform", "inv_log_uniform"})
_VALUES = frozenset({"log_uniform_values", "q_log_uniform_values", "inv_log_uniform_values"})
_RANGES = frozenset({"uniform", "q_uniform", "int_uniform"}) | _EXPONENTS | _VALUES
_NORMAL = frozenset({"normal", "q_normal", "log_normal", "q_log_normal"})
_BETA = frozenset({"beta", "q_beta"})
_DISCRETE = {
    "constant": ("value",),
    "categorical": ("values",),
    "categorical_w_probabilities": ("values", "probabilities"),
}
GRIDDED: Final = frozenset({"constant", "categorical", "int_uniform", "q_uniform"})
"""The distributions that have a grid."""


class Dimension(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What one parameter may be.

    `path` are its name and, before it, those of the parameters that it is nested in. `values` are the
    choices of a discrete one, a single one for a constant, and `probabilities` how likely each is, where
    that was said. `low` and `high` are the least and the largest value, None where there is no such limit;
    `q` is the step of a quantized distribution. `log`: it belongs on a logarithmic axis.
    """

    path: tuple[str, ...]
    distribution: str
    values: tuple[Any, ...] = ()
    probabilities: tuple[float, ...] = ()
    low: float | None = None
    high: float | None = None
    q: float | None = None
    log: bool = False

    @property
    def name(self) -> str:
        """The names of its path, with dots between."""
        return ".".join(self.path)


def dimension(path: tuple[str, ...], settings: Mapping[str, Any]) -> Dimension:
    """What `settings` says that the parameter at `path` may be.

    Raises ValueError with a sentence that names the parameter.
    """
    name = ".".join(path)
    distribution = settings["distribution"] if "distribution" in settings else _unwritten(name, settings)
    _check_keys(name, distribution, settings)
    if distribution in _DISCRETE:
        return _discrete(path, distribution, settings)
    numbers = {key: _number(name, key, value) for key, value in settings.items() if key != "distribution"}
    for key in ("q", "sigma", "a", "b"):
        if numbers.get(key, 1.0) <= 0:
            raise ValueError(f"{name}: {key} is {numbers[key]}; write a number above 0")
    low, high = _limits(name, distribution, numbers)
    return Dimension(
        path=path,
        distribution=distribution,
        low=low,
        high=high,
        q=numbers.get("q", 1.0) if distribution.startswith("q_") else None,
        log="log" in distribution,
    )


def _unwritten(name: str, settings: Mapping[str, Any]) -> str:
    """The distribution of a parameter that does not say it."""
    for distribution, keys in _DISCRETE.items():
        if settings.keys() - {"distribution"} == set(keys):
            return distribution
    if "min" in settings and "max" in settings:
        whole = all(isinstance(settings[key], int) for key in ("min", "max"))
        return "int_uniform" if whole else "uniform"
    said = [key for key in ("value", "values", "min", "max") if key in settings]
    if len(said) > 1:
        raise ValueError(f"{name}: {said[0]} and {said[1]} do not go together; remove one of them")
    raise ValueError(f"{name}: nothing says what it may be; write values, min and max, or a distribution")


def _check_keys(name: str, distribution: object, settings: Mapping[str, Any]) -> None:
    """What the distribution needs is there, and nothing else."""
    if not isinstance(distribution, str):
        raise ValueError(f"{name}: distribution is {_shown(distribution)}; write the name of one")
    if distribution in _DISCRETE:
        needed = optional = set(_DISCRETE[distribution])
    elif distribution in _RANGES:
        needed, optional = {"min", "max"}, {"min", "max"}
    elif distribution in _NORMAL | _BETA:
        needed, optional = set(), {"mu", "sigma"} if distribution in _NORMAL else {"a", "b"}
    else:
        raise ValueError(f"{name}: there is no distribution {_shown(distribution)}")
    if missing := sorted(needed - settings.keys()):
        raise ValueError(f"{name}: the distribution {distribution} needs {' and '.join(missing)}")
    known = optional | {"distribution"} | ({"q"} if distribution.startswith("q_") else set())
    if extra := sorted(settings.keys() - known, key=str):
        raise ValueError(
            f"{name}: {', '.join(map(_shown, extra))} cannot go with the distribution {distribution}"
        )


def _number(name: str, key: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"{name}: {key} is {_shown(value)}; write a number")
    if not abs(value) <= sys.float_info.max:
        raise ValueError(f"{name}: {key} is {_shown(value)}; write a finite number")
    return value


def _limits(name: str, distribution: str, numbers: Mapping[str, float]) -> tuple[float | None, float | None]:
    """The least and the largest value, also where their exponents are written."""
    if distribution not in _RANGES:
        return (0.0, 1.0) if distribution in _BETA else (None, None)
    low, high = numbers["min"], numbers["max"]
    if low >= high:
        raise ValueError(f"{name}: min {low} is not less than max {high}")
    if distribution == "int_uniform" and not (isinstance(low, int) and isinstance(high, int)):
        raise ValueError(f"{name}: int_uniform needs whole numbers as min and max")
    if distribution == "int_uniform" and max(abs(low), abs(high)) > _EXACT:
        raise ValueError(f"{name}: int_uniform takes numbers up to {_EXACT}")
    if distribution in _VALUES and low <= 0:
        raise ValueError(f"{name}: min is {low}; a logarithmic range begins above 0")
    if not math.isfinite(float(high) - float(low)):
        raise ValueError(f"{name}: the range from {low} to {high} is too wide")
    return _powers(name, distribution, low, high) if distribution in _EXPONENTS else (low, high)


def _powers(name: str, distribution: str, low: float, high: float) -> tuple[float, float]:
    ends = (-high, -low) if distribution == "inv_log_uniform" else (low, high)
    try:
        return math.exp(ends[0]), math.exp(ends[1])
    except OverflowError:
        raise ValueError(
            f"{name}: the limits of {distribution} are exponents of e, and e to the {ends[1]:g} is too "
            f"large; for the values themselves there is {distribution}_values"
        ) from None


def _discrete(path: tuple[str, ...], distribution: str, settings: Mapping[str, Any]) -> Dimension:
    name = ".".join(path)
    values = [settings["value"]] if distribution == "constant" else settings["values"]
    if not isinstance(values, list | tuple) or not values:
        raise ValueError(f"{name}: values is {_shown(values)}; write a list of at least one value")
    for value in values:
        _check_plain(name, value)
    probabilities = settings.get("probabilities", ())
    if distribution == "categorical_w_probabilities":
        _check_probabilities(name, probabilities, len(values))
    return Dimension(
        path=path, distribution=distribution, values=tuple(values), probabilities=tuple(probabilities)
    )


def _check_probabilities(name: str, probabilities: object, count: int) -> None:
    if not isinstance(probabilities, list | tuple):
        raise ValueError(f"{name}: probabilities is {_shown(probabilities)}; write a list of numbers")
    if any(_number(name, "a probability", probability) < 0 for probability in probabilities):
        raise ValueError(f"{name}: a probability is below 0")
    if len(probabilities) != count:
        raise ValueError(f"{name}: there are {count} values and {len(probabilities)} probabilities")
    # As near to 1 as numpy.isclose, by which W&B judges, has it.
    if abs(sum(probabilities) - 1) > 1e-8 + 1e-5:
        raise ValueError(f"{name}: its probabilities add up to {sum(probabilities):g}, not to 1")


def _check_plain(name: str, value: object) -> None:
    """Refuses what a journal, a JSON file, would not give back as it is."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            if not isinstance(key, str):
                raise ValueError(f"{name}: the key {_shown(key)} in a value is no text")
            _check_plain(name, item)
    elif isinstance(value, Sequence) and not isinstance(value, str | bytes):
        for item in value:
            _check_plain(name, item)
    elif isinstance(value, float):
        _number(name, "a value", value)
    elif isinstance(value, int):
        if not -(2**63) <= value < 2**64:
            raise ValueError(f"{name}: the value {_shown(value)} has more than 64 bits")
    elif value is not None and not isinstance(value, str):
        raise ValueError(f"{name}: the value {_shown(value)} is none that JSON has")


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 40 else text[:39] + "…"
