"""The optimiser is deterministic and can be replayed."""

import numpy as np

from workloads.skirmish.features import FEATURE_NAMES, SCALE, WEIGHT_LIMIT
from workloads.skirmish.optimiser import Optimiser, as_player
from workloads.skirmish.players import GREEDY, Player


def run(rates: list[list[float]], seed: int = 1) -> list[Player]:
    """Tell the rates to a new optimiser; return the generation it asks for next."""
    optimiser = Optimiser(GREEDY, 6, seed)
    for told in rates:
        optimiser.ask()
        optimiser.tell(told)
    return optimiser.ask()


def test_the_same_rates_lead_to_the_same_players() -> None:
    rates = np.random.default_rng(0).random((5, 6)).tolist()
    first = run(rates)
    np.random.seed(99)  # the global generator must not matter
    assert run(rates) == first


def test_another_seed_leads_to_other_players() -> None:
    assert run([]) != run([], seed=2)


def test_the_best_is_the_player_with_the_highest_rate() -> None:
    optimiser = Optimiser(GREEDY, 6, seed=1)
    players = optimiser.ask()
    optimiser.tell([0.1, 0.2, 0.9, 0.3, 0.4, 0.5])
    assert optimiser.best == players[2]


def test_weights_are_rounded_and_limited_to_what_a_file_can_hold() -> None:
    vector = np.full(len(FEATURE_NAMES), 0.123456)
    vector[:2] = 99.0, -99.0
    limit = round(WEIGHT_LIMIT * SCALE)
    assert as_player(vector).weights[:3] == (limit, -limit, 1235)
