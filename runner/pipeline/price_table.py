"""Prices laid into the text of a settings file; everything else stays as it is written."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from runner.errors import InputError

Path = tuple[str, ...]
Scalar = str | float

GPUS: Final = "gpu_second"
DIGITS: Final = 12
"""Decimals of a price per second that are enough: a core costs 0.000013."""

_LINE: Final = re.compile(r"[^\n]*\n|[^\n]+")
_CLOSING: Final = re.compile(r"\]|\"\"\"|'''")
_SETTING: Final = re.compile(r"([^=]*=\s*)(?:\"(?:[^\"\\]|\\.)*\"|'[^']*'|[^\s#\"']+)(.*)", re.DOTALL)
_BARE: Final = re.compile(r"[A-Za-z0-9_-]+")


class _Statement(NamedTuple):
    """The lines of a header, a comment or a setting. `table` is the header that it is or stands under.

    `leaves` are the values that it sets, by their whole paths.
    """

    text: str
    table: Path
    leaves: dict[Path, Any]


def with_prices(
    text: str, table: Path, prices: Mapping[str, Scalar], gpus: Mapping[str, float], file: str = ""
) -> str:
    """`text` (TOML, of `file`) with `prices` and `gpus` in its table, such as `("tool", "runner", "prices")`.

    Values are replaced where they stand and added where there are none; other entries of the table
    stay. `text` is of settings that were read before. Raises InputError where the table is written in
    a way that leaves no room for that.
    """
    wanted: dict[Path, Any] = {(*table, name): value for name, value in prices.items()}
    wanted |= {(*table, GPUS, name): value for name, value in gpus.items()}
    end = "\r\n" if "\r\n" in text else "\n"
    lines, missing = _replaced(_statements(text), table, wanted)
    for header in (table, (*table, GPUS)):
        _add(lines, header, {path: value for path, value in missing.items() if path[:-1] == header}, end)
    made = "".join(line.text for line in lines)
    if not _holds(made, text, wanted):
        name = ".".join(table)
        raise InputError(
            "prices-not-placed",
            "the prices cannot be put into the settings as they are written",
            place=file,
            fix=f"move the prices there into tables of their own, [{name}] and [{name}.{GPUS}]",
        )
    return made


def _statements(text: str) -> Iterator[_Statement]:
    table: Path = ()
    waiting = ""
    for line in _LINE.findall(text):
        waiting += line
        if waiting is not line and not _CLOSING.search(line):
            continue
        try:
            values = _leaves(tomllib.loads(waiting))
        except tomllib.TOMLDecodeError:
            continue
        if waiting.lstrip().startswith("["):
            (table,) = values
            values = {}
        yield _Statement(waiting, table, {(*table, *path): value for path, value in values.items()})
        waiting = ""


def _leaves(value: Any, path: Path = ()) -> dict[Path, Any]:
    """Every value that is no table, by its path; of a header, the path of its table."""
    if isinstance(value, list) and value == [{}]:
        return {path: {}}
    if not isinstance(value, dict) or (path and not value):
        return {path: value}
    return {
        below: leaf for name, inner in value.items() for below, leaf in _leaves(inner, (*path, name)).items()
    }


def _replaced(
    statements: Iterator[_Statement], table: Path, wanted: Mapping[Path, Any]
) -> tuple[list[_Statement], dict[Path, Any]]:
    """The statements with wanted values in their places, and the values that have no place yet."""
    kept: list[_Statement] = []
    missing = dict(wanted)
    for line in statements:
        if not line.leaves or any(path[: len(table)] != table for path in line.leaves):
            kept.append(line)
            continue
        path = next(iter(line.leaves))
        if line.table != path[:-1] or line.table not in (table, (*table, GPUS)):
            missing = {**line.leaves, **missing}  # written as `prices = {…}` or `gpu_second.T4 = …`
        elif path in wanted:
            kept.append(line._replace(text=_with_value(line.text, missing.pop(path))))
        else:
            kept.append(line)
    return kept, missing


def _with_value(text: str, value: Scalar) -> str:
    """A setting with another value; its comment stays."""
    return _SETTING.sub(lambda match: f"{match[1]}{_toml(value)}{match[2]}", text, count=1)


def _add(lines: list[_Statement], header: Path, values: Mapping[Path, Any], end: str) -> None:
    """Puts values under a header: behind what stands there, or under a new one behind the prices."""
    if not values:
        return
    added = [f"{_key(path[-1])} = {_toml(value)}{end}" for path, value in values.items()]
    place = _behind(lines, header)
    if not place:
        place = _behind(lines, header[:-1] if header[-1] == GPUS else header) or len(lines)
        blank = end if place and lines[place - 1].text.strip() else ""
        added.insert(0, f"{blank}[{'.'.join(map(_key, header))}]{end}")
    if place and not lines[place - 1].text.endswith("\n"):
        lines[place - 1] = lines[place - 1]._replace(text=lines[place - 1].text + end)
    lines[place:place] = [_Statement(text, header, {}) for text in added]


def _behind(lines: list[_Statement], header: Path) -> int:
    """The place behind the last setting under a header, or behind the header; 0 where there is none."""
    places = [
        place
        for place, line in enumerate(lines, 1)
        if line.table == header and line.text.strip() and not line.text.lstrip().startswith("#")
    ]
    return places[-1] if places and header else 0


def _holds(made: str, text: str, wanted: Mapping[Path, Any]) -> bool:
    """Whether a text says what another one says, but for the wanted values."""
    expected = tomllib.loads(text)
    for path, value in wanted.items():
        table = expected
        for name in path[:-1]:
            table = table.setdefault(name, {})
        table[path[-1]] = value
    try:
        return tomllib.loads(made) == expected
    except tomllib.TOMLDecodeError:
        return False


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else json.dumps(name, ensure_ascii=False)


def _toml(value: Scalar) -> str:
    """A text, or a price without an exponent where it has no more than `DIGITS` decimals."""
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    short = f"{value:.{DIGITS}f}".rstrip("0")
    short += "0" if short.endswith(".") else ""
    return short if float(short) == value else repr(value)
