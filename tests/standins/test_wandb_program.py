"""The W&B stand-in as a program, and as a fixture of processes."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

from tests.standins.modal.client import ROOT

COMMAND = [sys.executable, "-m", "tests.standins.wandb"]


def test_it_says_how_to_reach_it_and_ends_when_told(tmp_path: Path) -> None:
    pipe = subprocess.PIPE
    with subprocess.Popen([*COMMAND, "--team", "acme"], cwd=ROOT, stdout=pipe, text=True) as process:
        assert process.stdout is not None
        told = json.loads(process.stdout.readline())
        environment = {**os.environ, **told["environment"]}
        ask = "import wandb; print(wandb.Api().viewer.teams)"
        asked = subprocess.run(
            [sys.executable, "-c", ask], env=environment, cwd=tmp_path, capture_output=True, text=True
        )
        assert asked.stdout.strip() == "['me', 'acme']", asked.stderr
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
    assert told["url"] == told["environment"]["WANDB_BASE_URL"]
    assert len(told["environment"]["WANDB_API_KEY"]) == 40


def test_it_writes_a_file_to_source_and_removes_it(tmp_path: Path) -> None:
    shell = tmp_path / "new" / "wandb.env"
    options = ["--shell", str(shell), "--until-stdin-closes"]
    pipe = subprocess.PIPE
    with subprocess.Popen([*COMMAND, *options], cwd=ROOT, stdin=pipe, stdout=pipe, text=True) as process:
        assert process.stdout is not None and process.stdin is not None
        assert f"source {shell}" in process.stdout.readline()
        assert [line.split("=")[0] for line in shell.read_text().splitlines()] == [
            "export WANDB_BASE_URL",
            "export WANDB_API_KEY",
            "export WANDB_ENTITY",
        ]
        process.stdin.close()
        assert process.wait(10) == 0
    assert not shell.exists()
