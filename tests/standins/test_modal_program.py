"""The Modal stand-in as a program: how it is started, and that nothing is left of it."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.standins.modal.client import ROOT
from tests.standins.modal.eventually import eventually

COMMAND = [sys.executable, "-m", "tests.standins.modal"]
CLIENT = """
import sys, modal
sys.path.insert(0, sys.argv[1])
import standin_jobs
app = modal.App("app", include_source=False)
image = modal.Image.debian_slim().add_local_python_source("standin_jobs")
app.function(image=image, secrets=[modal.Secret.from_name("hf")])(standin_jobs.run)
app.deploy()
call = modal.Function.from_name("app", "run").spawn(["process"], ["print", "ready"], ["sleep", 60])
next(iter(call.logs.stream(timeout=20)))
"""


@contextmanager
def started(*options: str) -> Iterator[tuple[subprocess.Popen[str], dict[str, Any]]]:
    pipe = subprocess.PIPE
    with subprocess.Popen([*COMMAND, *options], cwd=ROOT, stdin=pipe, stdout=pipe, text=True) as process:
        assert process.stdout is not None
        try:
            yield process, json.loads(process.stdout.readline())
        finally:
            process.terminate()


def run_client(told: dict[str, Any]) -> None:
    command = [sys.executable, "-c", CLIENT, str(Path(__file__).parent / "jobs")]
    subprocess.run(command, env={**os.environ, **told["environment"]}, check=True, timeout=60)


def containers(state: Path) -> int:
    """Processes of containers of a plane: their specification lies in its folder."""
    found = 0
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            found += str(state).encode() in file.read_bytes() and b"root.py" in file.read_bytes()
        except OSError:
            continue
    return found


@pytest.mark.parametrize("way", ["SIGTERM", "SIGKILL", "stdin"])
def test_its_containers_end_with_it(tmp_path: Path, way: str) -> None:
    state = tmp_path / "state"
    with started("--state", str(state), "--secret", "hf=A=1,B=2", "--until-stdin-closes") as (process, told):
        run_client(told)
        assert containers(state) == 2, "one process holds the leash, one is the first of the container"
        if way == "stdin":
            assert process.stdin is not None
            process.stdin.close()
        else:
            process.send_signal(signal.Signals[way])
        assert process.wait(10) == (-signal.SIGKILL if way == "SIGKILL" else 0)
        eventually(lambda: containers(state) == 0)


def test_it_says_how_to_reach_it(tmp_path: Path) -> None:
    with started("--state", str(tmp_path / "state"), "--port", "0") as (_, told):
        assert told["url"] == told["environment"]["MODAL_SERVER_URL"]
        assert told["url"].startswith("http://127.0.0.1:")
        assert told["control"].endswith("/control")
        assert set(told["environment"]) >= {"MODAL_TOKEN_ID", "MODAL_TOKEN_SECRET", "MODAL_DISABLE_API_PROXY"}
        assert not Path(told["environment"]["MODAL_CONFIG_PATH"]).exists()


def test_it_begins_with_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = subprocess.run([*COMMAND, "--state", str(tmp_path)], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 1
    assert "is not empty" in done.stderr
