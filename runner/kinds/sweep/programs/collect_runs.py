"""Reads every run of a sweep from W&B and writes `study.json`.

A run's state is W&B's: an agent ends well even where all of its runs failed.
"""

from __future__ import annotations

import json
import math
import os
import sys
from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from runner.kinds.sweep.programs import wandb_api
else:
    import wandb_api


FIELDS = "name displayName state config summaryMetrics createdAt heartbeatAt"
DEEPEST = 8


def main() -> None:
    """Writes the study. Raises WandbError where no run finished."""
    path = Path(os.environ["RUNNER_INPUT_DIR"], "sweep/open/sweep.json")
    sweep: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    settings = wandb_api.told()
    metric = (sweep["metric"] or {}).get("name") or settings["metric"]
    server = wandb_api.connect()
    parameters = sweep.pop("parameters")
    found = [run_of(node, metric, parameters) for node in wandb_api.runs(server, sweep, FIELDS)]
    for run in found:
        run["url"] = wandb_api.address(server, sweep, "runs", run["id"])
    workers = math.ceil(settings["count"] / settings["runs_per_worker"])
    if not settings["sweep_id"] and len(agents()) == workers:
        end(server, sweep)
    sweep |= {"state": wandb_api.state_of(server, sweep), "run_count": len(found)}
    wandb_api.write_json("study.json", {"sweep": sweep, "runs": found})
    states = Counter(run["state"] for run in found)
    print(f"{len(found)} runs: " + ", ".join(f"{count} {state}" for state, count in states.most_common()))
    require_one_finished(found, states)


def agents() -> list[str]:
    """The tasks of the agents that did their part."""
    folder = Path(os.environ["RUNNER_INPUT_DIR"], "agents")
    return sorted(f"agents/{path.name}" for path in folder.iterdir()) if folder.is_dir() else []


def end(server: wandb_api.Server, sweep: Mapping[str, Any]) -> None:
    """Ends a sweep that was created for this run and has no agent any more."""
    try:
        wandb_api.end_sweep(server, sweep)
    except wandb_api.WandbError as error:
        print(f"the sweep is not ended: {error}", file=sys.stderr)


def require_one_finished(found: list[dict[str, Any]], states: Counter[str]) -> None:
    """Raises WandbError where there is nothing to choose from."""
    if not found:
        raise wandb_api.WandbError("the sweep has no runs")
    if not states["finished"]:
        what = "failed" if set(states) == {"failed"} else "ended without finishing"
        which = f"every one of the {len(found)} runs" if len(found) > 1 else "the only run"
        where = " ".join([os.environ["RUNNER_RUN_ID"], *agents()[:1]])
        raise wandb_api.WandbError(f"{which} {what}; why is in the log: runner logs {where}")


def run_of(node: Mapping[str, Any], metric: str, parameters: list[str]) -> dict[str, Any]:
    """A run as the study has it."""
    config, summary = decoded(node["config"]), flat(decoded(node["summaryMetrics"]))
    return {
        "id": node["name"],
        "name": node["displayName"] or node["name"],
        "state": node["state"],
        "config": {name: value_of(config[name]) for name in parameters if name in config},
        "summary": {name: number for name, number in summary.items() if not name.startswith("_")},
        "value": summary.get(metric),
        "seconds": max(summary.get("_runtime", 0.0), between(node["createdAt"], node["heartbeatAt"])),
        "created": node["createdAt"],
    }


def value_of(entry: Any) -> Any:
    """What a parameter was; W&B keeps it below `value`."""
    return entry["value"] if isinstance(entry, dict) and "value" in entry else entry


def decoded(text: Any) -> dict[str, Any]:
    """An object that W&B sends as text; an empty one where it is none."""
    try:
        found = json.loads(text or "{}", parse_constant=lambda name: None)
    except (TypeError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def flat(summary: Mapping[str, Any], above: str = "", depth: int = 0) -> dict[str, float]:
    """The finite numbers of a summary, the parts of nested names joined by dots."""
    numbers: dict[str, float] = {}
    for name, value in summary.items():
        if isinstance(value, dict) and "_type" not in value and depth < DEEPEST:
            numbers |= flat(value, f"{above}{name}.", depth + 1)
        elif (number := wandb_api.finite(value)) is not None:
            numbers[above + name] = number
    return numbers


def between(began: Any, ended: Any) -> float:
    """Seconds between two moments as W&B writes them; 0 where one of them is unknown."""
    try:
        moments = [datetime.fromisoformat(str(text).removesuffix("Z")) for text in (began, ended)]
        return max(0.0, (moments[1] - moments[0]).total_seconds())
    except (TypeError, ValueError):
        return 0.0


if __name__ == "__main__":
    wandb_api.finish(main)
