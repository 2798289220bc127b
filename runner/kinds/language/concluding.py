"""What the outputs of both kinds say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from runner.kinds.language.findings import evaluation_findings
from runner.kinds.language.stages import EVALUATE
from runner.kinds.outputs import progress_charts, task_findings
from runner.manifest.common import Job
from runner.results.model import Findings, Metric, TaskRecord

if TYPE_CHECKING:
    from pathlib import Path

PLAYED: Final = frozenset({"success_rate", "reward", "turns", "tokens_per_second"})
"""What an evaluation reports, and a training of its own episodes, too."""


def concluded(job: Job, tasks: Mapping[str, TaskRecord], outputs: Mapping[str, Path]) -> Findings:
    """The metrics of every task, how the training went, and how the models played.

    Where the evaluation did not succeed, no gate is judged by how well it went while training.
    """
    metrics, warnings = task_findings(outputs)
    played = evaluation_findings(job, tasks, outputs)
    if any(task.startswith(f"{EVALUATE}/") and task not in outputs for task in tasks):
        metrics = {task: _but_played(found) for task, found in metrics.items()}
    return replace(
        played,
        task_metrics=metrics,
        charts=(*played.charts, *progress_charts(outputs)),
        warnings=(*warnings, *played.warnings),
    )


def _but_played(metrics: Mapping[str, Metric]) -> dict[str, Metric]:
    return {name: metric for name, metric in metrics.items() if name not in PLAYED}
