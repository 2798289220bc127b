"""What came of a run. `Report` is written as `results/<job>/<run>/result.json`."""

from __future__ import annotations

from typing import Any, Final, Literal

from msgspec import Struct

RUN: Final = "${run}"
"""Stands in a file of findings for the id of the run, which only the pipeline knows."""

FOLDER: Final = "${folder}"
"""Stands in the command of a place for the folder that the file lands in, which only the pipeline knows."""

Verdict = Literal["pass", "fail", "undecided"]
RunState = Literal["succeeded", "failed", "cancelled"]
Outcome = Literal[
    "succeeded",
    "failed",
    "timeout",
    "stalled",
    "out-of-memory",
    "preempted",
    "infrastructure",
    "suspended",
    "cancelled",
    "skipped",
    "stopped",
]


class Metric(Struct, frozen=True, omit_defaults=True):
    """A number that a program reported, with what is known of its sample.

    A rate carries `trials` (its sample size), a mean its `stddev` and `count`; a bare value
    neither, and is then taken as exact. Where the champion met the same seeds, a rate says on how many of
    them only it succeeded (`gained`) and only the champion did (`lost`), and a mean the spread of what it
    is above the champion's, seed by seed (`paired_stddev`).
    """

    value: float
    trials: int | None = None
    stddev: float | None = None
    count: int | None = None
    gained: int | None = None
    lost: int | None = None
    paired_stddev: float | None = None


class Series(Struct, frozen=True, omit_defaults=True):
    """One named line of points (x, y); with `dots`, the points alone."""

    name: str
    points: tuple[tuple[float, float], ...]
    dots: bool = False


class LineChart(Struct, frozen=True, tag="line"):
    """Progress over time."""

    name: str
    title: str
    x_label: str
    y_label: str
    series: tuple[Series, ...]


class Bar(Struct, frozen=True, omit_defaults=True):
    """One bar with an optional interval around its value."""

    label: str
    value: float
    low: float | None = None
    high: float | None = None


class BarChart(Struct, frozen=True, tag="bar", omit_defaults=True):
    """Values side by side, with whiskers where an interval is known; `reference` is a dashed line."""

    name: str
    title: str
    y_label: str
    bars: tuple[Bar, ...]
    reference: float | None = None


class Axis(Struct, frozen=True, omit_defaults=True):
    """One axis of parallel coordinates. With `ticks` (names), values count them from 0; `log` is base 10."""

    label: str
    low: float
    high: float
    log: bool = False
    ticks: tuple[str, ...] = ()


class ParallelChart(Struct, frozen=True, tag="parallel", omit_defaults=True):
    """Parallel coordinates: one line per trial, with a value on every axis; None where it has none.

    The last axis is the metric. `best` is the index of the line that stands out, `higher_is_better`
    says which end of the last axis is good.
    """

    name: str
    title: str
    axes: tuple[Axis, ...]
    lines: tuple[tuple[float | None, ...], ...]
    best: int | None = None
    higher_is_better: bool = True


Chart = LineChart | BarChart | ParallelChart


class Place(Struct, frozen=True, omit_defaults=True):
    """Where a produced file is kept beside the run: a W&B artifact, a repository of the Hugging Face hub.

    `name` with `version` (a version of the artifact, a commit of the repository) is what never changes;
    `get` is the command that fetches the file, the first `${folder}` in it being where to.
    """

    kind: Literal["wandb-artifact", "huggingface"]
    name: str
    version: str
    get: str
    url: str = ""


class Findings(Struct, frozen=True, kw_only=True):
    """What a kind makes of its tasks' outputs.

    `metrics` are of the whole run, `task_metrics` by task id. `sections` are Markdown blocks of
    the summary, each beginning with a `### ` heading. `data` are documents to keep, by file name.
    `aliases` are names that `deploy` may use for tasks which are known only now, such as the best trial.
    `files` are texts that `deploy` may land, by name, and that are kept like `data`; the first `${run}`
    in one stands for the run's id. `places` say where produced files are kept beside the run, by task id and
    path as `task:path`.
    """

    metrics: dict[str, Metric] = {}
    task_metrics: dict[str, dict[str, Metric]] = {}
    sections: tuple[str, ...] = ()
    charts: tuple[Chart, ...] = ()
    data: dict[str, Any] = {}
    warnings: tuple[str, ...] = ()
    aliases: dict[str, str] = {}
    files: dict[str, str] = {}
    places: dict[str, tuple[Place, ...]] = {}


