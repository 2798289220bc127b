"""One attempt at a training: the engine, the trainer, the checkpoints, the results. Imports TRL."""

from __future__ import annotations

import os
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from msgspec import json
from transformers import PrinterCallback
from transformers.utils import logging

from workloads.textgames.play.episodes import Episode
from workloads.textgames.settings import Dtype, TrainSettings
from workloads.textgames.training import configuration, models, prompts
from workloads.textgames.training.checkpoints import Checkpoints, Progress
from workloads.textgames.training.engines import Engine, open_engine, resolve_dtype
from workloads.textgames.training.progress import ProgressCallback
from workloads.textgames.training.rollout import Plan, Rollout, Score, episode_return
from workloads.textgames.training.rows import final
from workloads.textgames.training.saving import save
from workloads.textgames.training.signals import Signals, Stopped
from workloads.textgames.training.tally import Tally
from workloads.textgames.training.tokens import Renderer
from workloads.textgames.training.trainer import Trainer

_SAMPLES = 20
"""Episodes of a training that are kept to be read, at most one a step."""


class Session:
    """What one attempt shares."""

    def __init__(
        self,
        settings: TrainSettings,
        output: Path,
        checkpoints: Checkpoints,
        progress: Progress,
        seed: int,
        score: Score,
        signals: Signals,
    ) -> None:
        self._settings = settings
        self._output = output
        self._checkpoints = checkpoints
        self._seed = seed
        self._score = score
        self._signals = signals
        self._tally = Tally()
        self._callback = ProgressCallback(output, checkpoints, progress, self._tally, signals)

    def run(
        self, folder: Path, adapter: Path | None, tools: list[dict[str, Any]], resume: Path | None
    ) -> dict[str, float]:
        """Train the model in a folder, from a checkpoint if there is one, and write the results."""
        os.environ.setdefault("TRL_EXPERIMENTAL_SILENCE", "1")
        logging.disable_progress_bar()
        settings = self._settings
        dtype = resolve_dtype(settings.model, folder)
        with tempfile.TemporaryDirectory() as scratch:
            if adapter is not None and settings.lora is None:
                folder, adapter = models.merge(folder, settings.model, dtype, adapter, Path(scratch)), None
            tokenizer = models.tokenizer_of(folder)
            Renderer(tokenizer).check(tools, one_stream=settings.environment.history == "full")
            with ExitStack() as stack:
                with self._signals.interruptible():
                    engine = stack.enter_context(open_engine(settings, folder, self._output / "vllm.log"))
                trainer = self._trainer(folder, adapter, dtype, tokenizer, engine)
                self._train(trainer, resume)
            return self._conclude(trainer, tokenizer)

    def _trainer(
        self, folder: Path, adapter: Path | None, dtype: Dtype, tokenizer: Any, engine: Engine | None
    ) -> Any:
        settings, training = self._settings, self._settings.training
        limit = models.context_of(folder, settings.vllm.max_model_len)
        plan = Plan(settings, limit, self._tally, self._signals, self._score, self._finished)
        trainer = Trainer(
            model=models.model_of(folder, settings.model, dtype, settings.lora, adapter),
            args=configuration.configuration(settings, dtype, self._seed, self._checkpoints.folder),
            train_dataset=prompts.dataset(self._seed, training.steps * configuration.groups(settings)),
            processing_class=tokenizer,
            reward_funcs=episode_return,
            rollout_func=Rollout(plan),
            callbacks=[self._callback],
            engine=engine,
            verify_sync=training.verify_sync,
            max_logp_difference=training.max_logp_difference,
        )
        trainer.remove_callback(PrinterCallback)
        return trainer

    def _train(self, trainer: Any, resume: Path | None) -> None:
        if resume is not None:
            print(f"going on after step {self._callback.progress.step}", flush=True)
        try:
            trainer.train(resume_from_checkpoint=None if resume is None else str(resume))
        except Stopped:
            if trainer.state.global_step > self._callback.progress.step:
                trainer._save_checkpoint(trainer.model, None)
                self._callback.mark(trainer.state.global_step)
            raise
        if trainer.state.global_step < self._settings.training.steps:
            raise Stopped

    def _finished(self, step: int, episode: Episode) -> None:
        if (step - 1) % max(1, self._settings.training.steps // _SAMPLES) == 0:
            turns = [
                {"observation": turn.observation, "reply": turn.reply, "reward": turn.reward}
                for turn in episode.turns
            ]
            self._callback.sample(
                {
                    "step": step,
                    "seed": episode.seed,
                    "reward": episode.reward,
                    "success": episode.success,
                    "turns": turns,
                }
            )

    def _conclude(self, trainer: Any, tokenizer: Any) -> dict[str, float]:
        metrics = final(self._callback.progress.rows)
        model = trainer.accelerator.unwrap_model(trainer.model)
        save(model, tokenizer, self._settings, metrics, self._output / "model")
        (self._output / "metrics.json").write_bytes(json.format(json.encode(metrics), indent=2) + b"\n")
        print(f"trained {metrics['step']:.0f} steps; wrote {self._output / 'model'}", flush=True)
        return metrics
