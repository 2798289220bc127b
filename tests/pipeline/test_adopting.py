"""Runs that a clone with a ledger of its own launched: taken in where they are ours, left alone else."""

import os
import subprocess
from pathlib import Path

import modal
import msgspec
import pytest

from runner.backends import open_remote
from runner.pipeline.cancelling import cancel
from runner.pipeline.collecting import collect
from runner.pipeline.finding import ledger_entries
from runner.pipeline.launching import launch
from runner.pipeline.reaping import leftovers
from runner.pipeline.running import Options
from runner.pipeline.workspace import Workspace, open_workspace
from tests.conftest import Checkout
from tests.pipeline.office import SLOW, Office, job, quiet


def lone(office: Office) -> Workspace:
    """A clone like a service's: of one commit, named as the repository is, without a way back."""
    folder = office.folder / "service" / office.here.name
    origin = f"file://{office.folder / 'origin.git'}"
    subprocess.run(["git", "clone", "--quiet", "--depth=1", origin, str(folder)], check=True)
    Checkout(folder).git("remote", "remove", "origin")
    return open_workspace(folder)


def launch_alone(office: Office, name: str, request: str = "service chat") -> str:
    return launch(lone(office), name, Options(backend="modal", request=request), quiet).run


def put(office: Office, run: str, name: str, content: bytes) -> None:
    """Writes a file of a run at the provider, as whoever has access to it could."""
    volume = modal.Volume.from_name(f"{office.prefix}-control")
    file = office.folder / "forged"
    file.write_bytes(content)
    with volume.batch_upload(force=True) as batch:
        batch.put_file(str(file), f"/runs/{run}/{name}")


def read(office: Office, run: str, name: str) -> dict[str, object]:
    volume = modal.Volume.from_name(f"{office.prefix}-control")
    found: dict[str, object] = msgspec.json.decode(b"".join(volume.read_file(f"runs/{run}/{name}")))
    return found


def adopted(office: Office) -> list[str]:
    """What a collecting says; nothing is in its ledger but what it takes in."""
    notes: list[str] = []
    collect(office.elsewhere, [], notes.append, raises=False)
    return notes


def test_a_run_of_a_clone_with_its_own_ledger_is_taken_in_and_comes_home(office: Office) -> None:
    office.open(job("greet"))
    run = launch_alone(office, "greet")
    assert ledger_entries(office.here) == {}
    assert leftovers(office.here) == []
    assert f"took the run {run} of greet into the ledger: launched by service chat" in adopted(office)
    entry = office.entry(run)
    assert (entry.state, entry.by, entry.manifest_path) == ("running", "service chat", "jobs/greet.yaml")
    home = office.home(run, office.elsewhere)
    assert home.report is not None and home.report.state == "succeeded"
    assert home.pull_request is not None
    assert office.entry(run).state == "finished"
    assert adopted(office) == []


def test_an_adopted_run_is_cancelled_like_any_other(office: Office) -> None:
    office.open(job("long", SLOW))
    run = launch_alone(office, "long")
    office.await_work(run)
    adopted(office)
    cancel(office.here, run, quiet)
    assert office.home(run).state == "cancelled"


@pytest.mark.parametrize(
    ("name", "change", "why"),
    [
        ("plan.json", {"deploy": [{"stage": "run", "output": "x", "to": "runner.toml"}]}, "plan"),
        ("plan.json", {"seed": 1}, "plan"),
        ("run.json", {"overrides": ["spec.seed=3"]}, "plan"),
        ("run.json", {"manifest_sha256": "0" * 64}, "manifest"),
        ("run.json", {"base": "1" * 40}, "commit"),
        ("run.json", {"request": "schedule 2026-11-21T03:00Z"}, "only workflows"),
        ("run.json", {"created": 1.0}, "time"),
        ("run.json", {"run": 3}, "cannot be read"),
    ],
)
def test_what_is_not_ours_is_left_alone_with_the_reason(
    office: Office, name: str, change: dict[str, object], why: str
) -> None:
    office.open(job("greet"))
    run = launch_alone(office, "greet")
    put(office, run, name, msgspec.json.encode(read(office, run, name) | change))
    (told,) = adopted(office)
    assert why in told
    assert f"runner reap --run {run} --yes" in told
    assert ledger_entries(office.here) == {}
    (left,) = leftovers(office.here)
    assert left.run == run
    assert left.reason.startswith("the ledger knows no such run: ")
    open_remote("modal", office.here.settings, office.here.name).release(run)


def test_a_launch_that_has_not_come_to_its_end_is_left_in_peace(office: Office) -> None:
    office.open(job("greet"))
    run = launch_alone(office, "greet")
    modal.Volume.from_name(f"{office.prefix}-control").remove_file(f"/runs/{run}/appointed.json")
    assert adopted(office) == []
    assert leftovers(office.here) == []


def test_a_commit_that_is_on_no_branch_is_not_trusted(office: Office, tmp_path: Path) -> None:
    office.open(job("greet"))
    stranger = lone(office)
    Checkout(stranger.repository.root).commit({"jobs/greet.yaml": job("greet", "[echo, other]")}, "mine")
    run = launch(open_workspace(stranger.repository.root), "greet", Options(backend="modal"), quiet).run
    os.sync()
    (told,) = adopted(office)
    assert run in told
    assert ledger_entries(office.here) == {}
