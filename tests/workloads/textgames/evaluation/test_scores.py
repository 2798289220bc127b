import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workloads.textgames.evaluation.scores import Outcome, pair, score

EPISODE = st.tuples(st.floats(-10, 10), st.booleans(), st.integers(1, 40), st.integers(0, 1_000))
BOTH = st.lists(st.tuples(EPISODE, EPISODE), min_size=2, max_size=50)


def outcome(seed: int, reward: float, success: bool = False, turns: int = 1, tokens: int = 1) -> Outcome:
    return Outcome(seed, reward, success, turns, tokens)


def test_a_score_has_means_of_episodes_and_totals_of_tokens() -> None:
    found = score([outcome(1, 1.0, True, 4, 40), outcome(2, 0.0, False, 8, 20)], 3.0)
    assert (found.episodes, found.successes, found.success_rate) == (2, 1, 0.5)
    assert (found.reward, found.turns, found.tokens) == (0.5, 6.0, 60)
    assert found.reward_stddev == pytest.approx(2**-0.5)
    assert found.tokens_per_second == 20.0


def test_a_pair_counts_the_seeds_on_which_only_one_succeeded() -> None:
    ours = [outcome(1, 1.0, True), outcome(2, 1.0, True), outcome(3, 0.0), outcome(4, 0.5)]
    theirs = [outcome(4, 0.5), outcome(3, 1.0, True), outcome(2, 1.0, True), outcome(1, 0.0)]
    found = pair(ours, theirs)
    assert (found.gained, found.lost, found.reward_difference) == (1, 1, 0.0)
    assert found.paired_stddev == pytest.approx(statistics.stdev([1.0, 0.0, -1.0, 0.0]))


@pytest.mark.parametrize("seeds", [[1], [1, 3], [1, 1], [1, 2, 3]])
def test_players_that_met_other_seeds_are_not_compared(seeds: list[int]) -> None:
    with pytest.raises(ValueError, match="same seeds"):
        pair([outcome(1, 0.0), outcome(2, 0.0)], [outcome(seed, 0.0) for seed in seeds])


@given(BOTH)
def test_gains_less_losses_are_the_difference_of_successes(both: list[tuple[tuple, tuple]]) -> None:  # type: ignore[type-arg]
    ours = [Outcome(seed, *first) for seed, (first, _) in enumerate(both)]
    theirs = [Outcome(seed, *second) for seed, (_, second) in enumerate(both)]
    found, mine, other = pair(ours, theirs), score(ours, 1.0), score(theirs, 1.0)
    assert found.gained - found.lost == mine.successes - other.successes
    assert found.reward_difference == pytest.approx(mine.reward - other.reward, abs=1e-9)
    back = pair(theirs, ours)
    assert (back.gained, back.lost) == (found.lost, found.gained)
    assert back.paired_stddev == pytest.approx(found.paired_stddev)
