"""`runner github VERB`."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from runner.errors import RunnerError

if TYPE_CHECKING:
    from runner.workflows.event import Event

approved_option = click.option(
    "--approved", is_flag=True, help="Launch also what a person agreed to, which RUNNER_APPROVED lists."
)


@click.group()
def command() -> None:
    """What the workflows of GitHub call.

    Each verb reads the event that started the workflow, and answers with annotations, a summary and
    outputs. The files in .github/workflows say when each is called, and with which rights.
    """


@command.command()
@click.option(
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Write check.json there, for `comment`.",
)
def check(output: Path | None) -> int:
    """Check and plan the manifests that a pull request changes.

    Needs no token. Exits with 2 when a manifest must change.
    """
    from runner.workflows.checking import check

    return _answer(lambda event: check(Path.cwd(), event, output))


@command.command()
@click.argument("artifact", type=click.Path(path_type=Path), metavar="DIR")
def comment(artifact: Path) -> int:
    """Write the comment and the status for a check that has ended.

    DIR is what `check --output` wrote, which is not believed.
    """
    from runner.workflows.commenting import comment

    return _answer(lambda event: comment(Path.cwd(), event, artifact))


@command.command()
@approved_option
def launch(approved: bool) -> int:
    """Launch the jobs that a push changes, or the one that is asked for."""
    from runner.workflows.launching import launch_event

    return _answer(lambda event: launch_event(Path.cwd(), event, approved))


@command.command()
def standing() -> int:
    """Say where the services stand whose manifests a pull request takes away.

    RUNNER_REMOVED lists them.
    """
    from runner.workflows.standing import standing

    return _answer(lambda event: standing(Path.cwd(), event))


@command.command()
@approved_option
def deploy(approved: bool) -> int:
    """Make the services that stand equal to those that the default branch describes."""
    from runner.workflows.deploying import deploy_event

    return _answer(lambda event: deploy_event(Path.cwd(), event, approved))


@command.command()
@approved_option
def collect(approved: bool) -> int:
    """Bring home all that has ended, and launch the schedules that are due."""
    from runner.workflows.collecting import collect_event

    return _answer(lambda event: collect_event(Path.cwd(), event, approved))


@command.command()
def cancel() -> int:
    """End the run that is asked for."""
    from runner.workflows.cancelling import cancel_event

    return _answer(lambda event: cancel_event(Path.cwd(), event))


@command.command()
def chat() -> int:
    """Do what a comment on a pull request asks for: /plan, /run, /cancel, /retry, /remove."""
    from runner.workflows.chatting import chat

    return _answer(lambda event: chat(Path.cwd(), event))


def _answer(act: Callable[[Event], int]) -> int:
    """Acts on the event; what goes wrong is an annotation, too."""
    from runner.workflows.event import read_event
    from runner.workflows.output import error_annotation

    event = read_event(os.environ)
    try:
        return act(event)
    except RunnerError as error:
        message = f"{error}\nfix: {error.fix}" if error.fix else str(error)
        error_annotation(message, title=error.code)
        raise
