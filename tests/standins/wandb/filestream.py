"""What a run streams while it goes: history, summary, console, and that it ends."""

from __future__ import annotations

import json
import time
from typing import Any

from tests.standins.wandb.state import Run


def receive(run: Run, body: dict[str, Any]) -> dict[str, Any]:
    """Take in what came.

    A chunk says which line it begins at. So one that comes twice is taken once, and a program that begins
    the same run anew writes over what was there.
    """
    run.heard = time.time()
    if run.state in ("pending", "crashed"):
        run.state = "running"
    for name, chunk in (body.get("files") or {}).items():
        take(run, name, chunk.get("offset", 0), chunk.get("content") or [])
    if body.get("complete"):
        end(run, int(body.get("exitcode") or 0))
    return {"exitcode": run.exit_code, "limits": {}, **({"stopped": True} if run.stopping else {})}


def take(run: Run, name: str, offset: int, lines: list[str]) -> None:
    """Lines of one of the streams."""
    if name == "wandb-history.jsonl":
        run.history[offset:] = [json.loads(line) for line in lines]
    elif name == "wandb-events.jsonl":
        run.events[offset:] = [json.loads(line) for line in lines]
    elif name == "wandb-summary.json":
        run.summary = json.loads(lines[-1]) if lines else run.summary
    else:
        run.logs[offset:] = lines


def end(run: Run, exit_code: int) -> None:
    """The run has said that it is at its end."""
    run.exit_code = exit_code
    if exit_code == 0:
        run.state = "finished"
    else:
        run.state = "killed" if run.stopping else "failed"
