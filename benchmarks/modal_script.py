"""The plain script beside which the runner is measured: what a person writes who has no runner.

python -m benchmarks.modal_script deploy
python -m benchmarks.modal_script spawn COUNT IDS
python -m benchmarks.modal_script collect IDS RESULTS
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import modal

APP = "plain"


def work(order: dict[str, Any]) -> dict[str, Any]:
    """Metrics, as a task of ours has them."""
    return {"value": order["value"], "metrics": {"square": order["value"] ** 2}}


def deploy() -> None:
    """Makes the app stand. A container does many inputs, one after the other."""
    app = modal.App(APP, include_source=False)
    image = modal.Image.debian_slim().add_local_python_source("benchmarks")
    app.function(name="work", image=image, max_containers=2)(work)
    app.deploy()


def spawn(count: int, ids: Path) -> None:
    """Starts one call for each value, and notes their ids."""
    function = modal.Function.from_name(APP, "work")
    calls = [function.spawn({"value": value}) for value in range(count)]
    ids.write_text(json.dumps([call.object_id for call in calls]))


def collect(ids: Path, results: Path) -> None:
    """Takes in the results of finished calls, one after the other."""
    found = [modal.FunctionCall.from_id(call).get() for call in json.loads(ids.read_text())]
    results.write_text(json.dumps(found))


def main(command: str, *arguments: str) -> None:
    """One of the three."""
    if command == "deploy":
        deploy()
    elif command == "spawn":
        spawn(int(arguments[0]), Path(arguments[1]))
    else:
        collect(Path(arguments[0]), Path(arguments[1]))


if __name__ == "__main__":
    main(*sys.argv[1:])
