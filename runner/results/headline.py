"""The first things that are read of a run: its title and its verdict."""

from __future__ import annotations

from runner.manifest.units import duration_text
from runner.results.markdown import code, escape, one_line
from runner.results.model import GateResult, Metric, Report, TaskRecord, Verdict
from runner.results.numbers import compact, confidence_text, fixed, signed

_LONGEST_TITLE = 120
_MOST_NAMED = 5


def title(report: Report) -> str:
    """What changed, in one plain line; it becomes the title of the pull request.

    For example `skirmish-weights: +4.1 points vs champion (95 %: 2.9 to 5.3)`.
    """
    reservation = _reservation(report)
    change = one_line(f"{report.job}: {_change(report)}", _LONGEST_TITLE - len(reservation))
    return change + reservation


def verdict_line(report: Report) -> str:
    """The verdict and what it rests on, as one line of Markdown."""
    return f"**Verdict: {report.verdict}.** {_grounds(report)}"


def run_line(report: Report) -> str:
    """Which run this is and what became of it, as one line of Markdown."""
    failed = len(_failed(report))
    done = sum(task.outcome == "succeeded" for task in report.tasks)
    parts = [f"{done} of {len(report.tasks)} tasks succeeded"]
    if stopped := sum(task.outcome == "stopped" for task in report.tasks):
        parts.append(f"{stopped} stopped early")
    if failed:
        parts.append(f"{failed} failed")
    return (
        f"Run {code(report.run)} of {code(report.job)} ({escape(report.kind)}): **{report.state}**, "
        f"{', '.join(parts)}, in {duration_text(max(0.0, report.ended - report.started))}."
    )


def _change(report: Report) -> str:
    compared = [gate for gate in report.gates if gate.baseline is not None and gate.value is not None]
    if compared:
        return _against_champion(report, compared)
    measured = next((gate for gate in report.gates if gate.value is not None), None)
    if measured is not None and measured.value is not None:
        return f"{_which(report, measured)}{measured.metric} {_plain(report, measured)}"
    if report.state != "succeeded":
        return report.state
    first = [f"{name} {compact(metric.value)}" for name, metric in report.metrics.items()][:1]
    landing = [f"new weights for {_count(len(report.weights), 'file')}"] if report.weights else []
    return ", ".join([*first, *landing]) or f"{_count(len(report.tasks), 'task')} succeeded"


def _against_champion(report: Report, compared: list[GateResult]) -> str:
    """The gate that decides: the first that fails, else that is undecided, else the first."""
    order = ("fail", "undecided", "pass")
    gate = min(compared, key=lambda one: order.index(one.verdict))
    low, high = gate.low, gate.high
    delta = (gate.value or 0.0) - (gate.baseline or 0.0)
    others = f", and {len(compared) - 1} more" if len(compared) > 1 else ""
    exact = not gate.method or low is None or high is None
    if _is_rate(report, gate):
        change = f"{_which(report, gate)}{_points(delta)} points vs champion"
        interval = (
            ""
            if exact
            else f" ({_confidence(gate)}: {fixed(100 * (low or 0), 1)} to {fixed(100 * (high or 0), 1)})"
        )
    else:
        change = f"{_which(report, gate)}{gate.metric} {signed(delta)} vs champion"
        interval = "" if exact else f" ({_confidence(gate)}: {compact(low or 0)} to {compact(high or 0)})"
    return change + interval + others


def _reservation(report: Report) -> str:
    """What stands against the good news, in brackets: the state or the verdict, and tasks that failed."""
    reasons = []
    failed = _failed(report)
    if report.state == "succeeded" and report.gates and report.verdict != "pass":
        reasons.append("gate failed" if report.verdict == "fail" else "undecided")
    if report.state == "cancelled" or (report.state == "failed" and not failed):
        # Without a measured gate the title says so already.
        reasons += [report.state] if any(gate.value is not None for gate in report.gates) else []
    if failed:
        reasons.append(_failures(report))
    return f" [{', '.join(reasons)}]" if reasons else ""


def _failed(report: Report) -> list[TaskRecord]:
    return [task for task in report.tasks if task.failed]


def _failures(report: Report) -> str:
    return f"{len(_failed(report))} of {_count(len(report.tasks), 'task')} failed"


def _grounds(report: Report) -> str:
    if not report.gates:
        grounds = "No gate declared, so nothing was demanded of the result."
    else:
        grounds = _gate_grounds(report)
    if failed := _failed(report):
        names = ", ".join(code(task.id) for task in failed[:_MOST_NAMED])
        more = f" and {len(failed) - _MOST_NAMED} more" if len(failed) > _MOST_NAMED else ""
        grounds = f"{grounds} {_failures(report)}: {names}{more}."
    if report.state == "succeeded":
        return grounds
    return f"The run {'was cancelled' if report.state == 'cancelled' else 'failed'}. {grounds}"


def _gate_grounds(report: Report) -> str:
    """How many gates hold, and the one statement that decides."""
    total = len(report.gates)
    decisive: Verdict
    for decisive, one, many in (("fail", "fails", "fail"), ("undecided", "is undecided", "are undecided")):
        held = [gate for gate in report.gates if gate.verdict == decisive]
        if held:
            who = "The gate" if total == 1 else f"{len(held)} of {total} gates"
            return f"{who} {one if len(held) == 1 else many}: {escape(held[0].statement)}."
    first = escape(report.gates[0].statement)
    return (
        f"The gate holds: {first}."
        if total == 1
        else f"{'Both' if total == 2 else f'All {total}'} gates hold; {first}."
    )


def _plain(report: Report, gate: GateResult) -> str:
    value = fixed(gate.value or 0.0) if _is_rate(report, gate) else compact(gate.value or 0.0)
    if not gate.method or gate.low is None or gate.high is None:
        return value
    return f"{value} ({_confidence(gate)}: {compact(gate.low)} to {compact(gate.high)})"


def _is_rate(report: Report, gate: GateResult) -> bool:
    metric = _metric(report, gate)
    return metric is not None and metric.trials is not None


def _metric(report: Report, gate: GateResult) -> Metric | None:
    if not gate.task:
        return report.metrics.get(gate.metric)
    return next((task.metrics.get(gate.metric) for task in report.tasks if task.id == gate.task), None)


def _which(report: Report, gate: GateResult) -> str:
    """The gate's task without its stage, and a space, where another task could be meant."""
    judged = {one.task for one in report.gates if one.metric == gate.metric}
    measured = {task.id for task in report.tasks if gate.metric in task.metrics}
    return f"{gate.task.rpartition('/')[2]} " if gate.task and len(judged | measured) > 1 else ""


def _points(delta: float) -> str:
    text = fixed(100 * delta, 1)
    return f"+{text}" if delta > 0 else text


def _confidence(gate: GateResult) -> str:
    return confidence_text(gate.confidence)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
