"""Runs, as GraphQL shows them."""

from __future__ import annotations

import json
import mimetypes
import re
from typing import Any

from tests.standins.wandb import histories
from tests.standins.wandb.graphql.connections import connection
from tests.standins.wandb.graphql.executing import Node
from tests.standins.wandb.graphql.view import View
from tests.standins.wandb.selecting import dig
from tests.standins.wandb.state import Run, moment, node_id
from tests.standins.wandb.storage import md5

LINE = re.compile(r"(?P<error>ERROR )?(?P<time>\d{4}-\d\d-\d\dT[\d:.]+Z?) (?P<text>.*)", re.DOTALL)


def run_node(view: View, run: Run) -> Node:
    """A run."""
    return Node("Run", basics(view, run) | standing(run) | contents(view, run) | reading(run))


def basics(view: View, run: Run) -> dict[str, Any]:
    """What it is."""
    owner = Node("User", {"name": run.project.entity, "username": run.project.entity})
    return {
        "id": run.id,
        "name": run.name,
        "displayName": run.display_name,
        "description": run.description,
        "notes": run.notes,
        "tags": run.tags,
        "group": run.group,
        "jobType": run.job_type,
        "host": run.host,
        "commit": None,
        "sweepName": run.sweep,
        "projectId": str(run.project.number),
        "project": lambda: view.project(run.project),
        "user": owner,
        "readOnly": False,
        "createdAt": moment(run.created),
        "heartbeatAt": moment(run.heard),
    }


def standing(run: Run) -> dict[str, Any]:
    """What has become of it."""
    return {
        "state": run.state,
        "exitcode": run.exit_code,
        "shouldStop": run.stopping,
        "stopped": run.stopping,
        "failed": run.state == "failed",
        "running": run.state == "running",
    }


def contents(view: View, run: Run) -> dict[str, Any]:
    """What it holds."""
    return {
        "config": lambda: json.dumps(run.config),
        "wandbConfig": lambda keys: json.dumps(
            {key: value for key in keys if (value := dig(run.config, f"_wandb.value.{key}")) is not None}
        ),
        "summaryMetrics": lambda: json.dumps(run.summary),
        "systemMetrics": "{}",
        "fileCount": len(run.files),
        "files": lambda **page: file_list(view, run, **page),
        "outputArtifacts": lambda first=None, after=None: view.artifacts(run.outputs, first, after),
        "inputArtifacts": lambda first=None, after=None: view.artifacts(run.inputs, first, after),
    }


def reading(run: Run) -> dict[str, Any]:
    """Its history and its console."""

    def rows(samples: int = histories.SAMPLES, min_step: Any = None, max_step: Any = None) -> list[str]:
        chosen = histories.between(run.history, min_step, max_step)
        return [json.dumps(row) for row in histories.sampled(chosen, samples)]

    def by_specifications(specs: Any) -> list[Any]:
        return [histories.by_specification(run.history, each) for each in as_list(specs)]

    return {
        "history": rows,
        "sampledHistory": by_specifications,
        "historyKeys": lambda: histories.keys_of(run.history),
        "historyLineCount": len(run.history),
        "historyTail": lambda: json.dumps([json.dumps(row) for row in run.history[-1:]]),
        "parquetHistory": lambda live_keys: Node(
            "ParquetHistory", {"parquetUrls": [], "liveData": run.history}
        ),
        "events": lambda samples=histories.SAMPLES: [
            json.dumps(row) for row in histories.sampled(run.events, samples)
        ],
        "eventsLineCount": len(run.events),
        "eventsTail": lambda: json.dumps([json.dumps(row) for row in run.events[-1:]]),
        "logLineCount": len(run.logs),
        "logLines": lambda **page: log_lines(run, **page),
    }


def as_list(value: Any) -> list[Any]:
    """GraphQL takes one thing for a list of it."""
    return value if isinstance(value, list) else [value]


def file_list(
    view: View,
    run: Run,
    names: list[str] | None = None,
    after: str | None = None,
    first: int | None = None,
    pattern: str | None = None,
) -> Node:
    """Its files; the pattern is one of SQL's LIKE, of which the percent sign is known."""
    found = [name for name in run.files if (not names or name in names)]
    if pattern:
        head, _, tail = pattern.partition("%")
        found = [name for name in found if name.startswith(head) and name.endswith(tail)]
    return connection("File", found, lambda name: file_node(view, run, name), first, after)


def file_node(view: View, run: Run, name: str) -> Node:
    """One of its files."""
    content, url = run.files[name], view.storage.of_run(run, name)
    return Node(
        "File",
        {
            "id": node_id("File", run.id, name),
            "name": name,
            "url": lambda upload=False: url,
            "directUrl": url,
            "sizeBytes": str(len(content)),
            "mimetype": mimetypes.guess_type(name)[0],
            "updatedAt": moment(run.heard),
            "md5": md5(content),
        },
    )


def log_lines(
    run: Run,
    first: int | None = None,
    after: str | None = None,
    last: int | None = None,
    use_improved_pagination: bool = False,
) -> Node:
    """What it printed."""
    numbered = list(enumerate(run.logs))
    if last is not None:
        numbered = numbered[-last:] if last else []
    return connection("LogLine", numbered, log_line, first, after)


def log_line(numbered: tuple[int, str]) -> Node:
    """One line, with its number; clients send its time, and whether it is of stderr, within it."""
    number, line = numbered
    parts = LINE.fullmatch(line)
    told = {
        "number": number,
        "timestamp": parts["time"] if parts else None,
        "level": "error" if parts and parts["error"] else "info",
        "label": None,
        "line": parts["text"] if parts else line,
    }
    return Node("LogLine", told)


def read_run(run: Run, name: str) -> Any:
    """A field of a run, by the name that filters and orders have for it."""
    fields = {
        "name": run.name,
        "state": run.state,
        "sweep": run.sweep,
        "displayName": run.display_name,
        "display_name": run.display_name,
        "group": run.group,
        "jobType": run.job_type,
        "tags": run.tags,
        "host": run.host,
        "created_at": run.created,
        "createdAt": moment(run.created),
        "heartbeat_at": run.heard,
        "heartbeatAt": moment(run.heard),
    }
    if name in fields:
        return fields[name]
    kind, _, key = name.partition(".")
    if kind == "summary_metrics":
        return dig(run.summary, key)
    return dig(run.point, key.removesuffix(".value")) if kind == "config" else None
