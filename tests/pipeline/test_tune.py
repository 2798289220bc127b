"""Tuning jobs, the whole way: several variants, a build, a round robin in both modes, and failures."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]

TRAIN = """\
import json, os, sys
weights = sys.argv[1]
MARK = os.environ["RUNNER_CHECKPOINT_DIR"] + "/failed-once"
if os.environ.get("RUNNER_PARAM_VARIANT") == "broken":
    sys.exit("no good")
built = open("built.txt").read()
strength = json.load(open(weights))["strength"] + 1
json.dump({"strength": strength, "built": len(built)}, open(weights, "w"))
json.dump({"strength": strength}, open(os.environ["RUNNER_OUTPUT_DIR"] + "/metrics.json", "w"))
"""
PLAY = """\
import json, os, sys
a, b = os.environ["RUNNER_PARAM_MATCHUP"].split("-")
games = int(os.environ["RUNNER_PARAM_GAMES"])
strong = {side: json.load(open(f"data/{side}.json"))["strength"] for side in (a, b)}
won = round(games * strong[a] / (strong[a] + strong[b]))
half = games // 2
row = {"left": a, "right": b, "total": games, "won": [won, games - won], "seats": [half, games - half]}
json.dump({"result": [row]}, open(os.environ["RUNNER_OUTPUT_DIR"] + "/played.json", "w"))
"""
JOB = """\
apiVersion: runner/v1
kind: Tune
metadata: {name: bots}
spec:
  build: {shell: "echo yes > built.txt"}
  variants:
    - {name: red, weights: data/red.json, command: [python, train.py, "${variant.weights}"]}
    - {name: blue, weights: data/blue.json, command: [python, train.py, "${variant.weights}"]}
    - {name: broken, weights: data/broken.json, command: [python, train.py, "${variant.weights}"]}
  validation:
    command: {shell: python play.py}
    matchups: [red-blue, blue-red]
    games: 100
    document: played.json
    fields: {matchups: result, side_a: left, side_b: right, games: total, wins_a: won.0, wins_b: won.1,
             wins_first_seat: seats.0, wins_second_seat: seats.1}
"""


@pytest.fixture
def bots(project: Path) -> Path:
    """A project whose programs know nothing of us but the environment variables."""
    files = {"train.py": TRAIN, "play.py": PLAY, "jobs/bots.yaml": JOB}
    files |= {f"data/{name}.json": json.dumps({"strength": 1}) for name in ("red", "blue", "broken")}
    for name, content in files.items():
        (project / name).parent.mkdir(exist_ok=True)
        (project / name).write_text(content)
    subprocess.run(["git", "add", "."], cwd=project, check=True)
    subprocess.run(["git", "commit", "--quiet", "-m", "bots"], cwd=project, check=True)
    return project


def report(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    assert done.stdout, done.stderr
    loaded: dict[str, Any] = json.loads(done.stdout)["report"]
    return loaded


def test_a_failed_variant_does_not_take_the_others_down(runner: Run, bots: Path) -> None:
    found = report(runner("run", "bots", "--json"))
    outcomes = {task["id"]: task["outcome"] for task in found["tasks"]}
    assert outcomes == {
        "train/red": "succeeded",
        "train/blue": "succeeded",
        "train/broken": "failed",
        "validate/red-blue": "succeeded",
        "validate/blue-red": "succeeded",
    }
    assert [weight["path"] for weight in found["weights"]] == ["data/red.json", "data/blue.json"]
    assert "train/broken ended as failed: its weights stay as they were" in found["warnings"]


@pytest.mark.parametrize("mode", ["parallel", "sequential"])
def test_the_round_robin_plays_with_what_was_just_trained(mode: str, runner: Run, bots: Path) -> None:
    (bots / "data" / "red.json").write_text('{"strength": 2}')
    found = report(runner("run", "bots", "--json", "--set", f"spec.validation.mode={mode}", "--games", "50"))
    assert found["metrics"]["faction.red.win_rate"]["value"] == pytest.approx(0.6)
    assert found["metrics"]["first_seat_win_rate"] == {"value": 0.5, "trials": 100}


def test_validate_only_plays_with_the_weights_as_they_stand(runner: Run, bots: Path) -> None:
    found = report(runner("run", "bots", "--json", "--set", "spec.mode=validate-only"))
    assert [task["id"] for task in found["tasks"]] == ["validate/red-blue", "validate/blue-red"]
    assert found["metrics"]["faction.red.win_rate"]["value"] == pytest.approx(0.5)
    assert "weights" not in found


def test_train_only_plays_nothing(runner: Run, bots: Path) -> None:
    found = report(runner("run", "bots", "--json", "--set", "spec.mode=train-only"))
    assert {task["id"].partition("/")[0] for task in found["tasks"]} == {"train"}


def test_one_single_variant_is_trained_and_proposed(runner: Run, bots: Path) -> None:
    found = report(runner("run", "bots", "--json", "--only", "red"))
    assert [task["id"] for task in found["tasks"]] == ["train/red"]
    assert [weight["path"] for weight in found["weights"]] == ["data/red.json"]


def test_a_retry_trains_what_failed_and_plays_again(runner: Run, bots: Path) -> None:
    (bots / "train.py").write_text(
        TRAIN.replace("    sys.exit", "    os.path.exists(MARK) or open(MARK, 'w') and sys.exit")
    )
    runner("run", "bots")
    found = report(runner("retry", "--json"))
    attempts = {task["id"]: len(task["attempts"]) for task in found["tasks"]}
    assert attempts == {
        "train/red": 1,
        "train/blue": 1,
        "train/broken": 2,
        "validate/red-blue": 2,
        "validate/blue-red": 2,
    }
    assert len(found["weights"]) == 3
