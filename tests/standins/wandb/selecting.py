"""Filters and orders of lists, in the words that the public API uses: those of MongoDB."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from tests.standins.wandb.refusals import Unanswerable

T = TypeVar("T")
Read = Callable[[T, str], Any]
"""A field of a thing by its name; None where it has no such."""

COMPARISONS: Mapping[str, Callable[[Any, Any], bool]] = {
    "$eq": lambda has, wanted: has == wanted or (isinstance(has, list) and wanted in has),
    "$ne": lambda has, wanted: has != wanted,
    "$in": lambda has, wanted: any(each in wanted for each in (has if isinstance(has, list) else [has])),
    "$nin": lambda has, wanted: has not in wanted,
    "$exists": lambda has, wanted: (has is not None) is bool(wanted),
    "$regex": lambda has, wanted: re.search(wanted, str(has or "")) is not None,
    "$gt": lambda has, wanted: has is not None and has > wanted,
    "$gte": lambda has, wanted: has is not None and has >= wanted,
    "$lt": lambda has, wanted: has is not None and has < wanted,
    "$lte": lambda has, wanted: has is not None and has <= wanted,
}


def matches(thing: T, wanted: Mapping[str, Any], read: Read[T]) -> bool:
    """Whether a thing is what a filter describes."""
    return all(one_matches(thing, name, value, read) for name, value in wanted.items())


def one_matches(thing: T, name: str, value: Any, read: Read[T]) -> bool:
    """One entry of a filter."""
    if name in ("$and", "$or", "$nor"):
        each = [matches(thing, inner, read) for inner in value]
        return all(each) if name == "$and" else any(each) is (name == "$or")
    if name.startswith("$"):
        raise Unanswerable(f"The filter {name} is not known.")
    has = read(thing, name)
    for operator, wanted in (value if isinstance(value, dict) else {"$eq": value}).items():
        if operator not in COMPARISONS:
            raise Unanswerable(f"The filter {operator} is not known.")
        if not COMPARISONS[operator](has, wanted):
            return False
    return True


def chosen(things: Sequence[T], filters: str | None, order: str | None, read: Read[T]) -> list[T]:
    """Those that match, in order. Things without the field that orders come last, either way."""
    wanted = json.loads(filters or "{}") or {}
    found = [thing for thing in things if matches(thing, wanted, read)]
    for key in reversed([part.strip() for part in (order or "").split(",") if part.strip()]):
        name = key.lstrip("+-")
        having = [thing for thing in found if is_orderable(read(thing, name))]
        lacking = [thing for thing in found if not is_orderable(read(thing, name))]
        having.sort(key=lambda thing: read(thing, name), reverse=key.startswith("-"))
        found = having + lacking
    return found


def is_orderable(value: Any) -> bool:
    """Numbers and times; NaN and what is not there have no place."""
    return isinstance(value, (int, float)) and value == value


def dig(values: Any, name: str) -> Any:
    """A value by its whole name, or by the path that the dots in it are."""
    if not isinstance(values, dict):
        return None
    if name in values:
        return values[name]
    first, dot, rest = name.partition(".")
    return dig(values.get(first), rest) if dot else None
