"""The parts of a summary that say what came out: gates, weights, tasks, failures, charts."""

from __future__ import annotations

from collections.abc import Sequence

from runner.manifest.units import duration_text, size_text
from runner.results.charts import file_names
from runner.results.markdown import clean, code, details, escape, fence, one_line, table
from runner.results.model import GateResult, Report, TaskRecord, WeightChange, WeightFile
from runner.results.numbers import compact, metric_text, signed
from runner.results.pointer import landing_path
from runner.wording import dollars, point

MOST_GATES = 60
MOST_TASKS = 120
UNFOLDED_TASKS = 20
MOST_FAILURES = 8
MOST_WEIGHT_FILES = 20
SHOWN_CHANGES = 8
FOLDED_CHANGES = 60
MAIN_METRICS = 3
LOG_LINES = 30
LOG_CHARACTERS = 3_000
MOST_WARNINGS = 20
_ORDER = "most changed first, relative to the old value and the file's typical size"


def warnings_block(report: Report) -> str:
    """What a reviewer should know before anything else."""
    if not report.warnings:
        return ""
    lines = [f"- {escape(warning)}" for warning in report.warnings[:MOST_WARNINGS]]
    return "### Warnings\n\n" + "\n".join(lines) + _more(len(report.warnings) - MOST_WARNINGS, "warnings")


def gates_block(report: Report) -> str:
    """Every gate with its verdict and the interval that it rests on."""
    if not report.gates:
        return ""
    rows = [
        (f"**{gate.verdict}**", escape(gate.statement), escape(_rests_on(gate)))
        for gate in report.gates[:MOST_GATES]
    ]
    body = table(("Verdict", "Gate", "Rests on"), rows)
    return f"### Gates\n\n{body}" + _more(len(report.gates) - MOST_GATES, "gates")


def weights_block(report: Report) -> str:
    """For every weight file: what it was, what it is, and which numbers changed most."""
    if not report.weights:
        return ""
    files = "\n\n".join(_weight_file(file, report.run) for file in report.weights[:MOST_WEIGHT_FILES])
    return f"### Weights\n\n{files}" + _more(len(report.weights) - MOST_WEIGHT_FILES, "files")


def tasks_block(report: Report) -> str:
    """Every task: state, attempts, time, cost and main metrics; most of many successes folded away."""
    if not report.tasks:
        return ""
    order = sorted(report.tasks, key=lambda task: task.outcome == "succeeded")
    others = sum(task.outcome != "succeeded" for task in order)
    unfolded = min(max(others, UNFOLDED_TASKS), MOST_TASKS)
    shown = report.tasks if len(order) <= unfolded else order[:unfolded]
    parts = [f"### Tasks\n\n{_tasks(report, shown)}"]
    if folded := order[len(shown) : MOST_TASKS]:
        parts.append(details(f"{len(folded)} more that succeeded", _tasks(report, folded)))
    left = len(order) - len(shown) - len(folded)
    return "\n\n".join(parts) + _more(left, "tasks")


def _tasks(report: Report, tasks: Sequence[TaskRecord]) -> str:
    demanded = [gate.metric for gate in report.gates]
    rows = [
        (
            _task(task),
            task.outcome if task.outcome == "succeeded" else f"**{task.outcome}**",
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


def failures_block(report: Report) -> str:
    """For every task that failed: why, and the last lines of its log."""
    failed = [task for task in report.tasks if task.outcome not in ("succeeded", "skipped", "cancelled")]
    if not failed:
        return ""
    parts = [_failure(task) for task in failed[:MOST_FAILURES]]
    return "### What failed\n\n" + "\n\n".join(parts) + _more(len(failed) - MOST_FAILURES, "failed tasks")


def charts_block(report: Report, folder: str) -> str:
    """The charts as images, by their path under `folder` (empty, or ending in a slash)."""
    images = [
        f"![{escape(chart.title, 200)}]({folder}charts/{name})"
        for chart, name in zip(report.charts, file_names(report.charts), strict=True)
    ]
    return "### Charts\n\n" + "\n\n".join(images) if images else ""


def _rests_on(gate: GateResult) -> str:
    return "; ".join(part for part in (gate.method, gate.reason) if part)


def _weight_file(file: WeightFile, run: str) -> str:
    before = code(file.previous_sha256[:12]) if file.previous_sha256 else "a new file"
    after = f"{code(file.sha256[:12])}, {size_text(file.bytes)}"
    head = f"{code(file.path)} from {code(file.task)}: {before} → {after}"
    if file.pointer:
        return (
            f"{head}. Too large for the repository: {code(landing_path(file))} lands in its place, and the "
            f"file itself stays with the run. Get it, where the run was made, with: "
            f"{code(f'runner results download {run}')}"
        )
    if file.sha256 == file.previous_sha256:
        return f"{head}. Unchanged."
    if not file.changes:
        return f"{head}."
    numbers = f"{len(file.changes)} number" + ("s" if len(file.changes) > 1 else "")
    parts = [f"{head}. {numbers} changed, {_ORDER}:", _changes(file.changes[:SHOWN_CHANGES])]
    if rest := file.changes[SHOWN_CHANGES : SHOWN_CHANGES + FOLDED_CHANGES]:
        left = len(file.changes) - SHOWN_CHANGES - len(rest)
        body = _changes(rest) + _more(left, "numbers")
        parts.append(details(f"{len(file.changes) - SHOWN_CHANGES} more", body))
    return "\n\n".join(parts)


def _changes(changes: Sequence[WeightChange]) -> str:
    rows = [(code(change.name, 100), *change_cells(change)) for change in changes]
    return table(("Name", "Old:", "New:", "Change:"), rows)


def change_cells(change: WeightChange) -> tuple[str, str, str]:
    """Old, new and change of a number, with as many digits as the change needs."""
    if change.old is None or change.new is None:
        old, new = ("" if value is None else compact(value) for value in (change.old, change.new))
        return old, new, "added" if change.old is None else "removed"
    old, new = compact(change.old), compact(change.new)
    if old == new:
        old, new = f"{change.old:.12g}", f"{change.new:.12g}"
    text = signed(change.new - change.old)
    if change.old:
        share = 100 * (change.new - change.old) / abs(change.old)
        text += f" ({share:+.1f} %)" if abs(share) < 1_000 else ""
    return old, new, text


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


def _more(count: int, what: str) -> str:
    return f"\n\n…and {count:,} more {one_line(what)}: see `result.json`." if count > 0 else ""
