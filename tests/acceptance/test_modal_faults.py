"""Each request of a launch and a collect fails in turn, before its effect and after it; then all is repeated.

What must come of it, every time: one run, no task started twice, complete results, nothing left over.
"""

import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from runner.engine.events import AttemptStarted, RunFinished
from runner.engine.journal import read_events
from runner.errors import RunnerError
from runner.pipeline.bringing_home import Collected
from runner.pipeline.collecting import collect
from runner.pipeline.finding import layout_of, ledger_entries
from runner.pipeline.launching import launch
from runner.pipeline.reaping import leftovers
from runner.pipeline.running import Options
from runner.pipeline.workspace import Workspace, open_workspace
from tests.conftest import Checkout
from tests.standins.modal.client import Plane

pytestmark = [pytest.mark.slow, pytest.mark.exhaustive]

ROOT = Path(__file__).parents[2]
PARTS = 2
"""The faults of a launch are dealt out to so many tests, for several processes."""

JOB = """\
apiVersion: runner/v1
kind: Command
metadata: {{name: {name}}}
spec:
  command: [sh, -c, 'echo hello > "$RUNNER_OUTPUT_DIR/greeting"']
  resources: {{cpu: 0.125, memory: 256MiB, timeout: 2m}}
"""
MOST = 60
PATIENCE = 120.0
OPTIONS = Options(backend="modal")


def quiet(text: str) -> None:
    """Notes are for people."""


def home(workspace: Workspace, run: str) -> Collected:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        (found,) = collect(workspace, [run], quiet)
        if found.report is not None:
            return found
        time.sleep(0.2)
    raise AssertionError(f"{run} did not come home: {found}")


def await_end(plane: Plane, run: str) -> None:
    """Waits until nothing works for the run any more, without a request of ours."""
    deadline = time.monotonic() + PATIENCE
    while any(container["app"].endswith(run) for container in plane.containers()):
        assert time.monotonic() < deadline
        time.sleep(0.1)


@pytest.fixture
def workspace(checkout: Callable[..., Checkout], plane: Plane, tmp_path: Path) -> Workspace:
    """Jobs by the dozen, so that their runs do not have to wait for one another."""
    settings = f'backend = "modal"\n[modal]\nprefix = "f{abs(hash(tmp_path)) % 10**8}"\n'
    jobs = {f"jobs/greet-{number}.yaml": JOB.format(name=f"greet-{number}") for number in range(MOST)}
    plane.options(idle=0.2, containers=3 * MOST)  # a driver holds one while it waits for its attempts
    return open_workspace(checkout("greeting", files={"runner.toml": settings, **jobs}).root)


def undisturbed(workspace: Workspace, plane: Plane) -> tuple[list[tuple[str, int]], list[tuple[str, int]]]:
    """The requests of a launch and of a collect, each with its number among those of its name.

    What is uploaded but once, for whatever run comes first, is uploaded before.
    """
    home(workspace, launch(workspace, "greet-0", OPTIONS, quiet).run)
    plane.reset_calls()
    run = launch(workspace, "greet-1", OPTIONS, quiet).run
    launching = numbered(plane)
    await_end(plane, run)
    plane.reset_calls()
    collect(workspace, [run], quiet)
    return launching, numbered(plane)


def numbered(plane: Plane) -> list[tuple[str, int]]:
    seen: Counter[str] = Counter()
    found = []
    for call in plane.calls():
        if call.caller == "client":
            seen[call.rpc] += 1
            found.append((call.rpc, seen[call.rpc]))
    return found


def check_one_whole_run(workspace: Workspace, job: str, run: str) -> None:
    found = home(workspace, run)
    assert found.state == "succeeded"
    entries = [entry for entry in ledger_entries(workspace).values() if entry.job == job]
    assert [(entry.run, entry.outcome) for entry in entries] == [(run, "succeeded")]
    layout = layout_of(workspace, entries[0])
    happened = read_events(layout.journal)
    assert [event.task for event in happened if isinstance(event, AttemptStarted)] == ["run/command"]
    assert [event.state for event in happened if isinstance(event, RunFinished)] == ["succeeded"]
    assert (layout.output("run/command", 1) / "greeting").read_text() == "hello\n"


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("when", ["before", "after"])
def test_whatever_request_of_a_launch_fails_the_same_again_comes_to_one_whole_run(
    workspace: Workspace, plane: Plane, part: int, when: str
) -> None:
    faults = undisturbed(workspace, plane)[0][part::PARTS]
    assert 10 < len(faults) < MOST - 2
    runs = {}
    for number, (name, nth) in enumerate(faults, start=2):
        job = f"greet-{number}"
        plane.fail(name, before=when == "before", status="FAILED_PRECONDITION", nth=nth, caller="client")
        with suppress(RunnerError):
            launch(workspace, job, OPTIONS, quiet)
        plane.clear_faults()
        runs[job] = launch(workspace, job, OPTIONS, quiet).run
    for job, run in runs.items():
        check_one_whole_run(workspace, job, run)
    assert leftovers(workspace) == []


@pytest.mark.parametrize("when", ["before", "after"])
def test_whatever_request_of_a_collect_fails_the_same_again_comes_to_one_whole_run(
    workspace: Workspace, plane: Plane, when: str
) -> None:
    faults = undisturbed(workspace, plane)[1]
    assert len(faults) > 5
    runs = {f"greet-{number}": "" for number in range(2, len(faults) + 2)}
    for job in runs:
        runs[job] = launch(workspace, job, OPTIONS, quiet).run
    for (name, nth), (job, run) in zip(faults, runs.items(), strict=True):
        await_end(plane, run)
        plane.fail(name, before=when == "before", status="FAILED_PRECONDITION", nth=nth, caller="client")
        with suppress(RunnerError):
            collect(workspace, [run], quiet)
        plane.clear_faults()
        check_one_whole_run(workspace, job, run)
    assert leftovers(workspace) == []


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("request_name", ["ClientHello", "MountPutFile", "ImageJoinStreaming"])
def test_what_only_the_first_launch_asks_for_may_fail_as_well(
    checkout: Callable[..., Checkout], tmp_path: Path, request_name: str, when: str
) -> None:
    root = checkout("first", files={"jobs/greet.yaml": JOB.format(name="greet")}).root
    with Plane.start(tmp_path / "plane", idle=0.2) as fresh:

        def call(*arguments: str) -> subprocess.CompletedProcess[str]:
            environment = {**os.environ, "PYTHONPATH": str(ROOT), **fresh.environment}
            command = [sys.executable, "-P", "-m", "runner", *arguments, "--json"]
            return subprocess.run(
                command, cwd=root, env=environment, capture_output=True, text=True, timeout=120
            )

        fresh.fail(request_name, before=when == "before", status="FAILED_PRECONDITION", caller="client")
        call("launch", "greet")
        assert fresh.counts()[request_name] > 0
        fresh.clear_faults()
        (run,) = [one["run"] for one in json.loads(call("launch", "greet").stdout)]
        await_end(fresh, run)
        (found,) = json.loads(call("collect").stdout)
        assert (found["run"], found["state"]) == (run, "succeeded")
        assert [len(task["attempts"]) for task in found["report"]["tasks"]] == [1]
        assert json.loads(call("reap").stdout) == []
