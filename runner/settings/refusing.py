"""What is said of settings that cannot be, with the line and the nearest known name."""

from __future__ import annotations

import re
from typing import Final, Literal, get_args, get_origin, get_type_hints

from runner.errors import InputError
from runner.settings import model
from runner.settings.model import OWN, TABLES, Settings
from runner.wording import choices, did_you_mean, printable

# How a pattern reads in a message.
_IN_WORDS: Final = {
    model.SIZE: "a size such as 10MiB",
    model.VARIABLE: "keyed by names of variables, in capitals, digits and underscores",
    model.WAKE: "the name of a variable, in capitals, digits and underscores",
    model.PREFIX: "at most 31 lower-case letters, digits and hyphens, a letter first",
    model.ENVIRONMENT: "the name of an environment: at most 64 letters, digits, hyphens and underscores",
    model.SECRET: "made of names of secrets: 1 to 64 letters, digits, hyphens, dots and underscores",
    model.REMOTE: "the name of a git remote, such as origin",
}


def refusal(message: str, about: Settings) -> InputError:
    """What msgspec says of the settings, in our words; `about` knows the lines of their file."""
    problem, _, path = re.sub(" - at `key` in ", " - at ", message).partition(" - at `$.")
    table = re.sub(r"\[.*", "", path.rstrip("`"))
    unknown = re.fullmatch(r"Object contains unknown field `(.+)`", problem)
    if unknown:
        name = unknown[1]
        place = about.origin(f"{table}.{name}" if table else name)
        known = [field for field in TABLES[table].__struct_fields__ if table or field not in OWN]
        text = f"unknown setting {printable(name)}" + (f" in [{table}]" if table else "")
        return InputError("bad-settings", text, place=place, fix=did_you_mean(name, known))
    text = f"{table or 'the file'} must be {_wanted(problem, table)}"
    return InputError(
        "bad-settings", text, place=about.origin(table), fix="correct the value, or remove the line"
    )


def _wanted(problem: str, path: str) -> str:
    """What msgspec says is expected of the setting at `path`, in words."""
    pattern = re.search(r"matching regex '(.*)'", problem)
    if pattern:
        return _IN_WORDS[pattern[1].replace("\\\\", "\\")]
    if values := _values(path):
        return choices(values)
    wanted = problem.removeprefix("Expected ").replace("`", "").replace(" | null", "")
    wanted = wanted.replace("str of length >= 1", "made of texts that are not empty")
    wanted = re.sub(r"str of length <= ([0-9]+)", r"made of texts of at most \1 characters", wanted)
    wanted = re.sub(r"float >= ([0-9]+)\.0", r"a number from \1", wanted)
    wanted = re.sub(r"int >= ([0-9]+)", r"a whole number from \1", wanted)
    return re.sub(r"\bint\b", "a whole number", wanted.replace("float", "a number"))


def _values(path: str) -> tuple[str, ...]:
    """The values that the setting at `path` may have; none where there are more than can be listed."""
    table, _, name = path.rpartition(".")
    wanted = get_type_hints(TABLES[table]).get(name) if table in TABLES else None
    return get_args(wanted) if get_origin(wanted) is Literal else ()
