"""What the programs that talk to W&B wrote down: the sweep and its runs. None of it is trusted."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, TypeVar

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from runner.kinds.sweep.names import RUNS
from runner.kinds.sweep.study import (
    MOST_PARAMETERS,
    Goal,
    Study,
    SweepPage,
    Trial,
    TrialState,
    inferred,
    values_of,
)
from runner.plan.space import point
from runner.results.markdown import one_line
from runner.results.metrics import metrics_in
from runner.worker.trees import open_plain

SWEEP_FILE: Final = "sweep.json"
STUDY_FILE: Final = "study.json"
LARGEST: Final = 64 << 20
MOST_RUNS: Final = 20_000
_LONGEST_NAME: Final = 100
_DEEPEST: Final = 20
_STATES: Final[dict[str, TrialState]] = {
    "finished": "finished",
    "failed": "failed",
    "crashed": "failed",
    "killed": "stopped",
}
"""W&B kills the runs that are not worth going on with; one that died without a word has crashed."""

_RUN_FOLDER: Final = re.compile(r"run-\d{8}_\d{6}-([A-Za-z0-9_-]{1,128})")

Document = TypeVar("Document")


class _Metric(Struct):
    name: str = ""
    goal: Goal = "minimize"


class _Sweep(Struct):
    id: str = ""
    entity: str = ""
    project: str = ""
    name: str | None = ""
    url: str | None = ""
    metric: _Metric | None = None
    early_terminate: Any = None


class _Study(Struct):
    sweep: _Sweep
    runs: list[Any]


class _Run(Struct):
    id: str
    name: str | None = ""
    state: str = ""
    config: dict[str, Any] = {}
    summary: dict[str, Any] = {}
    value: Any = None
    seconds: float | None = None
    url: str | None = ""
    created: str | float | None = None


def page_of(output: Path | None) -> SweepPage | None:
    """The sweep's page at W&B, as the task that opened it wrote down; None where there is none."""
    if output is None:
        return None
    try:
        return _page(_read(output / SWEEP_FILE, _Sweep))
    except (OSError, ValueError, RecursionError):
        return None


def run_page(page: SweepPage, output: Path) -> str:
    """The page of the run that logged from an output folder; empty where none did, or not online."""
    place = page.url.partition("/sweeps/")[0]
    try:
        names = sorted(path.name for path in (output / "wandb").iterdir())
    except OSError:
        return ""
    found = [match[1] for name in names if (match := _RUN_FOLDER.fullmatch(name))]
    return f"{place}/runs/{found[-1]}" if found and place != page.url else ""


def runs_of(outputs: Mapping[str, Path], asked: Study) -> Study:
    """The study of the runs that W&B has, where it was to be `asked`."""
    asked = replace(asked, page=_scheduled(asked.page))
    if RUNS not in outputs:
        return replace(asked, problems=(f"{RUNS} did not succeed, so there is no study: its log says why",))
    try:
        document = _read(outputs[RUNS] / STUDY_FILE, _Study)
    except FileNotFoundError:
        return replace(asked, problems=(f"{RUNS} wrote no {STUDY_FILE}",))
    except (OSError, ValueError, RecursionError) as problem:
        reason = "it is nested too deeply" if isinstance(problem, RecursionError) else str(problem)
        return replace(asked, problems=(f"{STUDY_FILE} of {RUNS} cannot be read: {reason}",))
    said = document.sweep.metric
    if not asked.metric and said is not None:
        asked = replace(asked, metric=one_line(said.name, 200), goal=said.goal)
    found = [_trial(run, asked) for run in document.runs[:MOST_RUNS]]
    trials = tuple(trial for trial in found if trial is not None)
    problems = []
    if left := len(document.runs) - len(trials):
        problems.append(f"{left:,} of {len(document.runs):,} runs at W&B make no sense: left out")
    return replace(
        asked,
        trials=trials,
        dimensions=asked.dimensions or inferred([trial.values for trial in trials]),
        page=_scheduled(_page(document.sweep)),
        problems=tuple(problems),
    )


def _read(path: Path, kind: type[Document]) -> Document:
    with open_plain(path) as file:
        content = file.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise ValueError(f"it is larger than {LARGEST >> 20} MiB")
    return msgspec.json.decode(content, type=kind)


def _scheduled(page: SweepPage | None) -> SweepPage | None:
    return None if page is None else replace(page, scheduled=True)


def _page(sweep: _Sweep) -> SweepPage:
    path = "/".join(one_line(part, _LONGEST_NAME) for part in (sweep.entity, sweep.project, sweep.id) if part)
    return SweepPage(path, sweep.url or "", one_line(sweep.name or "", _LONGEST_NAME))


def _trial(raw: Any, study: Study) -> Trial | None:
    """A run as a trial; None where it is not what a run should be."""
    try:
        run = msgspec.convert(raw, _Run)
        if len(run.config) > MOST_PARAMETERS or not _is_shallow(run.config, _DEEPEST):
            return None
        values = values_of(run.config, study.dimensions)
        metrics, _ = metrics_in(run.summary)
        known = [one for one in study.dimensions if one.name in values]
        return Trial(
            name=one_line(run.name or run.id, _LONGEST_NAME),
            state=_STATES.get(run.state, "unfinished"),
            point=point(known, [values[one.name] for one in known]) if known else run.config,
            values=values,
            value=_value(run, metrics[study.metric].value if study.metric in metrics else None),
            metrics=metrics,
            seconds=run.seconds,
            ended=_moment(run.created) + (run.seconds or 0.0),
            url=run.url or "",
        )
    except (msgspec.ValidationError, RecursionError):
        return None


def _is_shallow(value: Any, depth: int) -> bool:
    """Whether nothing in it lies more than `depth` levels deep."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return depth > 0 and all(_is_shallow(one, depth - 1) for one in inner)


def _value(run: _Run, logged: float | None) -> float | None:
    given = run.value
    usable = isinstance(given, int | float) and not isinstance(given, bool) and math.isfinite(given)
    return float(given) if usable else logged


def _moment(created: str | float | None) -> float:
    """Seconds since the epoch; 0 where it is not said."""
    if isinstance(created, int | float):
        return float(created)
    try:
        moment = datetime.fromisoformat(created or "")
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return 0.0
