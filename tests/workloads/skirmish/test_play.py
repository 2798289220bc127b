"""The play program tells one game as text."""

from pathlib import Path

import pytest

from workloads.skirmish import play

WEIGHTS = str(Path(__file__).parents[3] / "data" / "weights" / "generalist.toml")


def test_a_game_is_told_from_the_first_turn_to_the_result(capsys: pytest.CaptureFixture[str]) -> None:
    assert play.main(["--seed", "4", "--weights", WEIGHTS]) == 0
    text = capsys.readouterr().out
    assert text.startswith("first seat: wildfire (ember)\nsecond seat: reef (tide)\n\nturn 1: first")
    assert text.splitlines()[-1].startswith(("the first seat wins", "the second seat wins", "a draw"))


def test_the_same_seed_tells_the_same_game(capsys: pytest.CaptureFixture[str]) -> None:
    texts = []
    for _ in range(2):
        play.main(["--seed", "8", "--weights", WEIGHTS, "--first", "bulwark"])
        texts.append(capsys.readouterr().out)
    assert texts[0] == texts[1]


def test_a_missing_weights_file_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        play.main(["--weights", "absent.toml"])
    assert caught.value.code == 2
    assert "absent.toml does not exist" in capsys.readouterr().err
