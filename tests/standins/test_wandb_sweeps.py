"""Sweeps in the loopback W&B, by the real command line, agent and public API."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.standins.wandb.client import environment, run_python, run_wandb
from tests.standins.wandb.server import WandbServer

TRAIN = """
import argparse, wandb
parser = argparse.ArgumentParser()
parser.add_argument("--x", type=float)
given = parser.parse_args()
with wandb.init() as run:
    assert run.config["x"] == given.x
    print("hello")
    for step in range(3):
        run.log({"loss": given.x * (3 - step), "step": step})
    if given.x == 3:
        raise SystemError("this one fails")
"""
GRID: dict[str, Any] = {
    "name": "first",
    "program": "train.py",
    "method": "grid",
    "metric": {"name": "loss", "goal": "minimize"},
    "parameters": {"x": {"values": [1, 2, 3]}},
}
READ = """
import json, sys, wandb
api = wandb.Api()
sweep = api.sweep(sys.argv[1])
best = sweep.best_run()
told = {
    "listed": [(each.id, each.name, each.state) for each in api.project("p", "me").sweeps()],
    "named": [each.id for each in api.project("p", "me").sweeps(filters={"displayName": "second"})],
    "sweep": [sweep.name, sweep.state, sweep.config, sweep.expected_run_count, sweep.url],
    "best": [best.config, best.summary["loss"], best.sweep_name],
    "runs": [(run.state, run.config["x"], run.summary["loss"]) for run in sweep.runs],
    "dear": [run.config["x"] for run in api.runs("me/p", {"config.x": {"$gt": 1}}, "-summary_metrics.loss")],
    "history": [row["loss"] for row in best.history(pandas=False)],
    "keys": best.history(keys=["loss"], pandas=False),
    "scan": [row["step"] for row in best.scan_history(page_size=2)],
    "scan_keys": list(best.scan_history(keys=["loss"], min_step=1)),
    "last": best.lastHistoryStep,
    "console": [line.content for line in best.console_logs()],
    "agents": sorted(len(list(agent.runs())) for agent in sweep.agents()),
}
print(json.dumps(told))
"""
HEARTBEATS = """
import json, sys, wandb
from wandb.apis.public.sweeps import _agent_heartbeat, _register_agent
api = wandb.Api()
def agent(sweep):
    return _register_agent(api, "host", sweep_id=sweep, project="p", entity="me")["id"]
def beat(agent, *runs):
    return _agent_heartbeat(api, agent, {}, {run: True for run in runs})
"""
MISTAKES = """
import json, sys, wandb
from wandb.apis.public.sweeps import _register_agent
api = wandb.Api()
def told(action):
    try:
        action()
    except Exception as error:
        return str(error)
grid = {"method": "grid", "parameters": {"x": {"values": [1]}}}
def sweep(entity="me", **changes):
    return told(lambda: wandb.sweep({**grid, **changes}, entity=entity, project="p"))
def agent(sweep):
    return told(lambda: _register_agent(api, "host", sweep_id=sweep, project="p", entity="me"))
print(json.dumps([
    sweep(method=None),
    sweep(parameters={"c": {"values:": [1]}}),
    sweep(method="bayes"),
    sweep(entity="nobody"),
    sweep(entity="team"),
    agent("nothing"),
    agent(sys.argv[1]),
    told(lambda: api.sweep("me/p/nothing")),
    told(lambda: list(api.project("p", "other").sweeps())),
]))
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "train.py").write_text(TRAIN)
    return tmp_path


@pytest.fixture
def beats(wandb_server: WandbServer, tmp_path: Path) -> Callable[..., Any]:
    """Runs the agent's own calls, without its pauses of five seconds."""

    def run(code: str, *arguments: str) -> Any:
        return run_python(wandb_server, tmp_path, HEARTBEATS + code, *arguments)

    return run


