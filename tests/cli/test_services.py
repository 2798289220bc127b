"""Services on the command line: launched, launched again, and listed with their drift."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

from tests.conftest import Checkout
from tests.pipeline.test_deploying import SERVED, manifest
from tests.standins.modal.client import Plane

Run = Callable[..., subprocess.CompletedProcess[str]]


def test_a_service_is_launched_listed_and_shows_its_drift(plane: Plane, project: Path, runner: Run) -> None:
    plane.secret("SERVICE_PASSWORDS", {"SERVICE_PASSWORDS": "none"})
    made = Checkout(project)
    toml = 'backend = "modal"\n[modal]\nprefix = "shown"\n'
    made.commit({"runner.toml": toml, "served.py": SERVED.format("one"), "jobs/asked.yaml": manifest()})
    assert "asked" in runner("launch", "asked", "--dry-run").stdout
    listed = runner("status").stdout.splitlines()
    assert listed[1:] == [
        "services:",
        "  missing      asked                     modal",
        "    it is not deployed",
    ]

    first = runner("launch", "asked")
    assert first.returncode == 0, first.stderr
    assert first.stdout.startswith("asked stands at modal: http")
    assert "next:\n  runner service health --url http" in first.stdout
    (again,) = json.loads(runner("launch", "asked", "--json").stdout)
    assert (again["job"], again["new"]) == ("asked", False)

    made.commit({"served.py": SERVED.format("two")})
    (service,) = json.loads(runner("service", "list", "--json").stdout)
    assert (service["job"], service["state"], service["url"]) == ("asked", "drifted", again["url"])
    shown = runner("status").stdout.splitlines()
    assert shown[2].split() == [
        "drifted",
        "asked",
        "modal",
        again["commit"][:12],
        "0",
        "containers",
        again["url"],
    ]
