"""How a training is shown, and how it is waited for."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

import click

from runner.errors import EXIT_JOB_FAILED, EXIT_OK

if TYPE_CHECKING:
    from runner.cli.service.reaching import Where
    from runner.service_client import ServiceClient, Training

COLOURS = {"succeeded": "green", "failed": "red", "interrupted": "red", "cancelled": "yellow"}


def arguments(where: Where) -> str:
    """The options that name the same service in another command."""
    given = ["--job", where.job] if where.job else ["--url", where.url or ""]
    return shlex.join([*given, *(["--name", where.name] if where.name else [])])


def await_end(service: ServiceClient, run: str) -> Training:
    """Waits until a training is over, and says how it goes. ^C ends the waiting, not the training."""
    from runner.cli.service.waiting import note_changes, status_line

    note = note_changes()
    try:
        with status_line(f"{run}: waiting") as say:

            def seen(training: Training) -> None:
                note(f"{run}: {training.status}")
                say(f"{run}: {', '.join([training.status, *progress(training)])}")

            return service.wait(run, seen)
    except KeyboardInterrupt:
        click.echo("note: the training goes on", err=True)
        raise


def show(training: Training) -> None:
    """Prints how a training stands."""
    from runner.cli.terminal import harmless, say
    from runner.manifest.units import duration_text
    from runner.wording import dollars

    say(harmless(f"{training.job} {training.run}: "), nl=False, bold=True)
    say(harmless(training.status), fg=COLOURS.get(training.status, "cyan"))
    facts = [] if training.seconds is None else [duration_text(training.seconds)]
    facts += [] if training.cost_usd is None else [f"{dollars(training.cost_usd)} so far"]
    facts += [] if training.bound_usd is None else [f"at most {dollars(training.bound_usd)}"]
    for line in (", ".join(facts), ", ".join(progress(training)), training.reason):
        if line:
            say(f"  {harmless(line)}")
    if training.pull_request:
        say(f"  pull request: {harmless(training.pull_request)}")


def progress(training: Training) -> list[str]:
    """The latest metrics, each as `name value`."""
    from runner.results.numbers import compact

    numbers = [(name, value) for name, value in training.progress.items() if type(value) in (int, float)]
    return [f"{name} {compact(value)}" for name, value in numbers]


def exit_code(training: Training) -> int:
    """Whether a training that is over did what it was to do."""
    return EXIT_OK if training.status == "succeeded" else EXIT_JOB_FAILED
