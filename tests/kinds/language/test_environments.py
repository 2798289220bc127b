"""Both lists of environments are the same: the runner's, and that of the programs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.errors import InputError
from runner.kinds.language import environments
from workloads.textgames.envs import registry
from workloads.textgames.envs.base import GameError


def by_the_programs(name: str) -> str | None:
    try:
        return registry.canonical(name)
    except GameError:
        return None


def test_the_names_and_their_aliases_are_those_of_the_programs() -> None:
    assert environments.NAMES == registry.NAMES
    assert environments.ALIASES == registry.ALIASES


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("wordle", "wordle"),
        ("vf-wordle", "wordle"),
        ("vf_wordle", "wordle"),
        (" VF-Wordle ", "wordle"),
        ("vf-bfcl-single-turn", "bfcl"),
        ("bfcl_single_turn", "bfcl"),
        ("vf-tool-test", "bfcl"),
        ("tic-tac-toe", "tic_tac_toe"),
        ("wordel", None),
        ("", None),
    ],
)
def test_names_as_people_write_them_mean_the_same_environment(name: str, found: str | None) -> None:
    assert environments.canonical(name) == found


KNOWN = st.sampled_from([*environments.NAMES, *environments.ALIASES])
PREFIXES = st.sampled_from(["", "vf-", "vf_", "VF-", " ", "vf", "vf-vf-"])


@given(PREFIXES, KNOWN, st.booleans(), st.booleans())
def test_both_read_every_form_of_a_name_alike(prefix: str, name: str, hyphens: bool, capitals: bool) -> None:
    written = prefix + (name.replace("_", "-") if hyphens else name)
    written = written.upper() if capitals else written
    assert environments.canonical(written) == by_the_programs(written)


@given(st.text(max_size=30))
def test_both_refuse_the_same_text(text: str) -> None:
    assert environments.canonical(text) == by_the_programs(text)


def test_an_unknown_name_is_refused_with_the_nearest_one() -> None:
    with pytest.raises(InputError) as refused:
        environments.required("vf-wordel", "my-job")
    assert str(refused.value) == 'my-job: there is no environment "vf-wordel"'
    assert refused.value.fix == "did you mean wordle?"


@pytest.mark.parametrize("name", ["key_door", "tic_tac_toe", "wordle"])
def test_an_ideal_players_notes_are_there_where_an_environment_writes_them(name: str) -> None:
    made = registry.make(name, {})
    assert hasattr(made, "optimal_scratchpad") == (name in environments.REMEMBER)
