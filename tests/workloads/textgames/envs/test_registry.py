"""Environments are found by any of their names, and say which arguments they take."""

from typing import Any

import pytest

from workloads.textgames.envs.base import GameError
from workloads.textgames.envs.registry import NAMES, canonical, make


@pytest.mark.parametrize("name", ["wordle", "vf-wordle", "vf_wordle", " Wordle ", "VF-Wordle"])
def test_the_names_of_wordle_mean_the_same(name: str) -> None:
    assert canonical(name) == "wordle"


@pytest.mark.parametrize(
    "name", ["bfcl", "vf-bfcl-single-turn", "bfcl_single_turn", "tool-test", "vf-tool-test"]
)
def test_the_names_of_bfcl_mean_the_same(name: str) -> None:
    assert canonical(name) == "bfcl"


@pytest.mark.parametrize("name", NAMES)
def test_a_canonical_name_is_its_own(name: str) -> None:
    assert canonical(name) == name


def test_a_name_with_an_error_gets_the_near_one() -> None:
    with pytest.raises(GameError, match="no environment 'wurdle'; did you mean wordle"):
        canonical("wurdle")


def test_a_name_like_none_gets_them_all() -> None:
    with pytest.raises(GameError, match="known: bfcl, gsm8k, key_door, tic_tac_toe, wordle"):
        canonical("chess")


def test_arguments_reach_the_environment() -> None:
    assert "7x7 grid" in make("key-door", {"size": 7, "max_steps": 9}).reset(0)
    assert make("key_door", {"max_steps": 9}).max_turns == 9


@pytest.mark.parametrize(
    ("name", "arguments", "told"),
    [
        ("key_door", {"sise": 4}, "key_door has no argument 'sise'; its arguments are size, max_steps"),
        (
            "key_door",
            {"size": "big"},
            "key_door: size must be a whole number from 2 to 100, not 'big'; "
            "its arguments are size, max_steps",
        ),
        (
            "key_door",
            {"size": True},
            "key_door: size must be a whole number from 2 to 100, not True; "
            "its arguments are size, max_steps",
        ),
        (
            "tic_tac_toe",
            {"notation": "x" * 90},
            f"tic_tac_toe: notation must be number or words, not '{'x' * 39}…; "
            "its arguments are notation, max_turns",
        ),
        (
            "wordle",
            {"secret": ["crane"]},
            "wordle: secret must be common, train or held_out, not ['crane']; "
            "its arguments are guesses, secret",
        ),
    ],
)
def test_a_wrong_argument_is_one_sentence_that_lists_the_known_ones(
    name: str, arguments: dict[str, Any], told: str
) -> None:
    with pytest.raises(GameError) as caught:
        make(name, arguments)
    assert str(caught.value) == told
