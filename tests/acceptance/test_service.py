"""The example service on this machine, from a clone: one command, and the client's own requests."""

import itertools
import json
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.conftest import Checkout
from tests.workloads.service.leaks import Recorder

PASSWORD, INFERENCE = secrets.token_urlsafe(18), secrets.token_urlsafe(18)

LESSON = """
apiVersion: runner/v1
kind: GRPO
metadata: {name: lesson}
spec:
  build: [python, -m, workloads.textgames.tiny, build/tiny]
  model: {name: build/tiny, dtype: float32}
  environment: {name: key_door, arguments: {size: 2}, history: none}
  training: {steps: 1, batch_size: 4, gradient_accumulation_steps: 1, num_generations: 2, save_every: 1}
  sampling: {max_tokens: 4}
  lora: {rank: 2}
  vllm: {mode: off}
  evaluation: {episodes: 0}
  resources: {cpu: 1, memory: 4GiB, timeout: 5m}
  budget: {usd: 1}
"""
OVERRIDES = (
    'spec.build=["python","-m","workloads.textgames.tiny","build/tiny"]',
    "spec.training.job=jobs/lesson.yaml",
    "spec.access.attempts=3",
    "spec.access.longest_delay=2s",
)
"""What lets the example be served in seconds."""


def runner(clone: Path, *arguments: str, given: str = "") -> str:
    """The command line, to its end."""
    done = subprocess.run(
        [sys.executable, "-P", "-m", "runner", *arguments],
        cwd=clone,
        env={**os.environ, "PYTHONPATH": str(clone)},
        input=given,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@contextmanager
def served(
    clone: Path, recorded: Recorder, *overrides: str
) -> Iterator[tuple[httpx.Client, "subprocess.Popen[str]"]]:
    """`runner run` of the example, as a person would, and a client with the right password."""
    entries = [
        runner(clone, "service", "hash", "--stdin", given=PASSWORD),
        runner(clone, "service", "hash", "--stdin", "--name", "guest", "--inference-only", given=INFERENCE),
    ]
    for text, entry in zip((PASSWORD, INFERENCE), entries, strict=True):
        recorded.secret(text)
        recorded.hash(entry.strip().split(":", 2)[2])
    recorded.log(clone / "said.txt")
    recorded.log(clone / ".runner")
    told = [part for override in (*OVERRIDES, *overrides) for part in ("--set", override)]
    said = (clone / "said.txt").open("w")
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "runner", "run", "jobs/service-textgames.yaml", "--port", "0", *told],
        cwd=clone,
        env={**os.environ, "PYTHONPATH": str(clone), "SERVICE_PASSWORDS": "\n".join(entries)},
        stdout=subprocess.PIPE,
        stderr=said,
        text=True,
    )
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        assert line.startswith("serving service-textgames on "), (clone / "said.txt").read_text()
        with recorded.client(line.split()[3], timeout=60, auth=("team", PASSWORD)) as client:
            yield client, process
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=40)
        said.close()


def until(client: httpx.Client, path: str, field: str, wanted: Any, seconds: float) -> Any:
    """What is answered once a field of it is as wanted."""
    deadline = time.monotonic() + seconds
    while (answer := client.get(path).json()).get(field) != wanted:
        assert time.monotonic() < deadline, answer
        time.sleep(0.2)
    return answer


@pytest.mark.llm
@pytest.mark.slow
def test_from_a_clone_games_are_played_and_a_training_comes_home(clone: Path, recorded: Recorder) -> None:
    Checkout(clone).commit({"jobs/lesson.yaml": LESSON})
    with served(clone, recorded) as (client, process):
        assert client.get("/docs").status_code == 200
        health = until(client, "/health-check", "ready", True, 60)
        assert (health["status"], health["engine"], health["training"]) == ("ok", "transformers", True)
        begun = client.post("/start-training", json={"env_size": 2}, headers={"Idempotency-Key": "one"})
        assert begun.status_code == 202, begun.text
        plays_each_game_with_each_history(client)
        refuses_what_it_should(client)
        again = client.post("/start-training", json={"env_size": 2}, headers={"Idempotency-Key": "one"})
        assert again.json()["run"] == begun.json()["run"]
        status = begun.json()["links"]["status"]
        done = until(client, status, "status", "succeeded", 90)
        assert done["progress"]
        assert until(client, status, "pull_request", "runner/lesson", 20)["cost_usd"] > 0
    assert process.returncode == 0
    assert "adapter_model.safetensors" in Checkout(clone).git("ls-tree", "-r", "--name-only", "runner/lesson")


