"""The parts of a summary that say what came out: gates, tasks, failures, charts."""

from __future__ import annotations

from collections.abc import Sequence

from runner.manifest.units import duration_text
from runner.results.charts import file_names
from runner.results.charts.mermaid import diagram
from runner.results.links import Links
from runner.results.markdown import clean, code, details, escape, fence, table
from runner.results.model import Chart, GateResult, Report, TaskRecord
from runner.results.numbers import metric_text
from runner.wording import dollars, point

MOST_GATES = 60
MOST_TASKS = 120
UNFOLDED_TASKS = 20
MOST_FAILURES = 8
MAIN_METRICS = 3
LOG_LINES = 30
LOG_CHARACTERS = 3_000
MOST_WARNINGS = 20
MOST_CHART_CHARACTERS = 16_000


def warnings_block(report: Report, links: Links) -> str:
    """What a reviewer should know before anything else."""
    if not report.warnings:
        return ""
    lines = [f"- {escape(warning)}" for warning in report.warnings[:MOST_WARNINGS]]
    return (
        "### Warnings\n\n" + "\n".join(lines) + links.more(len(report.warnings) - MOST_WARNINGS, "warnings")
    )


def gates_block(report: Report, links: Links) -> str:
    """Every gate with its verdict and the interval that it rests on."""
    if not report.gates:
        return ""
    rows = [
        (f"**{gate.verdict}**", escape(gate.statement), escape(_rests_on(gate)))
        for gate in report.gates[:MOST_GATES]
    ]
    body = table(("Verdict", "Gate", "Rests on"), rows)
    return f"### Gates\n\n{body}" + links.more(len(report.gates) - MOST_GATES, "gates")


def tasks_block(report: Report, links: Links) -> str:
    """Every task: state, attempts, time, cost and main metrics; most of many that are well folded away."""
    if not report.tasks:
        return ""
    order = sorted(report.tasks, key=_rank)
    others = sum(task.can_be_retried for task in order)
    unfolded = min(max(others, UNFOLDED_TASKS), MOST_TASKS)
    shown = report.tasks if len(order) <= unfolded else order[:unfolded]
    parts = [f"### Tasks\n\n{_tasks(report, shown)}"]
    if folded := order[len(shown) : MOST_TASKS]:
        parts.append(details(_folded(folded), _tasks(report, folded)))
    left = len(order) - len(shown) - len(folded)
    return "\n\n".join(parts) + links.more(left, "tasks")


def _rank(task: TaskRecord) -> int:
    """Where a task stands in a long table: what went wrong first, what was not needed last."""
    return 2 if task.outcome == "skipped" else int(task.did_its_part)


def _folded(tasks: Sequence[TaskRecord]) -> str:
    succeeded = all(task.outcome == "succeeded" for task in tasks)
    return f"{len(tasks)} more that succeeded" if succeeded else f"{len(tasks)} more, none of which failed"


def _tasks(report: Report, tasks: Sequence[TaskRecord]) -> str:
    demanded = [gate.metric for gate in report.gates]
    rows = [
        (
            _task(task),
            task.outcome if task.did_its_part else f"**{task.outcome}**",
            str(len(task.attempts)),
            duration_text(task.seconds) if task.attempts else "",
            dollars(task.cost) if task.attempts else "",
            _main_metrics(task, demanded),
        )
        for task in tasks
    ]
    cost = "On Modal:" if report.provenance.backend == "local" else "Cost:"
    return table(("Task", "State", "Attempts:", "Time:", cost, "Metrics"), rows)


def _task(task: TaskRecord) -> str:
    """A task's id, and what it stands for where that is a mere number."""
    which = point(task.id, task.parameters)
    return f"{code(task.id)} {escape(which)}" if which else code(task.id)


def failures_block(report: Report, links: Links) -> str:
    """For every task that failed: why, and the last lines of its log."""
    failed = [task for task in report.tasks if task.failed]
    if not failed:
        return ""
    parts = [_failure(task) for task in failed[:MOST_FAILURES]]
    return (
        "### What failed\n\n" + "\n\n".join(parts) + links.more(len(failed) - MOST_FAILURES, "failed tasks")
    )


def charts_block(report: Report, links: Links) -> str:
    """The charts: images of the folder, or diagrams, and beyond the room for those links to the images."""
    if not report.charts:
        return ""
    parts, left = [], MOST_CHART_CHARACTERS
    for chart, name in zip(report.charts, file_names(report.charts), strict=True):
        title = escape(chart.title, 200) or name
        image = f"[{title}]({links.folder}charts/{name})"
        part = _diagram(chart, image, left) if links.diagrams else f"!{image}"
        left -= len(part)
        parts.append(part)
    return "### Charts\n\n" + "\n\n".join(parts)


def _diagram(chart: Chart, image: str, room: int) -> str:
    drawn = f"{diagram(chart)}\n\nAs a picture: {image}"
    return drawn if len(drawn) <= room else image


def _rests_on(gate: GateResult) -> str:
    return "; ".join(part for part in (gate.method, gate.reason) if part)


def _main_metrics(task: TaskRecord, demanded: Sequence[str]) -> str:
    """The metrics that gates ask for, then others, a few in all."""
    names = [name for name in dict.fromkeys(demanded) if name in task.metrics]
    names += [name for name in task.metrics if name not in names and not name.startswith("champion.")]
    shown = [f"{escape(name, 60)} {metric_text(task.metrics[name])}" for name in names[:MAIN_METRICS]]
    return ", ".join(shown)


def _failure(task: TaskRecord) -> str:
    last = task.attempts[-1] if task.attempts else None
    head = f"{_task(task)}: {task.outcome}"
    if len(task.attempts) > 1:
        head += f" after {len(task.attempts)} attempts"
    if last is not None and (last.reason or last.exit_code is not None):
        head += f": {escape(last.reason.rstrip('.')) or f'exit code {last.exit_code}'}"
    return (
        f"{head}. Its last lines:\n\n{fence(_tail(task.log_tail))}" if task.log_tail.strip() else f"{head}."
    )


def _tail(log: str) -> str:
    """The last lines of a log, each cut where it is very long."""
    lines = clean(log[-16 * LOG_CHARACTERS :]).strip("\n").split("\n")[-LOG_LINES:]
    text = "\n".join(line if len(line) <= 300 else f"{line[:299]}…" for line in lines)
    return text if len(text) <= LOG_CHARACTERS else "…" + text[-LOG_CHARACTERS:]
