"""The command line of the evaluation."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple, NoReturn

PROGRAM: Final = "workloads/textgames/evaluate.py"

_EXAMPLES: Final = """example:
  python workloads/textgames/evaluate.py --settings settings.json --output runs/wordle --seed 7
"""


class CommandError(Exception):
    """The command line cannot be used: one sentence."""


class Options(NamedTuple):
    """What the command line and the environment ask for.

    `trained` is the folder of a training's model, `champion` that of the weights it would replace.
    """

    settings: Path
    output: Path
    seed: int
    trained: Path | None
    champion: Path | None


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise CommandError(message)


def parse(arguments: Sequence[str] | None) -> Options:
    """Read the command line, `sys.argv` if none is given, and the environment. Raises CommandError."""
    given = _parser().parse_args(arguments)
    output = given.output or os.environ.get("RUNNER_OUTPUT_DIR") or Path("runs", "evaluation")
    seed = os.environ.get("RUNNER_SEED") or "0" if given.seed is None else given.seed
    if not (seed.isascii() and seed.isdigit()):
        raise CommandError(f"the seed {seed!r} is not a whole number of at least 0")
    return Options(given.settings, Path(output), int(seed), given.trained, given.champion)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog=PROGRAM,
        description="Play a model on an environment, beside others on the same seeds.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    add: Any = parser.add_argument
    add("--settings", type=Path, required=True, metavar="FILE", help="what to play, in JSON (settings.py)")
    add("--output", type=Path, metavar="FOLDER", help="default RUNNER_OUTPUT_DIR, else runs/evaluation")
    add("--seed", help="default RUNNER_SEED, else 0")
    add("--trained", type=Path, metavar="FOLDER", help="the model or adapter to judge, from a training")
    add("--champion", type=Path, metavar="FOLDER", help="the weights that it would replace, if there are any")
    return parser