class GateResult(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One gate judged on one task (or on the run, where `task` is empty).

    `low` and `high` are the confidence interval of what is judged: the metric itself, or with
    `against` its difference from the baseline. `method` names the interval's source.
    """

    statement: str
    verdict: Verdict
    metric: str
    task: str = ""
    value: float | None = None
    baseline: float | None = None
    low: float | None = None
    high: float | None = None
    confidence: float = 0.95
    method: str = ""
    reason: str = ""


class AttemptRecord(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One try at a task. Times are seconds since the epoch, sizes bytes."""

    number: int
    outcome: Outcome
    started: float
    ended: float
    exit_code: int | None = None
    reason: str = ""
    peak_memory: int | None = None


class TrialRecord(Struct, frozen=True, omit_defaults=True):
    """What a trial tried, by parameter, and what the search's metric came to."""

    point: dict[str, Any]
    value: float | None = None


class TaskRecord(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What became of a task. `log_tail` holds the last lines of a failed one. `cost` in USD.

    `parameters` are what tells it from its siblings. `left_out` names what its output held besides
    plain files; nothing of that was kept.
    """

    id: str
    outcome: Outcome
    parameters: dict[str, str] = {}
    attempts: tuple[AttemptRecord, ...] = ()
    metrics: dict[str, Metric] = {}
    seconds: float = 0.0
    cost: float = 0.0
    log_tail: str = ""
    left_out: tuple[str, ...] = ()
    trial: TrialRecord | None = None

    @property
    def did_its_part(self) -> bool:
        """Whether it succeeded, or is a trial that its search stopped early."""
        return self.outcome in ("succeeded", "stopped")

    @property
    def failed(self) -> bool:
        """Whether it ended badly by itself: it was neither skipped nor cancelled."""
        return not self.did_its_part and self.outcome not in ("skipped", "cancelled")

    @property
    def can_be_retried(self) -> bool:
        """Whether `runner retry` would try it again by itself."""
        return self.failed or self.outcome == "cancelled"


class WeightChange(Struct, frozen=True, omit_defaults=True):
    """One named number of a readable weight file, before and after."""

    name: str
    old: float | None
    new: float | None


class WeightFile(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A file that the run proposes to put into the repository at `path`.

    `task` made it, or none: then all of them did. `source` is where the run left it, from the run's folder.
    A file over the size limit lands as a `pointer` to the run, or through Git `lfs`. `places` are where else
    it is kept.
    """

    path: str
    task: str
    sha256: str
    bytes: int
    previous_sha256: str = ""
    changes: tuple[WeightChange, ...] = ()
    pointer: bool = False
    lfs: bool = False
    source: str = ""
    places: tuple[Place, ...] = ()


class Cost(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """US dollars at the provider's prices: the bound, the estimate's interval, what it came to."""

    bound: float
    actual: float
    estimate_low: float | None = None
    estimate_high: float | None = None
    prices_dated: str = ""


class Provenance(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where a result comes from, so that it can be made again."""

    commit: str
    tree: str
    repository: str = ""
    uncommitted: tuple[str, ...] = ()
    manifest_path: str = ""
    manifest_sha256: str = ""
    overrides: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    seed: int | None = None
    backend: str = ""
    runner_version: str = ""
    python_version: str = ""
    platform: str = ""


class Report(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The whole result of a run."""

    schema: Literal["runner/result/v1"] = "runner/result/v1"
    run: str
    job: str
    kind: str
    state: RunState
    verdict: Verdict
    started: float
    ended: float
    tasks: tuple[TaskRecord, ...]
    cost: Cost
    provenance: Provenance
    gates: tuple[GateResult, ...] = ()
    metrics: dict[str, Metric] = {}
    weights: tuple[WeightFile, ...] = ()
    warnings: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()
    charts: tuple[Chart, ...] = ()
