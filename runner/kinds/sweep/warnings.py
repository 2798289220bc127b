"""What a reader of a study must know before its numbers."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from runner.kinds.sweep.names import BEST
from runner.kinds.sweep.spec import SweepJob
from runner.kinds.sweep.study import Study
from runner.results.metrics import read_progress
from runner.wording import nearest, printable

MOST_NAMED: Final = 5
_LOOKED_AT: Final = 3


def warnings(study: Study, job: SweepJob, outputs: Mapping[str, Path]) -> tuple[str, ...]:
    """A sentence for each."""
    return (*study.problems, *_states(study), *_metric(study, outputs), *_best(study, job))


def _states(study: Study) -> Iterator[str]:
    failed = study.counts["failed"]
    scheduled = study.page is not None and study.page.scheduled
    if failed and scheduled:
        yield (
            f"{failed:,} of {len(study.trials):,} trials are lost: W&B counts a point as tried even where "
            "its run failed or crashed, and the embedded scheduler would try it again"
        )
    elif failed:
        again = "; runner retry gives them another try at the same points"
        yield f"{failed:,} of {len(study.trials):,} trials failed{again}"
    if left := study.counts["unfinished"]:
        yield f"{left:,} {'run' if left == 1 else 'runs'} had not ended at W&B when they were read"
    if scheduled and 0 < len(study.trials) < study.asked:
        yield f"W&B has {len(study.trials):,} runs of the sweep, and {study.asked:,} were asked for"


def _metric(study: Study, outputs: Mapping[str, Path]) -> Iterator[str]:
    finished = [trial for trial in study.trials if trial.state == "finished"]
    if not study.metric:
        if finished:
            yield "the sweep names no metric, so no trial is the best"
        return
    without = [trial.name for trial in finished if trial.value is None]
    if finished and not study.ranked:
        yield f"no trial reported the sweep's metric {printable(study.metric)}{_instead(study, outputs)}"
    elif without:
        named = ", ".join(without[:MOST_NAMED]) + (", …" if len(without) > MOST_NAMED else "")
        yield f"{len(without):,} of {len(finished):,} finished trials reported no {study.metric}: {named}"
    if len(study.ranked) > 1 and len({trial.value for trial in study.ranked}) == 1:
        yield f"{study.metric} is the same in all trials, so none is better than another"


def _instead(study: Study, outputs: Mapping[str, Path]) -> str:
    """What they did report."""
    names = dict.fromkeys(name for trial in study.trials for name in trial.metrics)
    if not names:
        folders = [outputs[trial.home] for trial in study.trials if trial.home in outputs]
        rows = itertools.chain.from_iterable(map(read_progress, folders[:_LOOKED_AT]))
        names = dict.fromkeys(name for row in rows for name in row)
    near = nearest(study.metric, names)
    shown = list(dict.fromkeys([*([near] if near else []), *sorted(names)]))
    if not shown:
        return "; they reported no number at all"
    more = ", …" if len(shown) > MOST_NAMED else ""
    meant = f": did you mean {near}?" if near else ""
    return f"; they reported {', '.join(shown[:MOST_NAMED])}{more}{meant}"


def _best(study: Study, job: SweepJob) -> Iterator[str]:
    """Gates are judged on the best trial alone, and its files may be deployed."""
    best = study.best
    if best is None:
        return
    known = {study.metric, "trials.finished", "trials.failed", "trials.stopped", *best.metrics}
    for gate in job.spec.gates:
        if not gate.task and gate.metric not in known:
            yield f"{best.name}, the best trial, reported no {gate.metric}, which a gate asks for"
    if not best.home and any(file.source.startswith(f"{BEST}:") for file in job.spec.deploy.files):
        yield "W&B's agents keep no output of a run, so no file of the best one lands"
