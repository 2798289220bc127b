"""A command is a list of arguments, and no shell splits it: `[python train.py]` looks for a program
whose name is `python train.py`.

Write each argument as an item of its own, or use `{shell: python train.py}`. What only a shell
understands, such as `>`, `|` or `&&`, needs `shell`.
"""

from __future__ import annotations

import re
from typing import Final

from runner.lint.rule import Problem, Problems, Rule, Subject
from runner.wording import printable, shown

OPERATORS: Final = r"[<>|&;`*?]|\$(?!\$?\{)"


def check(subject: Subject) -> Problems:
    """Programs whose name holds a space and no slash before it."""
    for command in subject.commands:
        program = command.arguments[0] if command.arguments else ""
        if " " in program.strip() and "/" not in program.partition(" ")[0]:
            yield Problem(
                (*command.path, 0),
                f"{shown(program)} is one argument, with spaces in it",
                _split(command.arguments),
            )


def _split(arguments: list[str]) -> str:
    """How to write the command: as a list, or for a shell where it holds a shell's operators."""
    line = " ".join(arguments)
    if not re.search(OPERATORS, line):
        return f"write [{printable(', '.join(arguments[0].split()))}]"
    filled = ", with $RUNNER_… variables in place of ${…}" if "${" in line else ""
    return f"write {{shell: {shown(line)}}}{filled}"


RULE = Rule(
    severity="warning",
    summary="A whole command line as one argument",
    page=__doc__,
    check=check,
    bad="command: [python train.py]",
    good="command: [python, train.py]",
)
