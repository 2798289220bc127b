"""The training program: reads what to do, trains, evaluates and writes the weights."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any, Final

from workloads.cartpole.command_line import BAD_ARGUMENTS, PROGRAM, Options, parse
from workloads.cartpole.reading import ParameterError, read

if TYPE_CHECKING:
    import wandb

    from workloads.cartpole.training import Plan, Training

EVALUATION_EPISODES: Final = 100
_FAILED: Final = 1
_SIGNALLED: Final = 128


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program; return its exit status."""
    options = parse(arguments)
    if not (options.wandb_sweep or os.environ.get("WANDB_MODE")):
        return _run(options, None)
    import wandb

    try:
        run = wandb.init()
    except wandb.Error as error:
        return _say(f"W&B did not take the run: {' '.join(str(error).split())}", _FAILED)
    status = _FAILED
    try:
        status = _run(options, run)
    finally:
        run.finish(exit_code=status)
    return status


def _run(options: Options, run: wandb.Run | None) -> int:
    """Train by the parameters that were given; return the exit status."""
    parameters = options.configuration.parameters
    swept = _config_of(run) if run is not None and options.wandb_sweep else {}
    try:
        for given in (options.configured, options.given, swept):
            parameters = read(given, parameters)
    except ParameterError as error:
        return _say(error, BAD_ARGUMENTS)
    if run is not None:
        _complete(run, asdict(parameters))
    from workloads.cartpole.learner import DivergedError
    from workloads.cartpole.training import Plan

    plan = Plan(replace(options.configuration, parameters=parameters), options.seed)
    try:
        return _train(plan, options, run)
    except DivergedError as error:
        return _say(error, _FAILED)
    except OSError as error:
        return _say(f"{error.filename} cannot be written ({error.strerror})", BAD_ARGUMENTS)


def _train(plan: Plan, options: Options, run: wandb.Run | None) -> int:
    """Train from the checkpoint, if there is one, to the end or to a signal; return the exit status."""
    from workloads.cartpole.checkpoint import Checkpoint
    from workloads.cartpole.reports import Reports
    from workloads.cartpole.signals import noted_signals
    from workloads.cartpole.training import Training

    with Reports(options.output, run) as reports, noted_signals() as signals:
        training, checkpoint = Training(plan), Checkpoint(options.checkpoint)
        if line := checkpoint.restore(training):
            print(line, flush=True)
        for row in training.progress.rows:
            reports.progress(row)
        saved = time.monotonic()
        while not training.ended and not signals:
            reports.progress(training.advance())
            if time.monotonic() - saved > options.checkpoint_seconds:
                checkpoint.save(training)
                saved = time.monotonic()
        if signals:
            checkpoint.save(training)
            return _say(f"stopped after {training.progress.steps:,} steps", _SIGNALLED + signals[0])
        reports.final(_conclude(training, options))
    return 0


def _conclude(training: Training, options: Options) -> dict[str, float]:
    """Evaluate the policy that was kept and the one it would replace on the same episodes; save it."""
    from workloads.cartpole import champion, weights
    from workloads.cartpole.evaluation import greedy_returns, summary

    plan, progress = training.plan, training.progress
    name, seed = plan.configuration.environment, plan.evaluation_seed
    training.network.flat.copy_(training.best)
    metrics = {key: value for key, value in progress.rows[-1].items() if not key.startswith("val/")}
    metrics |= {"best/step": progress.best_steps, "seconds": round(progress.seconds, 3)}
    metrics |= summary(greedy_returns(training.network.policy(), name, EVALUATION_EPISODES, seed))
    replaced, line = champion.find(options.baseline)
    if line:
        print(line, flush=True)
    if replaced is not None:
        metrics |= summary(greedy_returns(replaced, name, EVALUATION_EPISODES, seed), "champion.")
    path = options.output / "weights" / "policy.safetensors"
    about = {"config_id": options.config_id, "seed": plan.seed, "steps": progress.best_steps}
    about["parameters"] = asdict(training.parameters)
    weights.save(path, training.network.arrays(), about)
    print(f"greedy return {metrics['eval/ep_rew/mean']:.1f}; wrote {path}", flush=True)
    return metrics


def _config_of(run: wandb.Run) -> dict[str, object]:
    config: Any = run.config
    return dict(config)


def _complete(run: wandb.Run, parameters: Mapping[str, object]) -> None:
    """Show in W&B what the parameters are that the sweep did not give."""
    config: Any = run.config
    config.update({name: value for name, value in parameters.items() if name not in config})


def _say(problem: object, status: int) -> int:
    print(f"{PROGRAM}: {problem}", file=sys.stderr, flush=True)
    return status
