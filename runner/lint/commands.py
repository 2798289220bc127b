"""The command lines of a job, what stands in them, and the placeholders that each of them may use."""

from __future__ import annotations

import re
from typing import Any, Final, NamedTuple

from runner.manifest.finding import Path

_PLACEHOLDER: Final = re.compile(r"\$\$\{|\$\{([^}]*)\}")
_COMMANDS: Final = r"[;&|()\n]|\b(?:do|then|else)\b"
_BEFORE_COMMANDS: Final = frozenset(
    ["export", "local", "readonly", "declare", "if", "while", "until", "!", "{"]
)
_ASSIGNMENT: Final = r"[A-Za-z_]\w*="
_VARIABLE: Final = re.compile(r"\$\{(envvar:[A-Z0-9_]*)\}")


class Command(NamedTuple):
    """A command line at `path`: `arguments`, or a `shell` line. `known` are placeholders of its own."""

    path: Path
    arguments: list[str]
    shell: str | None
    known: tuple[str, ...]


def commands(spec: Any) -> list[Command]:
    """Every command line of a `spec`, whatever its kind."""
    found = []
    build = getattr(spec, "build", None)
    if build is not None:
        found.append(_command(("spec", "build"), build, ()))
    command = getattr(spec, "command", None)
    if command is not None:
        found.append(_command(("spec", "command"), command, tuple(f"matrix.{name}" for name in spec.matrix)))
    for index, variant in enumerate(getattr(spec, "variants", ())):
        path = ("spec", "variants", index, "command")
        found.append(_command(path, variant.command, ("variant.name", "variant.weights")))
    sweep = getattr(getattr(spec, "sweep", None), "command", None)
    if sweep is not None:
        found.append(_of_wandb(list(map(str, sweep))))
    validation = getattr(spec, "validation", None)
    if validation is not None:
        found.append(_command(("spec", "validation", "command"), validation.command, ("matchup", "games")))
    return found


def _of_wandb(line: list[str]) -> Command:
    """The command of a sweep. Beside W&B's macros it knows the variables that it names itself."""
    from runner.plan.macros import MACROS

    variables = (name for argument in line for name in _VARIABLE.findall(argument))
    return Command(("spec", "sweep", "command"), line, None, (*sorted(MACROS), "files", *variables))


def _command(path: Path, line: Any, known: tuple[str, ...]) -> Command:
    if type(line) is list:
        return Command(path, line, None, known)
    return Command((*path, "shell"), [], line.shell, known)


def placeholders(text: str) -> list[str]:
    """The names of the placeholders in a text; `$${` is a literal."""
    return [match[1] for match in _PLACEHOLDER.finditer(text) if match[1] is not None]


def assigned(line: str) -> set[str]:
    """The variables that a shell line sets itself, by `NAME=…`, `for NAME` or `read NAME`."""
    names = set()
    for command in re.split(_COMMANDS, line):
        words = command.split()
        while words and (words[0] in _BEFORE_COMMANDS or re.match(_ASSIGNMENT, words[0])):
            name, found, _ = words.pop(0).partition("=")
            names |= {name} if found else set()
        if words and words[0] in ("for", "read"):
            names |= {word for word in words[1 : 2 if words[0] == "for" else None] if word[0] != "-"}
    return names
