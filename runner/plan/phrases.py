"""What plans of every kind are told with: needs, sources, command lines and counts."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence
from typing import Final

from runner.manifest.units import duration_text, size_text
from runner.plan.model import Plan, Requirements

LONGEST_ARGUMENT: Final = 60


def needs_text(requirements: Requirements) -> str:
    """What one task needs, in words."""
    gpu = f", {' or '.join(requirements.gpus)}" if requirements.gpus else ""
    region = f", in {' or '.join(requirements.regions)}" if requirements.regions else ""
    attempts = f" x {1 + requirements.retries} attempts" if requirements.retries else ""
    return (
        f"{requirements.cpu:g} CPU, {size_text(requirements.memory)}{gpu}{region}, "
        f"up to {duration_text(requirements.timeout)}{attempts}"
    )


def source_text(plan: Plan) -> str:
    """Which code runs."""
    where = plan.source.repository or "this repository"
    changed = len(plan.source.uncommitted)
    extra = f" with {count(changed, 'uncommitted file')}" if changed else ""
    return f"{where} at {plan.source.commit[:12]}{extra}"


def command_text(command: Sequence[str]) -> str:
    """A command line on one line; a program given as an argument is cut short."""
    return shlex.join(_short(argument) for argument in command)


def fenced(lines: Iterable[str]) -> list[str]:
    """Lines as they stand, in Markdown; nothing where there are none."""
    shown = [line.replace("````", "```") for line in lines]
    return ["````text", *shown, "````", ""] if shown else []


def count(number: int, noun: str) -> str:
    """`1 task`, `2,000 tasks`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def _short(argument: str) -> str:
    line = " ".join(argument.split()) if "\n" in argument else argument
    return line if len(line) <= LONGEST_ARGUMENT else line[: LONGEST_ARGUMENT - 1] + "…"
