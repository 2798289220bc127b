"""The training program: reads what to do, trains with TRL's GRPOTrainer, writes the model.

A script of your own can do more before and after, or give its own reward, and leave the rest to this:

    import sys
    from workloads.textgames.training.program import main

    def brief(episode):  # episode.turns, .reward, .success, .seed: play/episodes.py
        return episode.reward - 0.01 * len(episode.turns)

    sys.exit(main(score=brief))

It is called with the same arguments as `train_grpo.py`, and `train` does the same without a command line.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from msgspec import json

from workloads.textgames.envs import registry
from workloads.textgames.envs.base import GameError
from workloads.textgames.model_files import ModelError, resolve, resolve_adapter
from workloads.textgames.play.episodes import Episode, Seat
from workloads.textgames.publishing import publish
from workloads.textgames.serving.errors import ServerError, report
from workloads.textgames.settings import SettingsError, TrainSettings, read
from workloads.textgames.training import command_line, configuration, tracking
from workloads.textgames.training.checkpoints import Checkpoints, Progress
from workloads.textgames.training.rollout import RolloutError, Score
from workloads.textgames.training.signals import Signals, Stopped
from workloads.textgames.training.sync import SyncError

_FAILED = 1
_SIGNALLED = 128
_FULL = (
    "the GPU's memory is full while training: lower training.batch_size and raise "
    "training.gradient_accumulation_steps, lower sampling.max_tokens or vllm.gpu_memory_utilization, set "
    "training.gradient_checkpointing, or train a lora"
)
_STOPPED = "stopped by a signal; the next attempt goes on from the newest checkpoint, if there is one"
_ERRORS = (SettingsError, GameError, ModelError, SyncError, RolloutError)


def earned(episode: Episode) -> float:
    """The reward of an episode as its environment has it."""
    return episode.reward


def main(arguments: Sequence[str] | None = None, score: Score = earned) -> int:
    """Run the program; return its exit status. The last line on stderr says why, where it is not 0."""
    status = _FAILED
    with Signals() as signals:
        try:
            options = command_line.parse(arguments)
            settings = read(options.settings, TrainSettings)
            train(settings, options.output, options.checkpoint, options.seed, score=score, signals=signals)
            status = 0
        except Stopped:
            status = _SIGNALLED + (signals.noted or 0)
            print(_STOPPED, file=sys.stderr)
        except ServerError as error:
            report(error)
        except _ERRORS as error:
            print(" ".join(str(error).split()), file=sys.stderr)
        except RuntimeError as error:
            if type(error).__name__ != "OutOfMemoryError":
                raise
            print(_FULL, file=sys.stderr)
        finally:
            tracking.finish(status)
    return status


def train(
    settings: TrainSettings,
    output: Path,
    checkpoint: Path,
    seed: int,
    *,
    score: Score = earned,
    signals: Signals | None = None,
) -> dict[str, float]:
    """Train, from the newest checkpoint if there is one, and write all results; return metrics.json's.

    Raises Stopped after a signal, with a checkpoint written; SettingsError, GameError, ModelError,
    ServerError, SyncError and RolloutError with what is wrong.
    """
    configuration.check(settings)
    tools = first_look(settings, seed)
    checkpoints = Checkpoints(checkpoint, identity_of(settings, seed))
    found = checkpoints.latest()
    signals = signals or Signals()
    with signals.interruptible():
        folder = resolve(settings.model.name, settings.model.revision)
        adapter = None if settings.model.adapter is None else resolve_adapter(settings.model.adapter)
    os.environ["HF_HUB_OFFLINE"] = "1"
    progress = Progress(identity=identity_of(settings, seed)) if found is None else found[1]
    output.mkdir(parents=True, exist_ok=True)
    progress.run = tracking.prepare(settings.wandb, output, settings.job, progress.run)
    from workloads.textgames.training.session import Session

    session = Session(settings, output, checkpoints, progress, seed, score, signals)
    metrics = session.run(folder, adapter, tools, None if found is None else found[0])
    publish(settings.publish, output / "model", settings.job, output)
    return metrics


def first_look(settings: TrainSettings, seed: int) -> list[dict[str, Any]]:
    """Make the environment once and begin an episode, so that what is wrong is known early; its functions.

    Raises GameError.
    """
    chosen = settings.environment
    environment = registry.make(chosen.name, chosen.arguments)
    Seat(environment, seed, chosen.history, chosen.max_turns)
    return environment.tools


def identity_of(settings: TrainSettings, seed: int) -> str:
    """What tells the checkpoints of different trainings apart."""
    return hashlib.sha256(json.encode([settings, seed])).hexdigest()
