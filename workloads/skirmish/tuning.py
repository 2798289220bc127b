"""Tuning of one weights file: the search, the selection and the fresh evaluation."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from workloads.skirmish.checkpoint import Checkpoint, Progress, Row
from workloads.skirmish.contests import Contest, draw_contest, win_rates
from workloads.skirmish.optimiser import Optimiser
from workloads.skirmish.players import GREEDY, RANDOM, Player

CHAMPION_SHARE: Final = 0.5
GREEDY_SHARE: Final = 0.4
"""Shares of a candidate's games against the champion and the greedy bot; the rest is random."""

SELECTION_GAMES: Final = 4_000
EVALUATION_GAMES: Final = 8_000
RANDOM_GAMES: Final = 1_000
"""Games per player and opponent of the selection and the evaluation, and against random."""

_SELECTION_STREAM: Final = 1_000_001
_EVALUATION_STREAM: Final = 2_000_001
_STREAMS_PER_GENERATION: Final = 3


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that the result of a tuning run follows from."""

    specialty: str
    start: Player
    champion: Player
    generations: int
    population: int
    games: int
    """Games per candidate and generation."""
    seed: int

    def identity(self) -> dict[str, object]:
        """Return the plan as JSON values, to tell checkpoints of different runs apart."""
        return {
            "specialty": self.specialty,
            "start": list(self.start.weights),
            "champion": list(self.champion.weights),
            "generations": self.generations,
            "population": self.population,
            "games": self.games,
            "seed": self.seed,
        }

    def pairings(self, games: int, stream: int) -> list[tuple[Player, Contest]]:
        """Draw the contests against champion, greedy and random that make up a fitness."""
        against_champion = round(games * CHAMPION_SHARE)
        against_greedy = round(games * GREEDY_SHARE)
        shares = (
            (self.champion, against_champion),
            (GREEDY, against_greedy),
            (RANDOM, games - against_champion - against_greedy),
        )
        return [
            (opponent, draw_contest(self.specialty, count, self.seed, stream + number))
            for number, (opponent, count) in enumerate(shares)
            if count
        ]

    def fitness(self, players: list[Player], games: int, stream: int) -> list[float]:
        """Return the rate of points of each player over all its games."""
        pairings = self.pairings(games, stream)
        weights = np.array([contest.keys.size for _, contest in pairings]) / games
        return [float(rate) for rate in win_rates(players, pairings) @ weights]


def search(plan: Plan, checkpoint: Checkpoint, report: Callable[[Row], None]) -> list[Player]:
    """Run all generations; return the candidates for selection: the centre and the best.

    Continues after the generations that the checkpoint holds. `report` receives one row per
    generation, old and new.
    """
    optimiser = Optimiser(plan.start, plan.population, plan.seed)
    progress, line = checkpoint.load()
    if line:
        print(line, flush=True)
    for rates, row in zip(progress.rates, progress.rows, strict=True):
        optimiser.ask()
        optimiser.tell(rates)
        report(row)
    for generation in range(len(progress.rates) + 1, plan.generations + 1):
        row = _run_generation(plan, optimiser, generation, progress)
        checkpoint.save(progress)
        report(row)
    return [optimiser.centre, optimiser.best]


def _run_generation(plan: Plan, optimiser: Optimiser, generation: int, progress: Progress) -> Row:
    """Play one generation, add it to the progress and return its row."""
    begun = time.perf_counter()
    players = optimiser.ask()
    rates = plan.fitness(players, plan.games, generation * _STREAMS_PER_GENERATION)
    optimiser.tell(rates)
    row = {
        "generation": generation,
        "best": max(rates),
        "mean": sum(rates) / len(rates),
        "sigma": optimiser.step_size,
        "games": plan.games * plan.population,
        "seconds": round(time.perf_counter() - begun, 4),
    }
    progress.rates.append(rates)
    progress.rows.append(row)
    return row


def select(plan: Plan, candidates: list[Player]) -> tuple[Player, int]:
    """Return the candidate that does best on games not used before, and the games played."""
    rates = plan.fitness(candidates, SELECTION_GAMES, _SELECTION_STREAM)
    return candidates[int(np.argmax(rates))], SELECTION_GAMES * len(candidates)


def evaluate(plan: Plan, tuned: Player) -> Row:
    """Compare tuned and champion on fresh games; rates come with their numbers of trials."""
    greedy, direct, chance = (
        draw_contest(plan.specialty, games, plan.seed, _EVALUATION_STREAM + number)
        for number, games in enumerate((EVALUATION_GAMES, EVALUATION_GAMES, RANDOM_GAMES))
    )
    against_greedy = win_rates([tuned, plan.champion], [(GREEDY, greedy)])
    others = win_rates([tuned], [(plan.champion, direct), (RANDOM, chance)])
    return {
        "win_rate": float(against_greedy[0, 0]),
        "win_rate.trials": EVALUATION_GAMES,
        "champion.win_rate": float(against_greedy[1, 0]),
        "champion.win_rate.trials": EVALUATION_GAMES,
        "win_rate_vs_champion": float(others[0, 0]),
        "win_rate_vs_champion.trials": EVALUATION_GAMES,
        "win_rate_vs_random": float(others[0, 1]),
        "win_rate_vs_random.trials": RANDOM_GAMES,
    }
