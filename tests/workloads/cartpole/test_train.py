"""The training program keeps its contract with whoever runs it."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
import yaml

from workloads.cartpole import program
from workloads.cartpole.weights import load_policy

ROOT = Path(__file__).parents[3]
COMMAND = [sys.executable, "workloads/cartpole/train.py", "--config_id", "CartPole-v1:ppo"]
SMALL = ["--n_epochs=2", "--n_envs=4", "--n_steps=32", "--hidden_sizes=8,8"]
TOTAL = "--max_env_steps=1000"


@pytest.fixture(autouse=True)
def workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give every test an output folder of its own, and no account."""
    for name in [name for name in os.environ if name.startswith(("RUNNER_", "WANDB_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("RUNNER_OUTPUT_DIR", str(tmp_path / "output"))
    return tmp_path


def run(*arguments: str) -> int:
    """Train a little in this process."""
    return program.main(["--config_id", "CartPole-v1:ppo", *SMALL, TOTAL, *arguments])


def metrics(folder: Path) -> dict[str, float]:
    document: dict[str, float] = json.loads((folder / "output" / "metrics.json").read_text())
    return document


def rows(folder: Path) -> list[dict[str, float]]:
    return [json.loads(line) for line in (folder / "output" / "metrics.jsonl").read_text().splitlines()]


def weights(folder: Path) -> bytes:
    return (folder / "output" / "weights" / "policy.safetensors").read_bytes()


def start(*arguments: str, command: Sequence[str] = COMMAND) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*command, *SMALL, *arguments], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )


def test_the_program_runs_by_its_path_from_the_root(workplace: Path) -> None:
    ended = start(TOTAL)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert weights(workplace)
    assert rows(workplace)[-1]["train/roll/ep_rew/mean"] == metrics(workplace)["train/roll/ep_rew/mean"]


def test_the_evaluation_at_the_end_comes_with_its_sample(workplace: Path) -> None:
    assert run() == 0
    found = metrics(workplace)
    assert 8 <= found["eval/ep_rew/mean"] <= 500
    assert found["eval/ep_rew/mean.count"] == found["eval/solved.trials"] == 100
    assert found["eval/ep_rew/mean.stddev"] >= 0
    assert not any(name.startswith("champion.") for name in found)


def test_the_champion_is_evaluated_on_the_same_episodes(
    workplace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run()
    before = metrics(workplace)
    (workplace / "baseline" / "data").mkdir(parents=True)
    (workplace / "baseline" / "data" / "policy.safetensors").write_bytes(weights(workplace))
    monkeypatch.setenv("RUNNER_BASELINE_DIR", str(workplace / "baseline"))
    run()
    found = metrics(workplace)
    for name in ("ep_rew/mean", "ep_rew/mean.stddev", "ep_rew/mean.count", "solved", "solved.trials"):
        assert found[f"champion.eval/{name}"] == found[f"eval/{name}"] == before[f"eval/{name}"]


def test_the_weights_say_where_they_come_from(workplace: Path) -> None:
    run("--seed", "3", "--policy_lr.start=0.01")
    _, about = load_policy(workplace / "output" / "weights" / "policy.safetensors")
    assert (about["config_id"], about["seed"]) == ("CartPole-v1:ppo", 3)
    assert about["parameters"]["policy_lr"] == {"start": 0.01, "end": 0.0}
    assert about["steps"] == metrics(workplace)["best/step"]


def test_parameters_come_from_a_file_and_those_of_the_command_line_win(workplace: Path) -> None:
    (workplace / "best.yaml").write_text("policy_lr:\n  start: 3e-3\n  end: 1.0e-4\ngamma: 0.9\n")
    run("--config", str(workplace / "best.yaml"), "--policy_lr.end=0.002")
    _, about = load_policy(workplace / "output" / "weights" / "policy.safetensors")
    assert about["parameters"]["policy_lr"] == {"start": 0.003, "end": 0.002}
    assert about["parameters"]["gamma"] == 0.9


@pytest.mark.parametrize(
    ("text", "expected"),
    [(None, "cannot be read"), ("a: [", "is not valid YAML"), ("- 1", "must hold names of parameters")],
)
def test_an_unusable_file_of_parameters_is_explained(
    capsys: pytest.CaptureFixture[str], workplace: Path, text: str | None, expected: str
) -> None:
    path = workplace / "best.yaml"
    if text is not None:
        path.write_text(text)
    with pytest.raises(SystemExit) as left:
        run("--config", str(path))
    assert left.value.code == 2
    assert f"{path} {expected}" in capsys.readouterr().err


def test_the_seed_comes_from_the_environment(workplace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run("--seed", "7")
    given = weights(workplace)
    monkeypatch.setenv("RUNNER_SEED", "7")
    run()
    assert weights(workplace) == given


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--learning_rate=1"], "there is no parameter 'learning_rate'; known are batch_size, clip_range"),
        (["--policy_lr=fast"], "the parameter policy_lr is unusable: 'fast' is not a number"),
        (["--seed", "-1"], "the seed '-1' is not a whole number of at least 0"),
        (["--config_id", "Pong-v5:ppo"], "no configuration 'Pong-v5:ppo'; known are CartPole-v1:ppo"),
        (["surprise"], "the argument 'surprise' is unknown; parameters are given as --name=value"),
    ],
)
def test_what_cannot_be_used_is_explained_in_one_sentence(
    capsys: pytest.CaptureFixture[str], workplace: Path, arguments: list[str], expected: str
) -> None:
    try:
        status = run(*arguments)
    except SystemExit as left:
        status = left.code  # type: ignore[assignment]
    said = capsys.readouterr().err
    assert status == 2
    assert expected in said
    assert said.count("\n") == 1
    assert not (workplace / "output").exists()


def test_a_run_that_diverges_fails_with_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--policy_lr=1e30") == 1
    said = capsys.readouterr().err
    assert "training has diverged" in said
    assert said.count("\n") == 1


def test_an_output_folder_that_cannot_be_made_is_explained(
    capsys: pytest.CaptureFixture[str], workplace: Path
) -> None:
    (workplace / "output").write_text("a file")
    assert run() == 2
    assert "output cannot be written" in capsys.readouterr().err


def test_a_sweep_of_wandb_gives_its_parameters_without_an_account(
    workplace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    point = {"policy_lr": {"value": {"start": 0.01, "end": 0.001}}, "gamma": {"value": "0.9"}}
    (workplace / "params.yaml").write_text(yaml.safe_dump({"wandb_version": 1, **point}))
    monkeypatch.setenv("WANDB_SWEEP_ID", "sweep1")
    monkeypatch.setenv("WANDB_SWEEP_PARAM_PATH", str(workplace / "params.yaml"))
    monkeypatch.setenv("WANDB_MODE", "offline")
    monkeypatch.setenv("WANDB_DIR", str(workplace))
    ended = start("--wandb_sweep", TOTAL)
    assert ended.returncode == 0, ended.stderr
    _, about = load_policy(workplace / "output" / "weights" / "policy.safetensors")
    assert about["parameters"]["policy_lr"] == {"start": 0.01, "end": 0.001}
    assert about["parameters"]["gamma"] == 0.9
    assert list((workplace / "wandb").glob("offline-run-*/*.wandb"))


def wait_for(path: Path, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while not path.exists():
        assert process.poll() is None and time.monotonic() < deadline
        time.sleep(0.02)


@pytest.mark.exhaustive
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_run_that_was_ended_goes_on_to_the_same_bytes(
    workplace: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    longer = [*SMALL, "--max_env_steps=40000", "--checkpoint_seconds=0.05"]
    assert program.main(["--config_id", "CartPole-v1:ppo", *longer]) == 0
    whole, reported = weights(workplace), [row["step"] for row in rows(workplace)]
    monkeypatch.setenv("RUNNER_OUTPUT_DIR", str(workplace / "again" / "output"))
    monkeypatch.setenv("RUNNER_CHECKPOINT_DIR", str(workplace / "checkpoint"))
    with subprocess.Popen([*COMMAND, *longer], cwd=ROOT, stderr=subprocess.PIPE) as process:
        wait_for(workplace / "checkpoint" / "cartpole.safetensors", process)
        process.send_signal(number)
        _, said = process.communicate(timeout=30)
    assert process.returncode == (-9 if number == signal.SIGKILL else 143)
    assert (b"stopped after" in said) == (number == signal.SIGTERM)
    assert not (workplace / "again" / "output" / "metrics.json").exists()
    ended = start(*longer)
    assert "resuming after " in ended.stdout
    assert weights(workplace / "again") == whole
    assert [row["step"] for row in rows(workplace / "again")] == reported
