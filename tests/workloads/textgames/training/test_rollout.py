from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workloads.textgames.training.rollout import RolloutError, check_groups, columns, episode_return
from workloads.textgames.training.tokens import Stream


def test_groups_of_neighbours_with_one_seed_are_what_is_wanted() -> None:
    check_groups([4, 4, 9, 9], 2)


@pytest.mark.parametrize("seeds", [[4, 9, 4, 9], [4, 4, 4], [4, 4, 4, 9]])
def test_other_groups_are_refused(seeds: list[int]) -> None:
    with pytest.raises(RolloutError, match="not in groups of 2 by seed"):
        check_groups(seeds, 2)


def test_streams_become_columns() -> None:
    first, second = Stream([1], [2, 3], [1, 0], [-0.5, 0.0]), Stream([4], [5], [0], None)
    assert columns([first, second]) == {
        "prompt_ids": [[1], [4]],
        "completion_ids": [[2, 3], [5]],
        "logprobs": [[-0.5, 0.0], [0.0]],
        "env_mask": [[1, 0], [0]],
    }


def test_an_engine_without_log_probabilities_gives_none() -> None:
    assert columns([Stream([1], [2], [1], None)])["logprobs"] is None


def test_a_reply_without_as_many_log_probabilities_is_refused() -> None:
    with pytest.raises(RolloutError, match="differ in number"):
        columns([Stream([1], [2, 3], [1, 1], [-0.5])])


Said = st.tuples(st.booleans(), st.lists(st.integers(0, 99), max_size=4), st.booleans())


@given(st.lists(Said, max_size=8))
def test_whatever_is_said_a_streams_parts_are_equally_long(said: list[Any]) -> None:
    stream = Stream([1])
    for drawn, tokens, known in said:
        if not drawn:
            stream.tell(tokens)
        else:
            stream.reply(tokens, [-1.0] * len(tokens) if known or stream.logprobs is not None else None)
    assert len(columns([stream])["env_mask"][0]) == len(stream.tokens)


def test_the_reward_is_what_the_rollout_found() -> None:
    assert episode_return(returns=[0.5, 1.0], prompts=[], completions=[]) == [0.5, 1.0]
