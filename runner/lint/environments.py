"""How long trials of known environments take, and which of these a sweep is about."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from runner.lint.rule import Subject


class Environment(NamedTuple):
    """An environment of the field: how it is recognised, what a trial takes, and what it should be given."""

    name: str
    pattern: str
    typical: str
    timeout: str


ENVIRONMENTS: Final = (
    Environment("CartPole", r"cart-?_?pole", "1 to 5 minutes", "10m"),
    Environment("MountainCar", r"mountain-?_?car", "5 to 15 minutes", "30m"),
    Environment(
        "Atari",
        r"\batari|\bale/|noframeskip|(?:^|[/_-])(?:pong|breakout|space-?_?invaders|seaquest|qbert)(?:$|[_:v-])",
        "30 to 120 minutes",
        "2h",
    ),
)


def environment(subject: Subject) -> Environment | None:
    """The environment that the sweep's names and arguments speak of; None where it is none or several."""
    texts = list(_texts(subject))
    found = [each for each in ENVIRONMENTS if any(re.search(each.pattern, text) for text in texts)]
    return found[0] if len(found) == 1 else None


def _texts(subject: Subject) -> Iterator[str]:
    """What people name a job, a project, a sweep or a program, and the program's arguments, in lower case."""
    spec, sweep = subject.spec, subject.sweep
    yield subject.job.metadata.name
    yield (spec.project or "").lower()
    yield (spec.sweep_id or "").lower()
    if sweep is not None:
        yield from (text.lower() for text in (sweep.name, sweep.project, sweep.program or ""))
        yield from (str(argument).lower() for argument in sweep.command or ())
