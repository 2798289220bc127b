"""The command line of a trial: W&B's template, with the trial's point in the place of its macros.

The same as `wandb agent` makes of it (`wandb_agent.Agent._command_run`), but that what depends on the
attempt is left to the worker: `${envvar:NAME}`, and the placeholders that every command line may have.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from runner.plan.model import Search
from runner.plan.placeholders import WORKER_PLACEHOLDERS

ARGUMENTS_FILE: Final = "${files}/args.json"
"""Where a trial finds its point as JSON."""

_PLACEHOLDER = re.compile(r"\$\$\{|\$\{([^}]*)\}|\$\{")
_LEFT_TO_WORKER: Final = frozenset({*WORKER_PLACEHOLDERS, "files"})

_ARGUMENTS: Final[dict[str, Callable[[str, Any], list[str]]]] = {
    "args": lambda name, value: [f"--{name}={value}"],
    "args_no_hyphens": lambda name, value: [f"{name}={value}"],
    "args_no_equals": lambda name, value: [f"--{name}", str(value)],
    "args_no_boolean_flags": lambda name, value: _flag(name, value),
    "args_append_hydra": lambda name, value: [f"+{name}={value}"],
    "args_override_hydra": lambda name, value: [f"++{name}={value}"],
}
MACROS: Final = frozenset({"env", "interpreter", "program", "args_json", "args_json_file", *_ARGUMENTS})
"""What a whole element `${…}` of a command may name, beside `envvar:…`."""


def trial_command(search: Search, point: Mapping[str, Any]) -> tuple[str, ...]:
    """The argument list that tries `point`. What the worker fills is left in it; all else is escaped for it.

    As with W&B, an element that is a macro nobody knows is left out, and a macro that is only a part of
    an element is no macro.
    """
    command: list[str] = []
    for element in search.command:
        name = element[2:-1]
        if element.startswith("${") and element.endswith("}") and "${" not in name:
            command += _expanded(name, element, search, point)
        else:
            command.append(_PLACEHOLDER.sub(_escaped, element))
    return tuple(command)


def _expanded(name: str, element: str, search: Search, point: Mapping[str, Any]) -> list[str]:
    if name in _ARGUMENTS:
        each = _ARGUMENTS[name]
        return [escape(argument) for parameter in point for argument in each(parameter, point[parameter])]
    match name:
        case "env":
            return ["/usr/bin/env"]
        case "interpreter":
            return ["python"]
        case "program":
            return [escape(search.program)] if search.program else []
        case "args_json":
            return [escape(json.dumps(point))]
        case "args_json_file":
            return [ARGUMENTS_FILE]
    return [element] if _is_workers(name) else []


def _flag(name: str, value: Any) -> list[str]:
    if isinstance(value, bool):
        return [f"--{name}"] if value else []
    return [f"--{name}={value}"]


def _escaped(match: re.Match[str]) -> str:
    return match[0] if match[0] == "$${" or _is_workers(match[1] or "") else "$" + match[0]


def _is_workers(name: str) -> bool:
    return name in _LEFT_TO_WORKER or re.fullmatch(r"envvar:[A-Z0-9_]*", name) is not None


def escape(text: str) -> str:
    """`text` such that the worker takes nothing in it for a placeholder."""
    return text.replace("${", "$${")


def flattened(point: Mapping[str, Any]) -> dict[str, str]:
    """Every value of a point by its dotted name: text as it is, anything else as JSON."""
    flat: dict[str, str] = {}
    for name, value in point.items():
        if isinstance(value, Mapping) and value:
            flat |= {f"{name}.{inner}": text for inner, text in flattened(value).items()}
        else:
            flat[name] = value if isinstance(value, str) else json.dumps(value)
    return flat


def wandb_config(point: Mapping[str, Any]) -> dict[str, Any]:
    """The document that `wandb.init` reads a trial's point from, at `WANDB_SWEEP_PARAM_PATH`."""
    return {"wandb_version": 1, **{name: {"value": value} for name, value in point.items()}}
