"""Runs in the loopback W&B: how they end, what they leave, and what is synced later."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.standins.modal.eventually import eventually
from tests.standins.wandb.client import environment, run_python, run_wandb
from tests.standins.wandb.server import WandbServer

BEGIN = "import os, sys, time, json, wandb\nrun = wandb.init(project='p')\n"
HYPERBAND: dict[str, Any] = {
    "method": "grid",
    "metric": {"name": "loss", "goal": "minimize"},
    "parameters": {"x": {"values": [1, 2, 3]}},
    "early_terminate": {"type": "hyperband", "min_iter": 2, "eta": 2},
}


def begin(server: WandbServer, folder: Path, code: str, **more: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-W", "ignore", "-c", BEGIN + code]
    pipe = subprocess.DEVNULL
    return subprocess.Popen(
        command, cwd=folder, env=environment(server, **more), stdout=pipe, stderr=pipe, start_new_session=True
    )


def test_runs_end_as_they_say(wandb_server: WandbServer, tmp_path: Path) -> None:
    ways = {
        "good": "run.log({'loss': 1})",
        "bad": "sys.exit(3)",
        "raised": "raise ValueError",
        "told": "run.finish(exit_code=1)",
    }
    processes = [begin(wandb_server, tmp_path, code, WANDB_RUN_ID=name) for name, code in ways.items()]
    for process in processes:
        process.wait(60)
    states = {name: (wandb_server.run(name).state, wandb_server.run(name).exit_code) for name in ways}
    assert states == {
        "good": ("finished", 0),
        "bad": ("failed", 3),
        "raised": ("failed", 1),
        "told": ("failed", 1),
    }
    assert wandb_server.run("good").summary["loss"] == 1


@pytest.mark.parametrize(("stopped", "state"), [(False, "crashed"), (True, "killed")])
def test_a_run_that_dies_without_a_word_is_known_by_its_silence(
    wandb_server: WandbServer, tmp_path: Path, stopped: bool, state: str
) -> None:
    process = begin(wandb_server, tmp_path, "time.sleep(60)", WANDB_RUN_ID="lost")
    eventually(lambda: [run.state for run in wandb_server.all_runs] == ["running"], 20)
    if stopped:
        wandb_server.stop_run("lost")
    os.killpg(process.pid, signal.SIGKILL)
    process.wait(10)
    assert wandb_server.run("lost").state == "running"
    wandb_server.timing.silence = 1.0
    eventually(lambda: wandb_server.run("lost").state == state, 20)


def test_a_run_that_speaks_again_is_alive_again(wandb_server: WandbServer, tmp_path: Path) -> None:
    code = "input()\nrun.log({'loss': 1})\nrun.finish()"
    command = [sys.executable, "-W", "ignore", "-c", BEGIN + code]
    env = environment(wandb_server, WANDB_RUN_ID="quiet")
    with subprocess.Popen(command, cwd=tmp_path, env=env, stdin=subprocess.PIPE) as process:
        eventually(lambda: [run.began for run in wandb_server.all_runs] == [True], 20)
        wandb_server.timing.silence = 0.0
        assert wandb_server.run("quiet").state == "crashed"
        wandb_server.timing.silence = 300.0
        process.communicate(b"\n", timeout=60)
    assert wandb_server.run("quiet").state == "finished"


def test_hyperband_stops_what_is_worse(wandb_server: WandbServer, tmp_path: Path) -> None:
    sweep = wandb_server.create_sweep(HYPERBAND, "p")
    told = run_python(
        wandb_server,
        tmp_path,
        """
import json, sys, time, wandb
from wandb.apis.public.sweeps import _agent_heartbeat, _register_agent
api = wandb.Api()
agent = _register_agent(api, "host", sweep_id=sys.argv[1], project="p", entity="me")["id"]
def beat(*names):
    return _agent_heartbeat(api, agent, {}, {name: True for name in names})
names = [beat()[0]["run_id"] for _ in range(3)]
settings = wandb.Settings(x_file_stream_transmit_interval=1)
runs = [wandb.init(project="p", id=name, reinit="create_new", settings=settings) for name in names]
for loss, run in enumerate(runs, 1):
    for _ in range(4):
        run.log({"loss": loss})
deadline, stopped = time.time() + 40, []
while not stopped and time.time() < deadline:
    time.sleep(0.5)
    stopped = beat(*names)
for run in runs:
    run.finish()
