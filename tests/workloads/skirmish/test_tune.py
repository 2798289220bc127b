"""The tuning program keeps its contract with whoever runs it."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from workloads.skirmish import tune
from workloads.skirmish.players import GREEDY, player_from
from workloads.skirmish.weights_file import load_player, save_player

ROOT = Path(__file__).parents[3]
START = player_from({"card_cost": 1.0, "enemy_hero_damage": 1.0, "winning_blow": 10.0})
SMALL = ["--generations", "4", "--population", "6", "--games", "24"]


@pytest.fixture(autouse=True)
def workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give every test its own working folder, start weights and environment."""
    for name in ("SEED", "OUTPUT_DIR", "CHECKPOINT_DIR", "BASELINE_DIR"):
        monkeypatch.delenv(f"RUNNER_{name}", raising=False)
    for name in ("SELECTION_GAMES", "EVALUATION_GAMES", "RANDOM_GAMES"):
        monkeypatch.setattr(f"workloads.skirmish.tuning.{name}", 160)
    monkeypatch.chdir(tmp_path)
    save_player(tmp_path / "bot.toml", START, "generalist")
    return tmp_path


def run(*arguments: str) -> bytes:
    """Tune bot.toml from the start weights; return the bytes written."""
    save_player(Path("bot.toml"), START, "generalist")
    assert tune.main(["--faction", "generalist", "--weights", "bot.toml", *SMALL, *arguments]) == 0
    return Path("bot.toml").read_bytes()


def metrics(folder: str = "output") -> dict[str, float]:
    """Return the final metrics."""
    document: dict[str, float] = json.loads((Path(folder) / "metrics.json").read_text())
    return document


def test_the_same_seed_writes_the_same_bytes() -> None:
    assert run("--seed", "3") == run("--seed", "3")


def test_another_seed_writes_other_bytes() -> None:
    assert run("--seed", "3") != run("--seed", "4")


def test_the_seed_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    given = run("--seed", "3")
    monkeypatch.setenv("RUNNER_SEED", "3")
    assert run() == given


def test_rates_are_reported_with_their_numbers_of_trials() -> None:
    run()
    document = metrics()
    rates = [name for name in document if f"{name}.trials" in document]
    assert rates == ["win_rate", "champion.win_rate", "win_rate_vs_champion", "win_rate_vs_random"]
    assert all(0.0 <= document[name] <= 1.0 for name in rates)
    # Half points for draws: a rate times twice its trials is a whole number.
    assert all((document[name] * 2 * document[f"{name}.trials"]) % 1 == 0 for name in rates)


def test_every_generation_is_a_row_of_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUNNER_OUTPUT_DIR", "elsewhere/reports")
    run()
    lines = Path("elsewhere/reports/metrics.jsonl").read_text().splitlines()
    rows = [json.loads(line) for line in lines]
    assert [row["generation"] for row in rows] == [1, 2, 3, 4]
    assert set(rows[0]) == {"generation", "best", "mean", "sigma", "games", "seconds"}


def test_the_champion_is_read_from_the_baseline(monkeypatch: pytest.MonkeyPatch) -> None:
    save_player(Path("baseline/bot.toml"), GREEDY, "generalist")
    monkeypatch.setenv("RUNNER_BASELINE_DIR", "baseline")
    run()
    assert metrics()["champion.win_rate"] == pytest.approx(0.5, abs=0.15)
    assert metrics()["win_rate"] < metrics()["champion.win_rate"] + 0.3


def interrupted(monkeypatch: pytest.MonkeyPatch, generation: int, *arguments: str) -> None:
    """Start a run that dies right after a generation was checkpointed."""

    def die(row: dict[str, float], *_: object) -> None:
        if row["generation"] == generation:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(tune, "_report", die)
        run(*arguments)