def test_two_agents_work_off_a_grid_and_the_api_tells_all(wandb_server: WandbServer, folder: Path) -> None:
    (folder / "sweep.yaml").write_text(str(GRID))
    made = run_wandb(wandb_server, folder, "sweep", "--project", "p", "--entity", "me", "sweep.yaml")
    [sweep] = wandb_server.sweeps
    assert f"wandb agent me/p/{sweep.name}" in made.stderr
    wandb_server.create_sweep({**GRID, "name": "second"}, "p")

    command = [sys.executable, "-W", "ignore", "-m", "wandb", "agent", f"me/p/{sweep.name}"]
    options: dict[str, Any] = {"cwd": folder, "env": environment(wandb_server), "stderr": subprocess.PIPE}
    agents = [subprocess.Popen(command, text=True, **options) for _ in range(2)]
    for agent in agents:
        _, told = agent.communicate(timeout=60)
        assert (agent.returncode, "Received exit command" in told) == (0, True), told
    assert sweep.state == "FINISHED"
    assert sorted(run.point["x"] for run in wandb_server.runs(sweep.name)) == [1, 2, 3]

    told = run_python(wandb_server, folder, READ, f"me/p/{sweep.name}")
    assert [name for _, name, _ in told["listed"]] == ["first", "second"]
    assert told["named"] == [wandb_server.sweeps[1].name]
    url = f"{wandb_server.url}/me/p/sweeps/{sweep.name}"
    assert told["sweep"] == ["first", "FINISHED", GRID, 3, url]
    assert told["best"] == [{"x": 1}, 1, sweep.name]
    assert sorted(told["runs"]) == [["failed", 3, 3], ["finished", 1, 1], ["finished", 2, 2]]
    assert told["dear"] == [3, 2]
    assert told["history"] == [3, 2, 1]
    assert told["keys"] == [{"_step": 0, "loss": 3}, {"_step": 1, "loss": 2}, {"_step": 2, "loss": 1}]
    assert (told["scan"], told["last"]) == ([0, 1, 2], 2)
    assert told["scan_keys"] == told["keys"][1:]
    assert told["console"] == ["hello"]
    assert sum(told["agents"]) == 3


def test_a_person_pauses_resumes_and_stops(wandb_server: WandbServer, folder: Path) -> None:
    sweep = wandb_server.create_sweep(GRID, "p")
    wandb_server.set_sweep_state(sweep.name, "RUNNING")
    states = {"--pause": "PAUSED", "--resume": "RUNNING", "--stop": "FINISHED"}
    for option, state in states.items():
        done = run_wandb(wandb_server, folder, "sweep", option, f"me/p/{sweep.name}")
        assert (done.returncode, sweep.state) == (0, state), done.stderr
    done = run_wandb(wandb_server, folder, "sweep", "--cancel", f"me/p/{sweep.name}")
    assert "Sweep already finished" in done.stderr


def test_agents_are_told_what_to_do(wandb_server: WandbServer, beats: Callable[..., Any]) -> None:
    sweep = wandb_server.create_sweep(GRID, "p")
    told = beats(
        """
sweep = sys.argv[1]
one, two = agent(sweep), agent(sweep)
first, second = beat(one), beat(two)
busy = beat(one, first[0]["run_id"])
wandb.Api().run(f"me/p/{first[0]['run_id']}").stop()
stopped = beat(one, first[0]["run_id"])
from wandb.apis.public.sweeps import _set_sweep_state
_set_sweep_state(api, sweep, "PAUSED", project="p", entity="me")
paused = beat(one)
_set_sweep_state(api, sweep, "CANCELED", project="p", entity="me")
told = [first[0]["args"], second[0]["args"], busy, stopped, paused, beat(two, second[0]["run_id"]), beat(one)]
print(json.dumps(told))
""",
        sweep.name,
    )
    first, second = wandb_server.runs(sweep.name)
    assert told == [
        {"x": {"value": 1}},
        {"x": {"value": 2}},
        [],
        [{"type": "stop", "run_id": first.name}],
        [],
        [{"type": "stop", "run_id": second.name}],
        [{"type": "exit"}],
    ]


