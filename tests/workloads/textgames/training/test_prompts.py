import pytest
from hypothesis import given
from hypothesis import strategies as st

from workloads.textgames.training.prompts import SEEDS, dataset, prompt_of, seed_of, seeds


@given(st.integers(0, SEEDS))
def test_a_prompt_carries_its_episodes_seed(seed: int) -> None:
    assert seed_of(prompt_of(seed)) == seed


def test_all_episodes_of_a_training_differ_and_lie_below_those_of_evaluation() -> None:
    drawn = seeds(7, 2000)
    assert len(set(drawn)) == 2000
    assert max(drawn) < SEEDS


def test_another_seed_gives_other_episodes() -> None:
    assert seeds(1, 8) == seeds(1, 8)
    assert not set(seeds(1, 8)) & set(seeds(2, 8))


@pytest.mark.llm
def test_the_dataset_has_a_row_for_each_episode() -> None:
    rows = dataset(3, 5)
    assert [seed_of(prompt) for prompt in rows["prompt"]] == seeds(3, 5)
