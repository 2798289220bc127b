"""The command line of the training program."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple, NoReturn

from workloads.textgames.settings import SettingsError

PROGRAM: Final = "workloads/textgames/train_grpo.py"

_EXAMPLES: Final = """example:
  python workloads/textgames/train_grpo.py --settings settings.json --output runs/wordle --seed 7
"""


class Options(NamedTuple):
    """What the command line and the environment ask for."""

    settings: Path
    output: Path
    checkpoint: Path
    seed: int


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise SettingsError(message)


def parse(arguments: Sequence[str] | None) -> Options:
    """Read the command line, `sys.argv` if none is given, and the environment. Raises SettingsError."""
    given = _parser().parse_args(arguments)
    output = Path(given.output or os.environ.get("RUNNER_OUTPUT_DIR") or Path("runs", "grpo"))
    checkpoint = given.checkpoint or os.environ.get("RUNNER_CHECKPOINT_DIR") or output / "checkpoint"
    seed = os.environ.get("RUNNER_SEED") or "0" if given.seed is None else given.seed
    if not (seed.isascii() and seed.isdigit()):
        raise SettingsError(f"the seed {seed!r} is not a whole number of at least 0")
    return Options(given.settings, output, Path(checkpoint), int(seed))


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog=PROGRAM,
        description="Train a language model with GRPO on an environment.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    add: Any = parser.add_argument
    add("--settings", type=Path, required=True, metavar="FILE", help="what to train, in JSON (settings.py)")
    add("--output", type=Path, metavar="FOLDER", help="default RUNNER_OUTPUT_DIR, else runs/grpo")
    add("--checkpoint", type=Path, metavar="FOLDER", help="default RUNNER_CHECKPOINT_DIR, else in the output")
    add("--seed", help="default RUNNER_SEED, else 0")
    return parser
