"""`${name}` in command lines: what the plan can fill, it fills; the rest is the worker's."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping

from runner.errors import InputError
from runner.manifest.common import ShellCommand

WORKER_PLACEHOLDERS = frozenset({"output", "input", "baseline", "checkpoint", "seed"})

# `$${` stands for a literal `${`; the worker undoes it, after everything is filled.
_PLACEHOLDER = re.compile(r"\$\$\{|\$\{([^}]*)\}")


def fill(text: str, values: Mapping[str, str]) -> str:
    """`text` with every placeholder of `values` replaced and those of the worker left as they are.

    Raises InputError for a placeholder that nobody fills.
    """

    def replace(match: re.Match[str]) -> str:
        name = match[1]
        if name is not None and name in values:
            return values[name]
        if name is None or name in WORKER_PLACEHOLDERS:
            return match[0]
        known = sorted({*values, *WORKER_PLACEHOLDERS})
        near = difflib.get_close_matches(name, known, 1)
        raise InputError(
            "unknown-placeholder",
            f"nothing fills the placeholder ${{{name}}}",
            place=text,
            fix=f"did you mean ${{{near[0]}}}?" if near else f"known here: {', '.join(known)}",
        )

    return _PLACEHOLDER.sub(replace, text)


def command_line(command: list[str] | ShellCommand, values: Mapping[str, str]) -> tuple[str, ...]:
    """The argument list of a command; a shell line is passed on untouched, as `sh -c`.

    Values never reach a shell as text: a shell line reads them from its environment.
    """
    if isinstance(command, ShellCommand):
        return ("sh", "-c", command.shell)
    return tuple(fill(argument, values) for argument in command)
