"""Services on this machine: what is served, what is refused, and that nothing is left behind."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

from runner.worker.processes import table
from tests.conftest import ROOT, Checkout, Run

PASSWORDS = "team:all:$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ$aGFzaGhhc2g"

APP = """
import json, os, signal, subprocess, sys

def create():
    print("made with", os.environ["SERVICE_PASSWORDS"], flush=True)

    async def app(scope, receive, send):
        if scope["type"] == "lifespan":
            await receive()
            await send({"type": "lifespan.startup.complete"})
            await receive()
            print("closed", flush=True)
            return await send({"type": "lifespan.shutdown.complete"})
        if scope["path"] == "/crash":
            print("the last word", flush=True)
            os._exit(3)
        if scope["path"] == "/idle":
            os.kill(os.getpid(), signal.SIGTERM)
        child = 0
        if scope["path"] == "/child":
            child = subprocess.Popen(["sleep", "1000"], start_new_session=True).pid
        known = {name: value for name, value in os.environ.items() if name.startswith("RUNNER_SERVICE_")}
        known |= {"pid": os.getpid(), "child": child, "argv": sys.argv, "cwd": os.getcwd()}
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": json.dumps(known).encode()})

    return app
"""
JOB = """
app: served:create
model: some/model
build: [python, -c, "open('built.txt', 'w')"]
budget: {usd: 3}
"""


class Served:
    """A service that answers, and the process that serves it."""

    def __init__(self, process: "subprocess.Popen[str]", url: str) -> None:
        self.process = process
        self.url = url

    def get(self, path: str = "/") -> Any:
        with urlopen(self.url + path, timeout=10) as answer:
            return json.loads(answer.read())

    def end(self, number: int) -> tuple[int, str]:
        """Its exit code, and all that it said."""
        self.process.send_signal(number)
        output, _ = self.process.communicate(timeout=30)
        return self.process.returncode, output


@pytest.fixture
def served(
    project: Path, write_job: Callable[..., Path]
) -> Callable[[], contextlib.AbstractContextManager[Served]]:
    write_job("web", JOB, "Service")
    Checkout(project).commit({"served.py": APP, ".gitignore": ".runner\n__pycache__\n.env\n"})

    @contextmanager
    def start() -> Iterator[Served]:
        process = subprocess.Popen(
            [sys.executable, "-m", "runner", "run", "web", "--port", "0"],
            cwd=project,
            env={**os.environ, "PYTHONPATH": str(ROOT), "SERVICE_PASSWORDS": PASSWORDS},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        try:
            assert process.stdout is not None
            said = iter(process.stdout.readline, "")
            line = next(line for line in said if line.startswith("serving web on "))
            yield Served(process, line.split()[3])
        finally:
            process.kill()
            process.communicate()

    return start


def gone(*processes: int) -> bool:
    """Whether these processes end within some seconds."""
    deadline = time.monotonic() + 15
    while set(processes) & set(table()) and time.monotonic() < deadline:
        time.sleep(0.05)
    return not set(processes) & set(table())


def test_a_service_is_told_its_surroundings_and_ends_with_all_below_it(
    served: Callable[..., Any], project: Path, runner: Run
) -> None:
    with served() as service:
        known = service.get("/child")
        assert (project / "built.txt").exists()
        assert known["cwd"] == str(project)
        assert json.loads(Path(known["RUNNER_SERVICE_SETTINGS"]).read_text())["name"] == "web"
        assert Path(known["RUNNER_SERVICE_FOLDER"]).is_relative_to(project / ".runner")
        assert (known["RUNNER_SERVICE_BACKEND"], known["RUNNER_SERVICE_BUDGET"]) == ("local", "3")
        assert (known["RUNNER_SERVICE_REPOSITORY"], len(known["RUNNER_SERVICE_VERSION"])) == ("", 16)
        assert "argon2" not in " ".join(known["argv"])
        second = runner("run", "web", SERVICE_PASSWORDS=PASSWORDS)
        assert second.returncode == 2
        assert "another process serves web from this repository" in second.stderr
        code, said = service.end(signal.SIGINT)
    assert (code, said.count("closed")) == (0, 1)
    assert said.rstrip().endswith("ended: interrupted")
    log = (project / ".runner/served/web/log.txt").read_text()
    assert "made with ***" in log
    assert "argon2" not in log + said
    assert gone(known["pid"], known["child"])


def test_a_service_that_ends_by_itself_is_well_and_one_that_crashes_says_its_last_line(
    served: Callable[..., Any],
) -> None:
    with served() as service:
        service.get("/idle")
        output, _ = service.process.communicate(timeout=20)
        assert service.process.returncode == 0
        assert output.rstrip().endswith("ended: it ended by itself")
    with served() as service:
        with contextlib.suppress(OSError):
            service.get("/crash")
        output, _ = service.process.communicate(timeout=20)
    assert service.process.returncode == 4
    assert "the service ended: it ended with exit code 3: the last word" in output


@pytest.mark.exhaustive
@pytest.mark.parametrize("whom", ["what serves", "what looks after it", "both"])
def test_a_service_that_is_killed_leaves_nothing_behind(served: Callable[..., Any], whom: str) -> None:
    with served() as service:
        known = service.get("/child")
        worker = table()[known["pid"]][0]
        killed = {"what serves": [service.process.pid], "what looks after it": [worker]}
        for process in killed.get(whom, [worker, service.process.pid]):
            os.kill(process, signal.SIGKILL)
        service.process.wait(20)
        assert gone(known["pid"])
        if whom != "both":
            assert gone(known["child"])
    with served() as service:
        assert gone(known["pid"], known["child"])
        service.end(signal.SIGTERM)


def test_what_cannot_be_served_here_is_one_sentence(
    runner: Run, write_job: Callable[..., Path], project: Path
) -> None:
    write_job("web", JOB, "Service")

    def refused(*arguments: str, **environment: str) -> str:
        done = runner("run", "web", *arguments, **environment)
        assert done.returncode == 2, done.stderr
        return done.stderr

    assert "fix: runner service hash" in refused()
    assert "is not set, or empty" in refused(SERVICE_PASSWORDS="")
    assert "runner launch" in refused("--backend", "modal", SERVICE_PASSWORDS=PASSWORDS)
    assert "--detach is for runs" in refused("--detach", SERVICE_PASSWORDS=PASSWORDS)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert f"listens at port {port} already" in refused("--port", port, SERVICE_PASSWORDS=PASSWORDS)
    assert "no address nowhere.invalid" in refused("--host", "nowhere.invalid", SERVICE_PASSWORDS=PASSWORDS)
    assert not (project / "built.txt").exists()


def test_a_build_that_fails_is_said_to_be_the_build(runner: Run, write_job: Callable[..., Path]) -> None:
    write_job("web", JOB.replace("open('built.txt', 'w')", "raise SystemExit('no compiler')"), "Service")
    done = runner("run", "web", "--port", "0", SERVICE_PASSWORDS=PASSWORDS)
    assert done.returncode == 4
    assert "the build failed: it ended with exit code 1: no compiler" in done.stderr
