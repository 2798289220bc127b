from pathlib import Path

import pytest

from workloads.textgames.settings import SettingsError
from workloads.textgames.training.command_line import Options, parse

VARIABLES = ("RUNNER_OUTPUT_DIR", "RUNNER_CHECKPOINT_DIR", "RUNNER_SEED")


@pytest.fixture(autouse=True)
def outside_a_run(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)


def test_what_is_given_is_taken() -> None:
    given = ["--settings", "s.json", "--output", "o", "--checkpoint", "c", "--seed", "7"]
    assert parse(given) == Options(Path("s.json"), Path("o"), Path("c"), 7)


def test_a_runs_folders_and_seed_stand_in_for_what_is_not_given(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in zip(VARIABLES, ("out", "kept", "5"), strict=True):
        monkeypatch.setenv(name, value)
    assert parse(["--settings", "s.json"]) == Options(Path("s.json"), Path("out"), Path("kept"), 5)


def test_by_hand_the_checkpoints_lie_in_the_output() -> None:
    assert parse(["--settings", "s"]) == Options(
        Path("s"), Path("runs/grpo"), Path("runs/grpo/checkpoint"), 0
    )


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ([], "the following arguments are required: --settings"),
        (["--settings", "s", "--seed", "-1"], "the seed '-1' is not a whole number of at least 0"),
        (["--settings", "s", "--steps", "5"], "unrecognized arguments: --steps 5"),
    ],
)
def test_a_command_line_that_cannot_be_used_is_one_sentence(arguments: list[str], reason: str) -> None:
    with pytest.raises(SettingsError, match=reason):
        parse(arguments)