def test_a_resumed_tune_ends_with_the_same_bytes_as_an_uninterrupted_one(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = run()
    monkeypatch.setenv("RUNNER_CHECKPOINT_DIR", "checkpoint")
    interrupted(monkeypatch, 2)
    assert run() == whole
    assert "resuming after generation 2" in capsys.readouterr().out
    assert Path("output/metrics.jsonl").read_text().count("\n") == 4


def test_an_interrupted_tune_leaves_the_weights_as_they_were(monkeypatch: pytest.MonkeyPatch) -> None:
    interrupted(monkeypatch, 3)
    assert load_player(Path("bot.toml")) == START


@pytest.mark.parametrize(
    "other", [["--seed", "9"], ["--population", "7"], ["--generations", "5"], ["--games", "30"]]
)
def test_a_checkpoint_of_other_arguments_is_ignored(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], other: list[str]
) -> None:
    fresh = run(*other)
    monkeypatch.setenv("RUNNER_CHECKPOINT_DIR", "checkpoint")
    interrupted(monkeypatch, 2)
    assert run(*other) == fresh
    assert "belongs to another run" in capsys.readouterr().out


def test_a_killed_process_resumes_to_the_same_bytes() -> None:
    save_player(Path("killed.toml"), START, "tide")
    save_player(Path("whole.toml"), START, "tide")
    resuming = {"RUNNER_CHECKPOINT_DIR": "checkpoint"}
    with start_process("killed.toml", resuming) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if line.startswith("generation 5/"):
                process.send_signal(signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL
    for name, environment in (("killed.toml", resuming), ("whole.toml", {})):
        with start_process(name, environment) as process:
            process.communicate()
        assert process.returncode == 0
    assert Path("killed.toml").read_bytes() == Path("whole.toml").read_bytes()


def start_process(weights: str, environment: dict[str, str]) -> subprocess.Popen[str]:
    """Start the program in a process of its own."""
    command = [sys.executable, "-m", "workloads.skirmish.tune", "--faction", "tide"]
    command += ["--weights", weights, "--generations", "12", "--games", "40", "--seed", "5"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **environment}
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--weights", "absent.toml"], "absent.toml does not exist"),
        (["--weights", "."], "cannot be read"),
        (["--weights", "broken.toml"], "broken.toml is not valid TOML"),
        (["--weights", "bot.toml", "--generations", "0"], "not a whole number of at least 1"),
        (["--weights", "bot.toml", "--games", "few"], "not a whole number"),
        (["--weights", "bot.toml", "--population", "3"], "too small"),
        (["--weights", "bot.toml", "--seed", "-1"], "at least 0"),
        ([], "required: --weights"),
    ],
)
def test_bad_arguments_end_with_status_2_and_one_line(
    capsys: pytest.CaptureFixture[str], arguments: list[str], expected: str
) -> None:
    Path("broken.toml").write_text("[weights")
    with pytest.raises(SystemExit) as caught:
        tune.main(["--faction", "ember", *arguments])
    assert caught.value.code == 2
    error = capsys.readouterr().err
    assert expected in error
    assert error.count("\n") == 1


def test_an_unusable_seed_in_the_environment_is_explained(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("RUNNER_SEED", "lucky")
    with pytest.raises(SystemExit) as caught:
        run()
    assert caught.value.code == 2
    assert "RUNNER_SEED is unusable" in capsys.readouterr().err


def test_an_output_folder_that_cannot_be_made_is_explained(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("RUNNER_OUTPUT_DIR", "bot.toml")
    with pytest.raises(SystemExit) as caught:
        run()
    assert caught.value.code == 2
    assert "bot.toml cannot be written" in capsys.readouterr().err


def test_the_help_shows_examples(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        tune.main(["--help"])
    assert caught.value.code == 0
    assert "examples:\n  python -m workloads.skirmish.tune" in capsys.readouterr().out


@pytest.mark.slow
def test_tuning_with_the_default_settings_beats_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workloads.skirmish.tuning.EVALUATION_GAMES", 4_000)
    save_player(Path("bot.toml"), load_player(ROOT / "data/demo/generalist.toml"), "generalist")
    assert tune.main(["--faction", "generalist", "--weights", "bot.toml"]) == 0
    assert metrics()["win_rate_vs_champion"] > 0.6
    assert metrics()["win_rate"] > metrics()["champion.win_rate"] + 0.05
