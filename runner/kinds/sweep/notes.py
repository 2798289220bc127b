"""What a person should know of a sweep before it runs: its points, who chooses them, how many at once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from runner.kinds.sweep.config import SweepConfig
from runner.kinds.sweep.names import BEST
from runner.kinds.sweep.search import command_of
from runner.kinds.sweep.shape import (
    config_of,
    is_online,
    parallel_of,
    parameters_of,
    scheduler_of,
    size_of,
    trials_of,
)
from runner.kinds.sweep.spec import SweepJob
from runner.plan.distributions import Dimension
from runner.plan.space import dimensions
from runner.wording import choices, printable, shown

MOST_PARAMETERS: Final = 12
MOST_VALUES: Final = 6
LONGEST_COMMAND: Final = 150


def notes_of(job: SweepJob) -> tuple[str, ...]:
    """A sentence each, for the stage that runs the trials. Raises InputError as `trials_of` does."""
    config = config_of(job)
    if config is None:
        return (
            f"{_count(trials_of(job), 'trial')} of a sweep that exists at W&B",
            *_at_once(job, "unknown"),
            _scheduler(job),
        )
    return (
        *_points(job, config),
        *_at_once(job, config.method),
        _scheduler(job),
        *_kept(job),
        *_sought(config),
        *_imputed(job, config),
        *_parameters(config),
        f"each runs {_command(config)}",
    )


def _points(job: SweepJob, config: SweepConfig) -> Iterator[str]:
    trials = trials_of(job)
    if config.method == "grid":
        size = size_of(job, config)
        every = f"a grid of {_count(size, 'point')}, and every one is tried"
        yield every if trials == size else f"the first {trials:,} of the {_count(size, 'point')} of a grid"
    elif config.method == "random":
        yield f"{_count(trials, 'point')}, {'each ' if trials > 1 else ''}drawn at random"
    else:
        yield f"{_count(trials, 'point')}, chosen by bayes, which learns from the results of those before"


def _at_once(job: SweepJob, method: str) -> Iterator[str]:
    trials, parallel = trials_of(job), parallel_of(job)
    if method == "bayes" and parallel >= trials - 1:
        yield (
            f"all {trials:,} at once: no result is there to learn from, so every point is drawn at random; "
            "lower resources.max_parallel"
        )
    elif method == "bayes" and parallel > 1:
        missed = "the result of the one that still runs"
        if parallel > 2:
            missed = f"the results of the {parallel - 1:,} that still run"
        yield (
            f"{parallel:,} at once: the first {parallel + 1:,} are drawn at random, and each later one "
            f"misses {missed}"
        )
    elif method == "bayes":
        yield "one at a time: the first two are drawn at random, and each later one knows all results before"
    elif parallel < trials:
        yield f"{parallel:,} at once"
    else:
        yield "all at once, as far as there is room"
    if (each := job.spec.runs_per_worker) > 1 and scheduler_of(job) == "wandb":
        yield f"each worker makes up to {_count(each, 'trial')}, one after the other"


def _scheduler(job: SweepJob) -> str:
    if scheduler_of(job) == "wandb":
        return "W&B's server chooses the points, and its agents ask for them"
    logged = "trials log to W&B" if is_online(job) else "no account at W&B is needed"
    return f"the run itself chooses the points; {logged}"


def _kept(job: SweepJob) -> Iterator[str]:
    files = [entry.source for entry in job.spec.deploy.files if entry.source.startswith(f"{BEST}:")]
    if files and scheduler_of(job) == "wandb":
        yield f"what trials write under W&B's agents is not kept here, so {choices(files, 'and')} cannot land"


def _sought(config: SweepConfig) -> Iterator[str]:
    metric = config.metric
    if metric is not None:
        extreme = "largest" if metric.goal == "maximize" else "smallest"
        enough = "" if metric.target is None else f"; no trial begins once one has come to {metric.target:g}"
        yield f"sought is the {extreme} {shown(metric.name)[1:-1]}{enough}"
    if config.early_terminate is not None:
        yield "trials that do worse than others are ended early (hyperband)"


def _imputed(job: SweepJob, config: SweepConfig) -> Iterator[str]:
    metric = config.metric
    if metric is None or config.method != "bayes" or scheduler_of(job) == "wandb":
        return
    if metric.impute in ("latest", "best") or metric.impute_while_running not in (None, "false"):
        yield "a failed trial counts as the worst and a running one not at all: impute is for W&B's server"


def _parameters(config: SweepConfig) -> Iterator[str]:
    try:
        found = dimensions(parameters_of(config))
    except ValueError as error:  # lint says it at its place
        yield str(error)
        return
    yield from (f"{one.name}: {_range(one)}" for one in found[:MOST_PARAMETERS])
    if len(found) > MOST_PARAMETERS:
        yield f"and {_count(len(found) - MOST_PARAMETERS, 'parameter')} more"


def _range(one: Dimension) -> str:
    if one.values:
        texts = [shown(value) for value in one.values[:MOST_VALUES]]
        more = len(one.values) - len(texts)
        listed = choices([*texts, f"{more:,} others"] if more else texts)
        weighted = ", not equally likely" if one.probabilities else ""
        return f"always {listed}" if one.distribution == "constant" else listed + weighted
    limits = "" if one.low is None or one.high is None else f"{one.low:g} to {one.high:g}, "
    return f"{limits}{one.distribution}" + (f" in steps of {one.q:g}" if one.q is not None else "")


def _command(config: SweepConfig) -> str:
    """The command line as one text; macros that are the same in every trial are filled in."""
    same = {"${env}": "", "${interpreter}": "python", "${program}": config.program or ""}
    words = [same.get(element, element) for element in command_of(config)]
    text = printable(" ".join(" ".join(words).split()))
    return text if len(text) <= LONGEST_COMMAND else text[: LONGEST_COMMAND - 1] + "…"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
