"""Arguments and options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from runner.cli import completing

Decorated = Callable[..., Any]

job_argument = click.argument("manifest", metavar="JOB", shell_complete=completing.jobs)
run_argument = click.argument("run", default="latest", shell_complete=completing.runs)
json_option = click.option("--json", "as_json", is_flag=True, help="Nothing but JSON on standard output.")

_PLAN_OPTIONS = (
    click.option(
        "--set",
        "overrides",
        multiple=True,
        metavar="PATH=VALUE",
        help="Override a value of the manifest, such as spec.resources.timeout=2h. Repeatable.",
    ),
    click.option(
        "--only",
        multiple=True,
        metavar="TASK",
        help="Only this task: an id, its last part, or a glob. Repeatable.",
    ),
    click.option("--games", type=click.IntRange(min=1), help="Tune: games per matchup of the validation."),
    click.option("--timeout", metavar="DURATION", help="Longest time for one attempt, such as 2h."),
    click.option("--validation-timeout", metavar="DURATION", help="Tune: longest time for one matchup."),
    click.option("--no-deploy", is_flag=True, help="Leave produced files out of the pull request."),
)

SHORTCUTS = {
    "games": "spec.validation.games",
    "timeout": "spec.resources.timeout",
    "validation_timeout": "spec.validation.timeout",
}


def plan_options(function: Decorated) -> Decorated:
    """The options that change what is planned; see `overrides_of`."""
    for option in reversed(_PLAN_OPTIONS):
        function = option(function)
    return function


def overrides_of(overrides: tuple[str, ...], shortcuts: dict[str, Any]) -> tuple[str, ...]:
    """All overrides: those of `--set`, then the shortcuts that were given."""
    given = (
        f"{path}={shortcuts[name]}" for name, path in SHORTCUTS.items() if shortcuts.get(name) is not None
    )
    return (*overrides, *given)
