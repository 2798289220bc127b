"""Concurrency groups of workflows and of jobs."""

from __future__ import annotations

import threading
import time
from pathlib import Path

from tests.standins.actions.conftest import Make, job, workflow
from tests.standins.actions.secrecy import Gate
from tests.standins.github.hub import Hub

GROUP = "concurrency: {group: 'collect-${{ github.ref }}', cancel-in-progress: %s}"


def test_of_three_runs_of_a_group_the_middle_one_is_cancelled(hub: Hub, make: Make) -> None:
    actions = make({"a.yml": workflow("push", {"one": job()}, more=GROUP % "false")})
    for word in ("one", "two", "three"):
        hub.push("main", {"data.txt": word})
    assert [run.conclusion for run in actions.run_all()] == ["success", "cancelled", "success"]
    assert {each.group for each in actions.decisions} == {"collect-refs/heads/main"}


def test_a_newer_run_cancels_the_one_that_runs(hub: Hub, make: Make, tmp_path: Path) -> None:
    began = tmp_path / "began"
    actions = make(
        {
            "a.yml": workflow(
                "push", {"one": job(f"touch {began}; grep two data.txt || sleep 60")}, more=GROUP % "true"
            )
        }
    )
    hub.push("main", {"data.txt": "one"})

    def push_again() -> None:
        while not began.exists():
            time.sleep(0.01)
        hub.push("main", {"data.txt": "two"})

    pushing = threading.Thread(target=push_again)
    pushing.start()
    first, second = actions.run_all()
    pushing.join()
    assert (first.conclusion, first.jobs["one"].conclusion, second.conclusion) == (
        "cancelled",
        "cancelled",
        "success",
    )
    assert "cancelled it" in first.note


def test_two_runs_are_truly_at_work_at_once_unless_a_group_forbids_it(hub: Hub, make: Make) -> None:
    steps = "date +%s%N", "sleep 0.25", "date +%s%N"
    files = {
        "free.yml": workflow("push", {"one": job(*steps)}),
        "kept.yml": workflow("push", {"one": job(*steps, concurrency="alone")}),
    }
    actions = make(files)
    for word in ("one", "two"):
        hub.push("main", {"data.txt": word})
    runs = actions.run_all(parallel=4)
    times = {file: [span(run.log) for run in runs if run.workflow == file] for file in files}
    assert overlap(*times["free.yml"])
    assert not overlap(*times["kept.yml"])


def test_a_run_that_waits_for_a_person_keeps_its_group(hub: Hub, make: Make) -> None:
    jobs = {"one": job(environment="production")}
    files = {"a.yml": workflow("push", jobs, more="concurrency: launch")}
    actions = make(files, environments={"production": Gate(protected=True)})
    for word in ("one", "two"):
        hub.push("main", {"data.txt": word})
    first, second = actions.run_all()
    assert (first.status, second.status) == ("waiting", "pending")
    actions.approve(first, "production")
    actions.run_all()
    assert (first.conclusion, second.status) == ("success", "waiting")


def span(log: str) -> tuple[int, int]:
    """When a run began and ended."""
    begin, end = (int(line) for line in log.splitlines() if line.isdigit())
    return begin, end


def overlap(one: tuple[int, int], other: tuple[int, int]) -> bool:
    """Whether two spans have a moment in common."""
    return max(one[0], other[0]) < min(one[1], other[1])
