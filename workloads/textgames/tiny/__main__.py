"""`python -m workloads.textgames.tiny FOLDER`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, get_args

from msgspec import DecodeError, json

from workloads.textgames.envs.base import GameError
from workloads.textgames.settings import Environment, History
from workloads.textgames.tiny.templates import TEMPLATES


def main(arguments: Sequence[str] | None = None) -> int:
    """Make the folder of a tiny model; return the exit status."""
    options = _parser().parse_args(arguments)
    from workloads.textgames.tiny.model import write

    try:
        chosen, given = None, json.decode(options.arguments, type=dict[str, Any])
        if options.warm_start is not None:
            chosen = Environment(name=options.warm_start, arguments=given, history=options.history)
        write(options.folder, options.template, options.seed, chosen)
    except (GameError, DecodeError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m workloads.textgames.tiny", description="Make a tiny model."
    )
    add: Any = parser.add_argument
    add("folder", type=Path)
    add("--template", choices=TEMPLATES, default="chatml")
    add("--seed", type=int, default=0)
    add("--warm-start", metavar="ENVIRONMENT", help="teach it the form of this environment's replies")
    add("--history", choices=get_args(History), default="none", help="what it sees while it is taught")
    add("--arguments", metavar="JSON", default="{}", help="what the environment is made with")
    return parser


if __name__ == "__main__":
    sys.exit(main())
