"""The lists hold words of five letters, and no secret that should be none."""

import gzip
import re

import msgspec
import pytest

from workloads.textgames.envs.wordle.make_lists import (
    NO_SECRETS,
    affixes,
    entries,
    forms,
    frequent,
    inflected,
)
from workloads.textgames.envs.wordle.words import FOLDER, guesses, secrets


def test_words_are_five_letters_in_order() -> None:
    for name in ("guesses.txt", "secrets.txt"):
        words = (FOLDER / name).read_text().splitlines()
        assert all(re.fullmatch("[a-z]{5}", word) for word in words)
        assert words == sorted(set(words))


def test_the_readme_counts_the_words() -> None:
    readme = (FOLDER / "README.md").read_text()
    assert f"the {len(guesses()):,} words that may be guessed" in readme
    assert f"the {len(secrets('common')):,} words that may be the secret" in readme


def test_every_secret_may_be_guessed() -> None:
    assert guesses() >= set(secrets("common"))


@pytest.mark.parametrize("word", ["bitch", "whore", "slave", "penis", "pussy", *NO_SECRETS.split()])
def test_no_secret_hurts_or_is_a_name(word: str) -> None:
    assert word not in secrets("common")


def test_inflected_words_may_be_guessed_and_are_no_secrets() -> None:
    for word in ("takes", "plays", "boxes", "saved", "asked"):
        assert word in guesses()
        assert word not in secrets("common")


def test_training_and_held_out_words_share_none() -> None:
    train, held_out = set(secrets("train")), set(secrets("held_out"))
    assert not train & held_out
    assert train | held_out == set(secrets("common"))
    assert 0.19 < len(held_out) / len(secrets("common")) < 0.21


def test_affixes_are_put_where_their_condition_holds() -> None:
    rules = affixes(
        "SFX S Y y     ies        [^aeiou]y\nSFX S Y 0     s          [aeiou]y\n"
        "SFX G Y e     ing        e\nPFX A Y 0     re         ."
    )
    assert set(forms("try", "SA", rules)) == {"try", "tries", "retry", "retries"}
    assert set(forms("play", "S", rules)) == {"play", "plays"}
    assert set(forms("bake", "G", rules)) == {"bake", "baking"}


def test_names_are_no_entries() -> None:
    assert list(entries("3\nAaron/M\nbake/SG\ncrane\n")) == [("bake", "SG"), ("crane", "")]


def test_common_words_are_those_down_to_a_zipf_frequency_of_3_5() -> None:
    steps = [{"format": "cB"}, *([f"word{down}"] for down in range(700))]
    common = frequent(gzip.compress(msgspec.msgpack.encode(steps)))
    assert common == {f"word{down}" for down in range(551)}


@pytest.mark.parametrize("word", ["wires", "boxes", "asked", "saved", "plays"])
def test_a_word_with_an_ending_is_inflected(word: str) -> None:
    assert inflected(word, {"wire", "box", "ask", "save", "play", "crane"})


@pytest.mark.parametrize("word", ["speed", "chess", "crane"])
def test_a_word_that_only_looks_like_it_is_not(word: str) -> None:
    assert not inflected(word, {"wire", "box", "ask", "save", "play", "crane", "chess"})
