"""What an evaluation says, as metrics, tables and charts, and where a training has put its weights."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

import msgspec

from runner.kinds.language.evaluation import FILE, Evaluation, read
from runner.kinds.language.pictures import charts
from runner.kinds.language.published import places
from runner.kinds.language.sections import CONFIDENCE, sections
from runner.manifest.common import Job
from runner.results.intervals import estimate
from runner.results.metrics import read_metrics
from runner.results.model import Findings, Metric, Place, TaskRecord
from runner.results.numbers import confidence_text

if TYPE_CHECKING:
    from pathlib import Path

_FIRST: Final = ("success_rate", "reward")
_WIDE: Final = 0.2
"""The width of an interval of a rate from which more episodes are worth asking for."""


def evaluation_findings(job: Job, tasks: Mapping[str, TaskRecord], outputs: Mapping[str, Path]) -> Findings:
    """How the models played; the metrics of the run are those of its evaluation.

    `outputs` are the folders of the tasks that succeeded.
    """
    kept: dict[str, tuple[Place, ...]] = {}
    warnings: list[str] = []
    for task, output in outputs.items():
        found, problems = places(task, output)
        kept |= found
        warnings += problems
    evaluated = [task for task in tasks if task.startswith("evaluate/") and task in outputs]
    if not evaluated:
        return Findings(places=kept, warnings=tuple(warnings))
    task = evaluated[0]
    document, problem = read(outputs[task])
    if document is None:
        return Findings(places=kept, warnings=(*warnings, f"{task}: {problem}"))
    return Findings(
        metrics=_metrics(outputs[task]),
        sections=sections(document),
        charts=charts(document),
        data={FILE: msgspec.to_builtins(document)},
        warnings=(*warnings, *_warnings(document, task)),
        places=kept,
    )


def _metrics(output: Path) -> dict[str, Metric]:
    """The evaluation's metrics, the judged player's in front."""
    found, _ = read_metrics(output)
    order = [
        *(name for name in _FIRST if name in found),
        *(name for name in found if "." not in name),
        *found,
    ]
    return {name: found[name] for name in order}


def _warnings(document: Evaluation, task: str) -> list[str]:
    """What a reader should know before they believe the numbers."""
    found = [f"{task}: {note}" for note in document.notes]
    (_, interval), _ = estimate(document.success_rate(document.players[0]), CONFIDENCE)
    if interval.high - interval.low > _WIDE:
        found.append(
            f"{task}: {document.episodes:,} episodes are few: the rate of success lies anywhere between "
            f"{interval.low:.0%} and {interval.high:.0%} ({confidence_text(CONFIDENCE)})"
        )
    if not any(player.successes for player in document.players):
        found.append(
            f"{task}: nobody succeeded in any episode; the examples show whether replies are in form"
        )
    return found