print(json.dumps([names, stopped]))
""",
        sweep.name,
    )
    names, commands = told
    assert commands and {command["type"] for command in commands} == {"stop"}
    assert names[0] not in {command["run_id"] for command in commands}


def test_offline_runs_are_synced_with_a_sweep_that_nobody_knows(
    wandb_server: WandbServer, tmp_path: Path
) -> None:
    (tmp_path / "parameters.yaml").write_text("wandb_version: 1\nx: {value: 4}\n")
    offline = {
        "WANDB_MODE": "offline",
        "WANDB_SWEEP_ID": "made-here",
        "WANDB_RUN_ID": "study-1",
        "WANDB_SWEEP_PARAM_PATH": str(tmp_path / "parameters.yaml"),
    }
    assert begin(wandb_server, tmp_path, "run.log({'loss': run.config['x']})", **offline).wait(60) == 0
    assert wandb_server.requests == []
    synced = run_wandb(wandb_server, tmp_path, "sync", "--yes")
    assert synced.returncode == 0, synced.stderr
    run = wandb_server.run("study-1")
    assert (run.state, run.point, run.summary["loss"], run.sweep) == ("finished", {"x": 4}, 4, "made-here")
    assert wandb_server.unknown_sweeps == {"made-here": 1}


def test_files_and_artifacts_go_up_and_come_down(wandb_server: WandbServer, tmp_path: Path) -> None:
    told = run_python(
        wandb_server,
        tmp_path,
        BEGIN
        + """
open("notes.txt", "w").write("noted")
run.save("notes.txt", policy="now")
def log(text):
    artifact = wandb.Artifact("model", type="model", metadata={"of": text})
    with artifact.new_file("folder/weights.txt") as file:
        file.write(text)
    return run.log_artifact(artifact, aliases=["best"]).wait().version
versions = [log("one"), log("two"), log("two")]
used = run.use_artifact("model:v0").type
run.finish()
api = wandb.Api()
found = api.run(f"me/p/{run.id}")
artifact = api.artifact("me/p/model:best")
folder = artifact.download("got")
print(json.dumps({
    "versions": versions,
    "used": [used, [each.name for each in found.used_artifacts()]],
    "logged": [each.name for each in found.logged_artifacts()],
    "latest": [artifact.source_name, artifact.metadata, sorted(artifact.aliases)],
    "by": artifact.logged_by().id == run.id,
    "weights": open(os.path.join(folder, "folder/weights.txt")).read(),
    "notes": found.file("notes.txt").download("got").read(),
    "files": sorted(each.name for each in found.files()),
    "all": [each.version for each in api.artifacts("model", "me/p/model")],
}))
""",
    )
    assert told["versions"] == ["v0", "v1", "v1"]
    assert told["used"] == ["model", ["model:v0"]]
    assert told["logged"] == ["model:v0", "model:v1"]
    assert told["latest"] == ["model:v1", {"of": "two"}, ["best", "latest"]]
    assert told["by"]
    assert (told["weights"], told["notes"]) == ("two", "noted")
    assert {"notes.txt", "config.yaml", "wandb-summary.json", "wandb-metadata.json"} <= set(told["files"])
    assert told["all"] == ["v1", "v0"]


def test_a_person_changes_and_deletes_runs(wandb_server: WandbServer, tmp_path: Path) -> None:
    told = run_python(
        wandb_server,
        tmp_path,
        """
import json, wandb
api = wandb.Api()
api.create_project("p", "me")
api.create_run(project="p", entity="me", run_id="made")
run = wandb.Api().run("me/p/made")
run.config["x"], run.summary["loss"] = 1, 2
run.tags.append("dear")
run.update()
open("up.txt", "w").write("up")
run.upload_file("up.txt")
uploaded = run.file("up.txt").download("got").read()
run.file("up.txt").delete()
seen = next(iter(api.runs("me/p", {"tags": "dear"})))
states = [run.update_state("failed"), seen.config, seen.summary["loss"], len(run.files())]
run.stop()
other = api.create_run(project="p", entity="me", run_id="gone")
other.delete()
print(json.dumps([uploaded, *states, [each.name for each in api.projects("me")]]))
""",
    )
    assert told == ["up", True, {"x": 1}, 2, 0, ["p"]]
    assert [(run.name, run.state, run.stopping) for run in wandb_server.all_runs] == [
        ("made", "failed", False)
    ]
