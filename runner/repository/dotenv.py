"""Secrets of a person's own machine: the file `.env` at the root, which git must not track."""

from __future__ import annotations

import re
from typing import Final

from runner.errors import InputError
from runner.repository.git import Repository

_NAME: Final = ".env"
_LARGEST: Final = 1024 * 1024
_LINE: Final = re.compile(r"\s*(?:export\s+)?(?P<key>[A-Za-z_][A-Za-z0-9_]*)\s*=\s*(?P<value>.*?)\s*")
_QUOTED: Final = re.compile(r"(?P<quote>['\"])(?P<text>(?:\\.|(?!(?P=quote)).)*)(?P=quote)\s*(?:#.*)?")
_ESCAPES: Final = {"n": "\n", "r": "\r", "t": "\t"}


def dotenv(repository: Repository) -> dict[str, str]:
    """The variables in `.env`; empty when there is no such file.

    Lines are `KEY=VALUE`, with an optional `export` before and comments after; quotes keep spaces
    and `#`, and in double quotes `\\n`, `\\t`, `\\"` and `\\\\` are read. Nothing is expanded. Raises
    InputError, which never holds a value, when git tracks the file or a line cannot be read.
    """
    if repository.tracks(_NAME):
        raise InputError(
            "dotenv-tracked",
            "git tracks this file, so its secrets are in the history",
            place=_NAME,
            fix=f"git rm --cached {_NAME} && echo {_NAME} >> .gitignore, commit, and replace the secrets.",
        )
    path = repository.root / _NAME
    if not path.is_file():
        return {}
    if path.stat().st_size > _LARGEST:
        raise InputError("dotenv-size", "the file is over 1 MiB", place=_NAME)
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError):
        raise InputError("dotenv-unreadable", "the file cannot be read as UTF-8 text", place=_NAME) from None
    variables = {}
    for number, line in enumerate(lines, 1):
        if line.strip() and not line.lstrip().startswith("#"):
            key, value = _variable(line, number)
            variables[key] = value
    return variables


def _variable(line: str, number: int) -> tuple[str, str]:
    """Name and value of one line."""
    match = _LINE.fullmatch(line)
    if match is None:
        raise _unreadable(number, "this is not KEY=VALUE")
    value = match["value"]
    if not value.startswith(("'", '"')):
        return match["key"], re.sub(r"(^|\s)#.*", "", value).rstrip()
    quoted = _QUOTED.fullmatch(value)
    if quoted is None:
        raise _unreadable(number, "the quote is not closed on this line")
    if quoted["quote"] == "'":
        return match["key"], quoted["text"]
    return match["key"], re.sub(r"\\(.)", lambda found: _ESCAPES.get(found[1], found[1]), quoted["text"])


def _unreadable(number: int, why: str) -> InputError:
    return InputError("dotenv-line", why, place=f"{_NAME}:{number}", fix="Write KEY=VALUE or KEY='VALUE'.")
