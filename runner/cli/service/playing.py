"""Options of what is played, as in the document, and what of them goes into a request."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import click

from runner.service_client.models import Sampling

Decorated = Callable[..., Any]

ENVIRONMENTS = ("key_door", "tic_tac_toe")
HISTORIES = ("NO_HISTORY", "FULL_HISTORY", "SCRATCHPAD")


def _object(context: click.Context, parameter: click.Parameter, text: str | None) -> dict[str, Any]:
    """The value of an option that is a JSON object."""
    if text is None:
        return {}
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise click.BadParameter("""it is no JSON object, such as '{"size": 4}'""")
    return value


ENVIRONMENT_OPTIONS = (
    click.option("--env-type", type=click.Choice(ENVIRONMENTS), help="What is played."),
    click.option(
        "--env-config", metavar="JSON", callback=_object, help="""How it is set up, such as '{"size": 4}'."""
    ),
    click.option(
        "--history-strategy", type=click.Choice(HISTORIES), help="What the policy sees of the past."
    ),
)
_PLAYING_OPTIONS = (
    click.option("--model-path", metavar="PATH", help="A model below the service's models, not its own."),
    click.option("--adapter", metavar="PATH", help="An adapter below the service's models."),
    *ENVIRONMENT_OPTIONS,
    click.option("--max-steps", type=click.IntRange(min=1), help="The most steps of an episode."),
    click.option("--temperature", type=click.FloatRange(min=0)),
    click.option("--top-p", type=click.FloatRange(0, 1)),
    click.option("--top-k", type=click.IntRange(min=0)),
    click.option("--min-p", type=click.FloatRange(0, 1)),
    click.option("--max-tokens", type=click.IntRange(min=1), help="The most tokens of one reply."),
    click.option("--seed", type=click.IntRange(min=0), help="The same seed is the same episode."),
)


def with_options(options: tuple[Decorated, ...]) -> Callable[[Decorated], Decorated]:
    """A decorator that adds options in their order."""

    def decorate(function: Decorated) -> Decorated:
        for option in reversed(options):
            function = option(function)
        return function

    return decorate


playing_options = with_options(_PLAYING_OPTIONS)


def request_fields(given: dict[str, Any]) -> dict[str, Any]:
    """What the playing options say, as the fields of a request; those of sampling come together."""
    fields = dict(given)
    sampling = Sampling(**{name: fields.pop(name) for name in Sampling.__struct_fields__})
    return fields if sampling == Sampling() else {**fields, "sampling_params": sampling}
