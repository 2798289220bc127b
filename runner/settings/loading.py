"""From TOML to settings, whether it lies in the working tree or in a commit."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Collection
from functools import partial
from math import isfinite
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct, ValidationError, convert
from msgspec.structs import replace

from runner.errors import InputError
from runner.settings.model import FILE, OWN, Dollars, PriceTable, Settings
from runner.wording import did_you_mean, shown

if TYPE_CHECKING:
    from pathlib import Path

_PYPROJECT: Final = "pyproject.toml"

Read = Callable[[str], bytes | None]
"""The content of a file of the root, by its name; None where there is none."""


class _Priced(Struct):
    """Gives the prices their path in a message."""

    prices: PriceTable


def load_settings(root: Path | str, kinds: Collection[str] = ()) -> Settings:
    """The settings of the working tree at `root`; the defaults where it has none.

    `kinds` are those that `policy.kinds` may name; any where none are given. Raises InputError for
    a file that is not TOML, an unknown name or a value that cannot be.
    """
    return settings_of(partial(_content, root), kinds)


def settings_of(read: Read, kinds: Collection[str] = (), commit: str = "") -> Settings:
    """As `load_settings`, of what `read` gives; messages say that they are those of `commit`."""
    text = _text(read, FILE, commit)
    if text is not None:
        return _checked(parse_settings(text, commit=commit), kinds)
    text = _text(read, _PYPROJECT, commit)
    if text is not None and "tool.runner" in text:
        return _checked(parse_settings(text, _PYPROJECT, "tool.runner.", commit), kinds)
    return Settings(commit=commit)


def parse_settings(text: str, file: str = FILE, prefix: str = "", commit: str = "") -> Settings:
    """The settings that a TOML text holds below `prefix`. Raises InputError."""
    import tomllib

    about = Settings(file=file, commit=commit)
    try:
        table: Any = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"at line ([0-9]+)", str(error))
        place = about.place(int(line[1]) if line else 0)
        raise InputError(
            "bad-settings", f"not TOML: {error}", place=place, fix="see https://toml.io"
        ) from None
    except (RecursionError, ValueError):
        message = "values are nested too deep, or a number is too long"
        raise InputError("bad-settings", message, place=about.place()) from None
    for name in prefix.split(".")[:-1]:
        table = table.get(name, {}) if isinstance(table, dict) else {}
    about = replace(about, lines=_lines(text, prefix))
    try:
        return replace(_converted(table), file=file, commit=commit, lines=about.lines)
    except ValidationError as error:
        from runner.settings.refusing import refusal

        raise refusal(str(error), about) from None


def _converted(table: Any) -> Settings:
    """The settings of a table. Raises ValidationError."""
    own = next((name for name in OWN if isinstance(table, dict) and name in table), None)
    if own:
        raise ValidationError(f"Object contains unknown field `{own}`")
    _require_finite(table, "$")
    settings = convert(table, Settings)
    _require_prices(settings.prices)
    return settings


def _require_finite(value: Any, path: str) -> None:
    """Raises ValidationError for `inf` and `nan`, which TOML allows and no limit can be."""
    if isinstance(value, float) and not isfinite(value):
        raise ValidationError(f"Expected `a finite number` - at `{path}`")
    for name, inner in value.items() if isinstance(value, dict) else ():
        _require_finite(inner, f"{path}.{name}")


def _require_prices(table: dict[str, Any]) -> None:
    """Raises ValidationError for an unknown name and for what is no price."""
    prices = convert({"prices": table}, _Priced).prices
    for name, value in prices.gpu_second.items():
        try:
            convert(value, Dollars)
        except ValidationError as error:
            raise ValidationError(f"{error} - at `$.prices.gpu_second.{name}`") from None


def _checked(settings: Settings, kinds: Collection[str]) -> Settings:
    """The settings, where `policy.kinds` names only known kinds."""
    unknown = [name for name in settings.policy.kinds or () if kinds and name not in kinds]
    if unknown:
        text = f"policy.kinds names {shown(unknown[0])}, which is no kind of job"
        place = settings.origin("policy.kinds")
        raise InputError("bad-settings", text, place=place, fix=did_you_mean(unknown[0], kinds))
    return settings


def _content(root: Path | str, name: str) -> bytes | None:
    try:
        with open(os.path.join(root, name), "rb") as file:  # noqa: PTH118, PTH123 (quicker than Path)
            return file.read()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise InputError("bad-settings", f"the file cannot be read: {error.strerror}", place=name) from None


def _text(read: Read, name: str, commit: str) -> str | None:
    content = read(name)
    try:
        # As a file that is opened for reading text, whoever wrote its line ends.
        return None if content is None else content.decode("utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError:
        place = Settings(file=name, commit=commit).place()
        raise InputError(
            "bad-settings", "the file is not UTF-8 text", place=place, fix="save it as UTF-8"
        ) from None


def _lines(text: str, prefix: str) -> dict[str, int]:
    """The line of every key and table below `prefix`, which tomllib does not tell."""
    lines: dict[str, int] = {}
    table = ""
    for number, line in enumerate(text.splitlines(), 1):
        header = re.match(r"\s*\[\s*([^\[\]]+?)\s*\]", line)
        key = None if header else re.match(r"\s*([A-Za-z0-9_.\"'-]+)\s*=", line)
        if header:
            table = re.sub(r"[\s\"']", "", header[1])
            name = table
        elif key:
            name = ".".join(part for part in (table, re.sub(r"[\"']", "", key[1])) if part)
        else:
            continue
        if name.startswith(prefix):
            lines.setdefault(name.removeprefix(prefix), number)
    return lines
