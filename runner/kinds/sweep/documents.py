"""The study as files: the best configuration, and all trials."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from runner.kinds.sweep.study import Study, Trial
from runner.manifest.dump import dump
from runner.results.markdown import one_line
from runner.results.model import RUN

MOST_NUMBERS: Final = 100_000
"""Metrics of all trials together that are kept."""

MOST_BYTES: Final = 16 << 20
_LONGEST_TEXT: Final = 500


def best_file(study: Study, best: Trial, job: str) -> str:
    """The point of the best trial as YAML, nested as its program got it, and where it comes from.

    Every reader of YAML 1.1 or 1.2 takes its numbers for numbers and its text for text.
    """
    goal = "highest" if study.goal == "maximize" else "lowest"
    head = (
        f"# The best of {len(study.trials)} trials of the job {job}, run {RUN}: {one_line(best.name)}.\n"
        f"# {one_line(study.metric)}: {best.value!r}, the {goal}.\n"
    )
    return head + dump(best.point)


def study_file(study: Study) -> str:
    """All trials as JSON, one on each line; of very many, not all metrics, and the best ones at least."""
    head = {
        "schema": "runner/study/v1",
        "metric": study.metric,
        "goal": study.goal,
        "sweep": None if study.page is None else msgspec.to_builtins(study.page),
        "counts": dict(study.counts),
    }
    most = max(1, MOST_NUMBERS // max(1, len(study.trials)))
    lines, room = [], MOST_BYTES
    ranked = {id(trial) for trial in study.ranked}
    for trial in (*study.ranked, *(trial for trial in study.trials if id(trial) not in ranked)):
        line = msgspec.json.encode(_entry(trial, study.metric, most)).decode()
        room -= len(line)
        if room < 0:
            break
        lines.append(line)
    text = msgspec.json.encode(head | {"left_out": len(study.trials) - len(lines)}).decode()
    return f'{text[:-1]},"trials":[\n' + ",\n".join(lines) + "\n]}\n"


def _entry(trial: Trial, metric: str, most: int) -> dict[str, Any]:
    names = [name for name in (metric, *trial.metrics) if name in trial.metrics]
    entry = {
        "name": trial.name,
        "state": trial.state,
        "value": trial.value,
        "parameters": {name: _short(value) for name, value in trial.values.items()},
        "seconds": None if trial.seconds is None else round(trial.seconds, 3),
        "url": trial.url[:_LONGEST_TEXT],
        "metrics": {name: trial.metrics[name].value for name in list(dict.fromkeys(names))[:most]},
    }
    return {name: value for name, value in entry.items() if value not in ("", {}, None) or name == "value"}


def _short(value: Any) -> Any:
    if isinstance(value, int | float | None):
        return value
    text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    return value if len(text) <= _LONGEST_TEXT else f"{text[:_LONGEST_TEXT]}…"
