"""The service of this repository on the loopback Modal, asked through its web endpoint."""

import json
import secrets
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.conftest import ROOT, Checkout
from tests.standins.modal.client import Plane
from tests.standins.openai.server import OpenAIServer
from tests.workloads.service.leaks import QUICK, Recorder

Run = Callable[..., subprocess.CompletedProcess[str]]
PASSWORD = secrets.token_urlsafe(18)
PATIENCE = 60.0
SETTINGS = 'backend = "modal"\n[modal]\nprefix = "played"\n'
MANIFEST = """\
apiVersion: runner/v1
kind: Service
metadata: {{name: games}}
spec:
  model: perfect
  engine: auto
  endpoint: {{url: "{url}"}}
  scaling: {{max_containers: 1, scaledown: 1m}}
  watch: [workloads]
  resources: {{cpu: 0.5, memory: 1GiB, timeout: 1m}}
"""


TRAINING = """\
  training: {{job: jobs/grpo-key-door-tiny.yaml}}
  budget: {{usd: 1}}
"""


@pytest.fixture
def players() -> Iterator[OpenAIServer]:
    """Models that play by scripts."""
    with OpenAIServer() as server:
        yield server


@pytest.fixture
def made(project: Path, plane: Plane, players: OpenAIServer, recorded: Recorder) -> Checkout:
    """A repository with the workloads and one service; the provider has the passwords."""
    hashed = recorded.hash(QUICK.hash(recorded.secret(PASSWORD)))
    plane.secret("SERVICE_PASSWORDS", {"SERVICE_PASSWORDS": f"ada:all:{hashed}"})
    plane.options(containers=4, idle=60.0)
    repository = Checkout(project)
    code = {
        path.relative_to(ROOT).as_posix(): path.read_bytes()
        for path in (ROOT / "workloads").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    repository.commit(
        {**code, "runner.toml": SETTINGS, "jobs/games.yaml": MANIFEST.format(url=players.url)}, "A service"
    )
    recorded.log(project / ".runner")
    return repository


def record_logs(recorded: Recorder, path: str) -> None:
    """What the containers have printed, requests to `path` among it, for the search at the end."""
    printed = subprocess.run(
        [sys.executable, "-m", "modal", "app", "logs", "played-service-games", "--tail", "10000"],
        capture_output=True,
    )
    assert path.encode() in printed.stdout, printed.stderr
    recorded.text(printed.stdout + printed.stderr, "modal-app-logs")


def rollout(recorded: Recorder, url: str, **fields: Any) -> dict[str, Any]:
    """An episode, played by the service."""
    asked = {"env_type": "key_door", "env_config": {"size": 4}, "seed": 3, **fields}
    headers = {"Authorization": f"Bearer {PASSWORD}"}
    with recorded.client(url, timeout=PATIENCE) as client:
        answer = client.post("/generate-rollout", json=asked, headers=headers)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def version_at(url: str, version: str) -> dict[str, Any]:
    """What the service says of its health once this version answers."""
    deadline = time.monotonic() + PATIENCE
    while True:
        answer = httpx.get(f"{url}/health-check", timeout=PATIENCE)
        if answer.status_code == 200 and answer.json()["version"] == version:
            found: dict[str, Any] = answer.json()
            return found
        assert time.monotonic() < deadline, answer.text
        time.sleep(0.2)


@pytest.mark.slow
def test_a_service_is_deployed_asked_changed_rolled_back_and_removed(
    made: Checkout, plane: Plane, runner: Run, recorded: Recorder
) -> None:
    def launched() -> dict[str, Any]:
        done = runner("launch", "games", "--json")
        assert done.returncode == 0, done.stderr
        (found,) = json.loads(done.stdout)
        return dict(found)

    def state() -> str:
        (found,) = json.loads(runner("service", "list", "--json").stdout)
        return str(found["state"])

    first = launched()
    url = first["url"]
    health = version_at(url, first["version"])
    assert (health["status"], health["service"], health["engine"], health["training"]) == (
        "ok", "games", "endpoint", False,
    )  # fmt: skip
    played = rollout(recorded, url)
    assert played["summary"]["success"] is True
    assert played["trajectory"][0]["step"] == 1
    with recorded.client(url, timeout=PATIENCE) as client:
        wrong = client.post("/generate-rollout", json={"password": "guess"})
        missing = client.post("/generate-rollout", json={})
    assert (wrong.status_code, missing.status_code) == (401, 401)
    assert wrong.content == missing.content
    assert state() == "in-sync"
    asked = ("service", "evaluate", "--job", "games", "--env-config", '{"size": 4}', "--eval-episodes", "4")
    told = runner(*asked, "--json", RUNNER_SERVICE_PASSWORD=PASSWORD)
    assert json.loads(told.stdout)["results"]["success_rate"] == 1, told.stderr

    made.commit({"workloads/service/note.txt": "changed\n"}, "Change")
    assert state() == "drifted"
    second = launched()
    assert (second["url"], second["version"] != first["version"]) == (url, True)
    version_at(url, second["version"])
    assert state() == "in-sync"

    back = runner("service", "rollback", "games")
    assert back.returncode == 0, back.stderr
    version_at(url, first["version"])
    assert state() == "held"
    assert rollout(recorded, url, env_type="tic_tac_toe", env_config={})["env_type"] == "tic_tac_toe"

    record_logs(recorded, "/generate-rollout")
    gone = runner("service", "remove", "games", "--yes")
    assert gone.returncode == 0, gone.stderr
    assert state() == "missing"
    assert plane.containers() == []
    with pytest.raises(httpx.HTTPError):
        httpx.get(f"{url}/health-check", timeout=5).raise_for_status()


@pytest.mark.slow
@pytest.mark.exhaustive
def test_a_service_launches_a_training_that_its_team_finds(
    made: Checkout, plane: Plane, players: OpenAIServer, runner: Run, recorded: Recorder
) -> None:
    made.commit(
        {
            "jobs/grpo-key-door-tiny.yaml": (ROOT / "jobs/grpo-key-door-tiny.yaml").read_bytes(),
            "jobs/games.yaml": (MANIFEST + TRAINING).format(url=players.url),
        },
        "Trains",
    )
    done = runner("launch", "games", "--json")
    assert done.returncode == 0, done.stderr
    url = json.loads(done.stdout)[0]["url"]

    def asked(path: str, **body: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {PASSWORD}"}
        with recorded.client(url, timeout=PATIENCE) as client:
            return client.post(path, json=body, headers=headers)

    planned = asked("/start-training", max_steps=2, dry_run=True)
    assert planned.status_code == 200, planned.text
    assert planned.json()["bound_usd"] < 1

    # What it takes to train is not on this machine, so the run fails, at the provider.
    started = asked("/start-training", max_steps=2)
    assert started.status_code == 202, started.text
    run = started.json()["run"]
    headers = {"Authorization": f"Bearer {PASSWORD}"}
    status = started.json()
    deadline = time.monotonic() + PATIENCE
    while status["status"] in ("launching", "running"):
        assert time.monotonic() < deadline, status
        time.sleep(0.2)
        status = httpx.get(f"{url}/training-status/{run}", headers=headers, timeout=PATIENCE).json()
    assert (status["status"], status["run"]) == ("failed", run)

    collected = runner("collect")
    assert f"took the run {run} of grpo-key-door-tiny into the ledger" in collected.stderr
    found = {one["run"]: one for one in json.loads(runner("status", "--json").stdout)}
    assert (found[run]["job"], found[run]["state"]) == ("grpo-key-door-tiny", "failed")
    record_logs(recorded, "/start-training")
