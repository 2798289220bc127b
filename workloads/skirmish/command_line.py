"""What the command-line programs share: argument types, errors and defaults."""

import argparse
import os
import sys
from pathlib import Path
from typing import Any, NoReturn

BAD_ARGUMENTS = 2
"""Exit status for arguments or files that cannot be used."""


class Parser(argparse.ArgumentParser):
    """An argument parser that keeps line breaks in help and errors to one sentence."""

    def __init__(self, **options: Any) -> None:
        """Create the parser; `options` are those of argparse.ArgumentParser."""
        super().__init__(formatter_class=argparse.RawDescriptionHelpFormatter, **options)

    def error(self, message: str) -> NoReturn:
        """Print one sentence to standard error and leave with status 2."""
        fail(self.prog, message)


def fail(program: str, message: str) -> NoReturn:
    """Print one sentence to standard error and leave with status 2."""
    print(f"{program}: {message}", file=sys.stderr)
    raise SystemExit(BAD_ARGUMENTS)


def positive(text: str) -> int:
    """Parse a whole number of at least 1."""
    number = _whole(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text} is not a whole number of at least 1")
    return number


def seed(text: str) -> int:
    """Parse a seed, a whole number of at least 0."""
    number = _whole(text)
    if number < 0:
        raise argparse.ArgumentTypeError(f"{text} is not a whole number of at least 0")
    return number


def seed_from_environment(program: str) -> int:
    """Return RUNNER_SEED, or 0 if it is not set."""
    text = os.environ.get("RUNNER_SEED") or "0"
    try:
        return seed(text)
    except argparse.ArgumentTypeError as error:
        fail(program, f"the environment variable RUNNER_SEED is unusable: {error}")


def folder_from_environment(name: str) -> Path | None:
    """Return the path in an environment variable, or None if it is unset or empty."""
    text = os.environ.get(name)
    return Path(text) if text else None


def _whole(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number") from None
