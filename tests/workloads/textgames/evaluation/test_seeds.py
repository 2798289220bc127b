from hypothesis import given
from hypothesis import strategies as st

from workloads.textgames.envs.registry import NAMES
from workloads.textgames.evaluation.seeds import HELD_OUT, first_seed, held_out
from workloads.textgames.settings import Environment


def test_the_first_seed_is_always_the_same_and_another_for_another_seed() -> None:
    assert first_seed(7) == first_seed(7) == 1_597_743_665
    assert first_seed(8) != first_seed(7)


@given(st.integers(0, 2**63))
def test_a_million_episodes_have_seeds_that_any_endpoint_takes(seed: int) -> None:
    assert first_seed(seed) >= 2**30 and first_seed(seed) + 10**6 < 2**31


def test_questions_are_those_that_training_does_not_ask() -> None:
    assert held_out(Environment(name="bfcl")).arguments == {"split": "test"}
    assert held_out(Environment(name="gsm8k", arguments={"split": "train"})).arguments == {"split": "train"}
    assert held_out(Environment(name="key_door", arguments={"size": 3})).arguments == {"size": 3}
    assert set(NAMES) >= HELD_OUT.keys()
