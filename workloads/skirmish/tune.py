"""Program: tune the weights of the bot with CMA-ES.

Run `python -m workloads.skirmish.tune --help`; README.md describes files and environment.
"""

import argparse
import json
import time
from pathlib import Path
from typing import Final, TextIO

from workloads.skirmish import command_line
from workloads.skirmish.checkpoint import Checkpoint, Row
from workloads.skirmish.players import Player
from workloads.skirmish.tuning import (
    EVALUATION_GAMES,
    RANDOM_GAMES,
    Plan,
    evaluate,
    search,
    select,
)
from workloads.skirmish.weights_file import (
    SPECIALTIES,
    WeightsError,
    load_player,
    save_player,
    write_in_one_step,
)

PROGRAM: Final = "python -m workloads.skirmish.tune"

_EXAMPLES: Final = """examples:
  python -m workloads.skirmish.tune --faction generalist \\
      --weights data/weights/generalist.toml
  python -m workloads.skirmish.tune --faction tide \\
      --weights data/weights/specialists/tide.toml --generations 60 --games 800 --seed 7

The file given with --weights is the starting point and is overwritten at the end. Reports go
to the folder RUNNER_OUTPUT_DIR (default output/)."""


def main(arguments: list[str] | None = None) -> int:
    """Run the program; return its exit status."""
    options = _parser().parse_args(arguments)
    seed = options.seed
    if seed is None:
        seed = command_line.seed_from_environment(PROGRAM)
    try:
        start = load_player(options.weights)
        champion = _champion(options.weights, start)
    except WeightsError as error:
        command_line.fail(PROGRAM, str(error))
    plan = Plan(
        specialty=options.faction,
        start=start,
        champion=champion,
        generations=options.generations,
        population=options.population,
        games=options.games,
        seed=seed,
    )
    output = command_line.folder_from_environment("RUNNER_OUTPUT_DIR") or Path("output")
    try:
        run(plan, options.weights, output)
    except OSError as error:
        command_line.fail(PROGRAM, f"{error.filename} cannot be written ({error.strerror})")
    return 0


def run(plan: Plan, weights: Path, output: Path) -> None:
    """Tune, evaluate, write the reports and, last of all, the weights."""
    begun = time.perf_counter()
    folder = command_line.folder_from_environment("RUNNER_CHECKPOINT_DIR")
    output.mkdir(parents=True, exist_ok=True)
    with (output / "metrics.jsonl").open("w", encoding="utf-8") as file:
        candidates = search(plan, Checkpoint(folder, plan.identity()), lambda row: _report(row, plan, file))
    tuned, selection_games = select(plan, candidates)
    metrics = evaluate(plan, tuned)
    seconds = time.perf_counter() - begun
    games = plan.generations * plan.population * plan.games
    games += selection_games + 3 * EVALUATION_GAMES + RANDOM_GAMES
    metrics |= {
        "generations": plan.generations,
        "games_played": games,
        "games_per_second": round(games / seconds, 1),
        "seconds": round(seconds, 3),
    }
    write_in_one_step(output / "metrics.json", json.dumps(metrics, indent=2) + "\n")
    save_player(weights, tuned, plan.specialty)
    _summarise(metrics, weights)


def _champion(weights: Path, start: Player) -> Player:
    """Return the champion: the same file under RUNNER_BASELINE_DIR, else the start weights."""
    baseline = command_line.folder_from_environment("RUNNER_BASELINE_DIR")
    if baseline is None:
        return start
    path = Path(weights)
    if path.is_absolute():
        here = Path.cwd()
        if not path.is_relative_to(here):
            return start
        path = path.relative_to(here)
    return load_player(baseline / path) if (baseline / path).exists() else start


def _report(row: Row, plan: Plan, file: TextIO) -> None:
    """Print one generation and append it to metrics.jsonl."""
    file.write(json.dumps(row) + "\n")
    file.flush()
    print(
        f"generation {row['generation']:.0f}/{plan.generations}: best {row['best']:.3f}, "
        f"mean {row['mean']:.3f}, sigma {row['sigma']:.3f}, {row['games']:.0f} games "
        f"in {row['seconds']:.2f} s",
        flush=True,
    )


def _summarise(metrics: Row, weights: Path) -> None:
    """Print the fresh evaluation."""
    print(
        f"win rate against the greedy bot: tuned {metrics['win_rate']:.3f}, champion "
        f"{metrics['champion.win_rate']:.3f} ({EVALUATION_GAMES} fresh games each)"
    )
    print(
        f"win rate of tuned against champion: {metrics['win_rate_vs_champion']:.3f} "
        f"({EVALUATION_GAMES} fresh games)"
    )
    print(f"wrote {weights}", flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = command_line.Parser(
        prog=PROGRAM,
        description="Tune the weights of the skirmish bot with CMA-ES.",
        epilog=_EXAMPLES,
    )
    positive = command_line.positive
    parser.add_argument("--faction", choices=SPECIALTIES, required=True, help="decks to play")
    parser.add_argument("--weights", type=Path, required=True, help="weights file to improve")
    parser.add_argument("--generations", type=positive, default=30, help="default 30")
    parser.add_argument("--population", type=_population, default=16, help="default 16")
    parser.add_argument(
        "--games", type=positive, default=200, help="per candidate and generation, default 200"
    )
    parser.add_argument("--seed", type=command_line.seed, help="default RUNNER_SEED, else 0")
    return parser


def _population(text: str) -> int:
    number = command_line.positive(text)
    if number < 4:
        raise argparse.ArgumentTypeError(f"a population of {text} is too small; use at least 4")
    return number


if __name__ == "__main__":
    raise SystemExit(main())