def plays_each_game_with_each_history(client: httpx.Client) -> None:
    """A rollout of each, turn by turn, that adds up."""
    histories = ("NO_HISTORY", "FULL_HISTORY", "SCRATCHPAD")
    for game, history in itertools.product(("key_door", "tic_tac_toe"), histories):
        asked = {"env_type": game, "history_strategy": history, "max_steps": 3, "seed": 7}
        played = client.post("/generate-rollout", json=asked)
        assert played.status_code == 200, played.text
        rollout = played.json()
        turns, summary = rollout["trajectory"], rollout["summary"]
        assert (rollout["env_type"], rollout["history_strategy"]) == (game, history)
        assert [turn["step"] for turn in turns] == list(range(1, summary["steps_taken"] + 1))
        assert summary["total_reward"] == pytest.approx(sum(turn["reward"] for turn in turns))
        assert summary["steps_taken"] <= 3
        assert all(turn["observation"] and isinstance(turn["action"], str) for turn in turns)


def refuses_what_it_should(client: httpx.Client) -> None:
    """Each refusal has its form; a wrong password says nothing, and too many must wait."""
    wrong = client.post("/generate-rollout", json={"sampling_params": {"top_p": 2}})
    assert wrong.status_code == 422
    assert [one["field"] for one in wrong.json()["error"]["fields"]] == ["sampling_params.top_p"]
    assert client.post("/generate-rollout", json={"model_path": "../../etc"}).status_code == 422
    guest = ("guest", INFERENCE)
    assert client.post("/start-training", json={}, auth=guest).status_code == 403
    answers = [client.get("/training-status", auth=("team", f"wrong-{number}")) for number in range(4)]
    assert [answer.status_code for answer in answers[:3]] == [401] * 3
    assert len({answer.content for answer in answers[:3]}) == 1
    assert answers[3].status_code == 429
    time.sleep(int(answers[3].headers["Retry-After"]))


@pytest.mark.slow
@pytest.mark.exhaustive
def test_a_training_that_is_killed_is_told_as_such_over_http(clone: Path, recorded: Recorder) -> None:
    """With a stand-in for the model and for the program that trains."""
    program = "import time\nprint('begun', flush=True)\ntime.sleep(600)\n"
    lesson = LESSON.replace(
        "  build: [python, -m, workloads.textgames.tiny, build/tiny]\n", "  script: train.py\n"
    )
    Checkout(clone).commit({"jobs/lesson.yaml": lesson, "train.py": program})
    elsewhere = 'spec.endpoint={"url":"http://127.0.0.1:9/v1"}'
    with served(clone, recorded, elsewhere, "spec.engine=auto", "spec.build=null") as (client, process):
        begun = client.post("/start-training", json={"max_steps": 5})
        assert begun.status_code == 202, begun.text
        run = begun.json()["run"]
        status = begun.json()["links"]["status"]
        until(client, status, "status", "running", 20)
        assert client.post("/start-training", json={}).status_code == 409
        os.kill(int((clone / ".runner/runs" / run / "lock").read_text()), signal.SIGKILL)
        gone = until(client, status, "status", "interrupted", 20)
        assert run in gone["reason"]
        assert client.post(begun.json()["links"]["cancel"]).json()["status"] == "cancelled"
        assert client.get("/training-status/20200101-000000-abcdef").status_code == 404
        second = client.post("/start-training", json={"max_steps": 6}).json()["run"]
        process.send_signal(signal.SIGINT)
        process.wait(40)
        assert json.loads(runner(clone, "status", second, "--json"))["state"] == "running"
        runner(clone, "cancel", second)
