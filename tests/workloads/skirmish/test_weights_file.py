"""Weights files: written plainly, read back exactly, refused with a helpful sentence."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workloads.skirmish.features import FEATURE_NAMES, SCALE, WEIGHT_LIMIT
from workloads.skirmish.players import GREEDY, Player
from workloads.skirmish.weights_file import (
    SPECIALTIES,
    WeightsError,
    load_player,
    render,
    save_player,
)

LIMIT = round(WEIGHT_LIMIT * SCALE)
WEIGHTS = Path(__file__).parents[3] / "data" / "weights"


@given(st.lists(st.integers(-LIMIT, LIMIT), min_size=24, max_size=24))
def test_a_rendered_file_holds_the_exact_weights(weights: list[int]) -> None:
    table = tomllib.loads(render(Player(tuple(weights)), "tide"))["weights"]
    assert [round(table[name] * SCALE) for name in FEATURE_NAMES] == weights


def test_a_saved_file_loads_as_the_same_player(tmp_path: Path) -> None:
    save_player(tmp_path / "new" / "ember.toml", GREEDY, "ember")
    assert load_player(tmp_path / "new" / "ember.toml") == GREEDY
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["ember.toml"]


def test_weights_keep_the_order_of_the_features() -> None:
    table = tomllib.loads(render(GREEDY, "grove"))
    assert list(table["weights"]) == list(FEATURE_NAMES)
    assert table["about"] == {"faction": "grove"}


@pytest.mark.parametrize("specialty", SPECIALTIES)
def test_the_committed_weights_can_be_loaded(specialty: str) -> None:
    folder = WEIGHTS if specialty == "generalist" else WEIGHTS / "specialists"
    assert len(load_player(folder / f"{specialty}.toml").weights) == len(FEATURE_NAMES)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[weights", "is not valid TOML"),
        ("", r"has no \[weights\] table"),
        ("weights = 3", r"has no \[weights\] table"),
        ("[weights]\ncard_cost = 1.0", "has no weight card_attack"),
        (render(GREEDY, "tide") + "speed = 1.0", "has an unknown weight speed"),
        (render(GREEDY, "tide").replace("1.0000", '"much"', 1), "card_cost is not a number"),
        (render(GREEDY, "tide").replace("1.0000", "true", 1), "card_cost is not a number"),
        (render(GREEDY, "tide").replace("1.0000", "nan", 1), "card_cost is out of range"),
        (render(GREEDY, "tide").replace("1.0000", "20.5", 1), "card_cost is out of range"),
    ],
)
def test_an_unusable_file_is_named_with_its_fault(tmp_path: Path, text: str, expected: str) -> None:
    path = tmp_path / "broken.toml"
    path.write_text(text)
    with pytest.raises(WeightsError, match=expected) as caught:
        load_player(path)
    assert str(path) in str(caught.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=r"absent\.toml does not exist"):
        load_player(tmp_path / "absent.toml")


def test_a_file_that_is_not_text_is_named(tmp_path: Path) -> None:
    (tmp_path / "binary.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(WeightsError, match=r"binary\.toml is not valid TOML"):
        load_player(tmp_path / "binary.toml")
