"""Program: play every cross-faction deck pair and write the validation document.

Run `python -m workloads.skirmish.validate --help`; README.md describes the document.
"""

import argparse
import json
import os
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any, Final

from workloads.skirmish import command_line
from workloads.skirmish.decks import MATCHUPS, decks_of
from workloads.skirmish.players import Player
from workloads.skirmish.validation import SCHEMA, load_specialists, validate_matchup
from workloads.skirmish.weights_file import WeightsError, write_in_one_step

PROGRAM: Final = "python -m workloads.skirmish.validate"

_GAMES_PER_PROCESS: Final = 10_000
"""Fewer games than this are played sooner than another process starts."""

_NAMES: Final = {f"{side_a}-{side_b}": (side_a, side_b) for side_a, side_b in MATCHUPS}

_EXAMPLES: Final = """examples:
  python -m workloads.skirmish.validate --matchup all --output validation.json
  python -m workloads.skirmish.validate --matchup ember-tide --games 100 --seed 3 \\
      --output output/ember-tide.json

--games counts the games of each deck pair in each seat: 500 make 40,000 games in all."""


def main(arguments: list[str] | None = None) -> int:
    """Run the program; return its exit status."""
    options = _parser().parse_args(arguments)
    seed = options.seed
    if seed is None:
        seed = command_line.seed_from_environment(PROGRAM)
    chosen = list(MATCHUPS) if options.matchup == "all" else [_NAMES[options.matchup]]
    factions = sorted({faction for sides in chosen for faction in sides})
    try:
        players = load_specialists(options.weights, factions)
    except WeightsError as error:
        command_line.fail(PROGRAM, str(error))
    entries = run(chosen, players, options.games, seed, options.processes)
    document = {
        "schema": SCHEMA,
        "games_per_pairing": options.games,
        "seed": seed,
        "matchups": entries,
    }
    try:
        write_in_one_step(options.output, json.dumps(document, indent=2) + "\n")
    except OSError as error:
        message = f"{options.output} cannot be written ({error.strerror}); choose another path"
        command_line.fail(PROGRAM, message)
    _print_table(entries)
    print(f"wrote {options.output}")
    return 0


def run(
    chosen: Sequence[tuple[str, str]],
    players: dict[str, Player],
    games: int,
    seed: int,
    processes: int,
) -> list[dict[str, Any]]:
    """Play the chosen matchups one after the other; return their entries in the document."""
    total = sum(2 * games * len(decks_of(a)) * len(decks_of(b)) for a, b in chosen)
    workers = max(1, min(processes, total // _GAMES_PER_PROCESS))
    if workers == 1:
        return [validate_matchup(sides, players, games, seed, None, 1) for sides in chosen]
    with ProcessPoolExecutor(workers) as pool:
        return [validate_matchup(sides, players, games, seed, pool, workers) for sides in chosen]


def _print_table(entries: Sequence[dict[str, Any]]) -> None:
    """Print one line per matchup."""
    print(f"{'matchup':<14}{'games':>8}{'side a':>9}{'side b':>9}{'draws':>8}{'seat 1':>9}")
    for entry in entries:
        games = entry["games"]
        print(
            f"{entry['side_a'] + '-' + entry['side_b']:<14}{games:>8}"
            f"{entry['wins_a'] / games:>9.1%}{entry['wins_b'] / games:>9.1%}"
            f"{entry['draws'] / games:>8.1%}{entry['wins_first_seat'] / games:>9.1%}"
        )


def _parser() -> argparse.ArgumentParser:
    parser = command_line.Parser(
        prog=PROGRAM,
        description="Play the factions' decks against each other with their weights.",
        epilog=_EXAMPLES,
    )
    positive = command_line.positive
    cores = min(os.cpu_count() or 1, 8)
    parser.add_argument("--matchup", choices=[*_NAMES, "all"], required=True)
    parser.add_argument("--games", type=positive, default=500, help="default 500")
    parser.add_argument("--output", type=Path, required=True, help="file to write")
    parser.add_argument("--weights", type=Path, default=Path("data/weights"), help="default data/weights")
    parser.add_argument("--seed", type=command_line.seed, help="default RUNNER_SEED, else 0")
    parser.add_argument("--processes", type=positive, default=cores, help=f"default {cores}")
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
