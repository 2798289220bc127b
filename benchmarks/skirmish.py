"""The batch engine of skirmish, beside a plain Python loop of the same rules."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.measure import Row, alternate, row
from workloads.skirmish.contests import draw_contest
from workloads.skirmish.engine import Schedule, play
from workloads.skirmish.players import Player
from workloads.skirmish.reference import play_game
from workloads.skirmish.weights_file import load_player

ROOT = Path(__file__).parent.parent
BATCH = 65_536
SINGLE = 400
ROUNDS = 5
VALIDATED = 40_000
LIMIT = 10.0


def rows() -> list[Row]:
    """Games per second on one core, and the 40,000-game validation on all of them."""
    player = load_player(ROOT / "data" / "weights" / "generalist.toml")
    many, few = _schedule(BATCH), _schedule(SINGLE)
    times = alternate(
        {"batch": lambda: play([player], many), "loop": lambda: _one_by_one(player, few)},
        ROUNDS,
    )
    batch, loop = BATCH / times["batch"], SINGLE / times["loop"]
    seconds = _validation()
    return [
        row(
            "games of the batch engine, one core", f"{batch:,.0f}/s", "plain Python loop, the same rules",
            f"{loop:,.0f}/s", batch / loop, "at least 50",
        ),
        row(
            f"validation of {VALIDATED:,} games, whole process", f"{seconds:.2f} s", "the aim",
            f"{LIMIT:.0f} s", seconds / LIMIT, "at most 1",
        ),
    ]  # fmt: skip


def _schedule(games: int) -> Schedule:
    return draw_contest("generalist", games, 1, 0).schedule(0, 0)


def _one_by_one(player: Player, schedule: Schedule) -> None:
    columns = (schedule.first_deck.tolist(), schedule.second_deck.tolist(), schedule.keys.tolist())
    for first_deck, second_deck, key in zip(*columns, strict=True):
        play_game(player, player, first_deck, second_deck, key)


def _validation() -> float:
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "workloads.skirmish.validate", "--matchup", "all", "--games", "500"]
        began = time.perf_counter()
        subprocess.run(
            [*command, "--output", f"{folder}/validation.json"],
            cwd=ROOT,
            check=True,
            stdout=subprocess.DEVNULL,
        )
        return time.perf_counter() - began


if __name__ == "__main__":
    for measured in rows():
        print(measured)