def test_a_cap_ends_the_agents_and_a_local_controller_gives_them_nothing(
    wandb_server: WandbServer, beats: Callable[..., Any]
) -> None:
    capped = wandb_server.create_sweep({**GRID, "method": "random", "run_cap": 1}, "p")
    local = wandb_server.create_sweep({**GRID, "controller": {"type": "local"}}, "p")
    told = beats(
        """
capped, local = agent(sys.argv[1]), agent(sys.argv[2])
print(json.dumps([[command["type"] for command in beat(each)] for each in (capped, capped, local)]))
""",
        capped.name,
        local.name,
    )
    assert told == [["run"], ["exit"], []]
    assert local.state == "PENDING"


def test_an_agent_of_a_deleted_sweep_is_not_found(
    wandb_server: WandbServer, beats: Callable[..., Any]
) -> None:
    sweep = wandb_server.create_sweep(GRID, "p")
    registered = beats("print(json.dumps(agent(sys.argv[1])))", sweep.name)
    wandb_server.delete_sweep(sweep.name)
    told = beats(
        """
from wandb.sdk.sweeps import SweepNotFoundError
try:
    beat(sys.argv[1])
except SweepNotFoundError as error:
    print(json.dumps(str(error)))
""",
        registered,
    )
    assert "Sweep not found" in told


def test_a_grid_does_not_try_again_what_failed(wandb_server: WandbServer, beats: Callable[..., Any]) -> None:
    wandb_server.timing.unlisted = 0.0
    sweep = wandb_server.create_sweep(GRID, "p")
    told = beats(
        """
one = agent(sys.argv[1])
print(json.dumps([[command.get("args") for command in beat(one)] for _ in range(4)]))
""",
        sweep.name,
    )
    assert told == [[{"x": {"value": 1}}], [{"x": {"value": 2}}], [{"x": {"value": 3}}], [None]]
    assert [run.state for run in wandb_server.runs(sweep.name)] == ["crashed"] * 3
    assert sweep.state == "FINISHED"


def test_what_is_wrong_with_a_sweep_is_told(wandb_server: WandbServer, tmp_path: Path) -> None:
    wandb_server.add_person("other", "team")
    wandb_server.create_sweep(GRID, "p", "other")
    over = wandb_server.create_sweep(GRID, "p")
    wandb_server.set_sweep_state(over.name, "FINISHED")
    told = run_python(wandb_server, tmp_path, MISTAKES, over.name)
    message = "Invalid sweep config: "
    assert told == [
        f'{message}Invalid search type None, must be one of ["grid", "random", "bayes"]',
        f"{message}invalid hyperparameter configuration: c",
        f'{message}Bayesian search requires "metric" section',
        "entity nobody not found during upsertSweep",
        "permission denied",
        "could not find sweep nothing during createAgent",
        f"Sweep {over.name} is not running",
        "Could not find sweep <Sweep me/p/nothing (Unknown State)>",
        "Could not find project 'p'",
    ]
    assert len(wandb_server.sweeps) == 2


def test_people_write_to_their_own_and_their_teams_projects(
    wandb_server: WandbServer, tmp_path: Path
) -> None:
    key = wandb_server.add_person("other", "team")
    code = """
import json, wandb
def begin(entity):
    try:
        with wandb.init(entity=entity, project="p", settings=wandb.Settings(init_timeout=20)) as run:
            return run.entity
    except Exception as error:
        return str(error)
print(json.dumps([begin("team"), begin(None), begin("me")]))
"""
    allowed, own, foreign = run_python(wandb_server, tmp_path, code, key=key)
    assert (allowed, own) == ("team", "other")
    assert foreign == "permission denied"
    assert {run.project.entity for run in wandb_server.all_runs} == {"team", "other"}
    assert {request.user for request in wandb_server.requests_of("UpsertBucket")} == {"other"}


@pytest.mark.parametrize("key", ["", "f" * 40])
def test_a_wrong_key_is_refused(wandb_server: WandbServer, tmp_path: Path, key: str) -> None:
    code = "import wandb; wandb.sweep({'method': 'grid', 'parameters': {'x': {'values': [1]}}}, project='p')"
    command = [sys.executable, "-W", "ignore", "-c", code]
    done = subprocess.run(
        command,
        cwd=tmp_path,
        env={**environment(wandb_server, key), "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode == 1
    assert wandb_server.sweeps == []
    assert {request.status for request in wandb_server.requests} <= {401, 200}
