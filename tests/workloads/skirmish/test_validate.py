"""The validation program writes an accountable document."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workloads.skirmish import validate
from workloads.skirmish.decks import MATCHUPS
from workloads.skirmish.players import GREEDY, RANDOM
from workloads.skirmish.validation import Pairing, play_pairings, validate_matchup
from workloads.skirmish.weights_file import load_player, save_player

WEIGHTS = Path(__file__).parents[3] / "data" / "weights"


def run(tmp_path: Path, *arguments: str) -> Any:
    """Run the program and return its document."""
    output = tmp_path / "some" / "folder" / "validation.json"
    options = ["--weights", str(WEIGHTS), "--games", "10", "--output", str(output)]
    assert validate.main([*options, *arguments]) == 0
    return json.loads(output.read_text())


def without_time(entry: dict[str, Any]) -> dict[str, Any]:
    """Return an entry without its only field that varies."""
    return {name: value for name, value in entry.items() if name != "seconds"}


def test_the_document_has_the_published_form(tmp_path: Path) -> None:
    document = run(tmp_path, "--matchup", "ember-tide", "--seed", "7")
    assert set(document) == {"schema", "games_per_pairing", "seed", "matchups"}
    assert document["schema"] == "runner/validation/v1"
    assert (document["games_per_pairing"], document["seed"]) == (10, 7)
    assert document["matchups"][0].keys() >= {"side_a", "side_b", "games", "draws", "seconds"}


def test_all_matchups_add_up(tmp_path: Path) -> None:
    entries = run(tmp_path, "--matchup", "all")["matchups"]
    assert [(entry["side_a"], entry["side_b"]) for entry in entries] == list(MATCHUPS)
    assert [entry["games"] for entry in entries] == [320, 240, 240]
    for entry in entries:
        decided = entry["games"] - entry["draws"]
        assert entry["wins_a"] + entry["wins_b"] == decided
        assert entry["wins_first_seat"] + entry["wins_second_seat"] == decided
        assert sum(deck["games"] for deck in entry["decks"]) == 2 * entry["games"]
        assert sum(deck["wins"] for deck in entry["decks"]) == decided


def test_a_matchup_alone_gives_the_same_numbers_as_under_all(tmp_path: Path) -> None:
    entries = run(tmp_path, "--matchup", "all")["matchups"]
    alone = run(tmp_path, "--matchup", "tide-grove")["matchups"]
    assert without_time(alone[0]) == without_time(entries[2])


def test_several_processes_give_the_same_numbers_as_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(validate, "_GAMES_PER_PROCESS", 100)
    one, two = (run(tmp_path, "--matchup", "all", "--processes", count)["matchups"] for count in "13")
    assert [without_time(entry) for entry in one] == [without_time(entry) for entry in two]


def test_the_seed_changes_the_games(tmp_path: Path) -> None:
    one, two = (run(tmp_path, "--matchup", "ember-grove", "--seed", seed) for seed in "12")
    assert without_time(one["matchups"][0]) != without_time(two["matchups"][0])


def test_a_specialist_is_preferred_to_the_generalist(tmp_path: Path) -> None:
    folder = tmp_path / "weights"
    shutil.copytree(WEIGHTS, folder)
    save_player(folder / "specialists" / "tide.toml", GREEDY, "tide")
    (folder / "specialists" / "ember.toml").unlink()
    players = validate.load_specialists(folder, ["ember", "tide"])
    assert players == {"ember": load_player(folder / "generalist.toml"), "tide": GREEDY}


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 2**32), st.sampled_from([0, 1]))
def test_exchanging_the_names_of_the_sides_exchanges_their_wins(seed: int, seat: int) -> None:
    pairing = Pairing(2, 5, seat)
    games = pairing.schedule(30, seed)
    tally = play_pairings((GREEDY, RANDOM), [pairing], 30, seed)[0]
    wins = (tally.wins_a, tally.wins_b) if seat == 0 else (tally.wins_b, tally.wins_a)
    assert wins == (tally.first, tally.second)
    assert tally.wins_a + tally.wins_b + tally.draws == games.keys.size


def test_a_better_player_wins_the_matchup() -> None:
    players = {"ember": GREEDY, "tide": RANDOM}
    entry = validate_matchup(("ember", "tide"), players, 20, 1, None, 1)
    assert entry["wins_a"] > 0.8 * entry["games"]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--matchup", "ember-ember"], "invalid choice"),
        (["--matchup", "all", "--games", "0"], "at least 1"),
        (["--matchup", "all", "--weights", "nowhere"], "generalist.toml does not exist"),
        (["--matchup", "all", "--processes", "none"], "not a whole number"),
    ],
)
def test_bad_arguments_end_with_status_2_and_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], expected: str
) -> None:
    with pytest.raises(SystemExit) as caught:
        validate.main(["--output", str(tmp_path / "out.json"), *arguments])
    assert caught.value.code == 2
    error = capsys.readouterr().err
    assert expected in error
    assert error.count("\n") == 1


def test_an_output_that_cannot_be_written_is_explained(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        run(tmp_path, "--matchup", "all", "--output", str(tmp_path))
    assert caught.value.code == 2
    assert "cannot be written" in capsys.readouterr().err
