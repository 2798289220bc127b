"""TRL's GRPOTrainer with an engine attached, and its weights verified. Imports TRL."""

from __future__ import annotations

from typing import Any

import torch
from transformers import TrainerCallback
from trl import GRPOTrainer

from workloads.textgames.training.engines import Engine
from workloads.textgames.training.sync import SyncError
from workloads.textgames.training.verification import Verification, verify


class Trainer(GRPOTrainer):  # type: ignore[misc]
    """A GRPOTrainer that generates with `engine` (None: transformers).

    All other arguments are GRPOTrainer's; `args.use_vllm` must be False. With an engine, `train()` first
    verifies that weights arrive (`verify_sync`), and after every update the mean absolute difference of
    log-probabilities, in nats, is held below `max_logp_difference`. Both raise SyncError.

    `_generate_single_turn(prompt_ids, None, {}, 1)` generates for rollouts; with `num_generations` 1, as
    an engine in server mode otherwise takes the prompts to be repeated that often.

    `verification` is what the first check found, once it has been made.
    """

    def __init__(
        self,
        *arguments: Any,
        engine: Engine | None = None,
        verify_sync: bool = True,
        max_logp_difference: float = 0.2,
        **keywords: Any,
    ) -> None:
        super().__init__(*arguments, **keywords)
        self.verification: Verification | None = None
        self._max_logp_difference = max_logp_difference
        if engine is not None:
            engine.attach(self)
            if verify_sync:
                self.add_callback(_VerifyFirst(self))

    def verify_sync(self) -> None:
        """Verify that weights reach the engine, and say so. Raises SyncError."""
        self.verification = verify(self, self._max_logp_difference)
        print(self.verification, flush=True)

    def _generate_and_score_completions(self, inputs: list[dict[str, Any]]) -> dict[str, Any]:
        scored: dict[str, Any] = super()._generate_and_score_completions(inputs)
        if self.use_vllm:
            self._check_difference(scored)
        return scored

    def _check_difference(self, scored: dict[str, Any]) -> None:
        """TRL's `sampling_logp_difference`, but that a token which vLLM gives no number for counts, too."""
        mask = scored["completion_mask"].bool()
        if "tool_mask" in scored:
            mask = mask & scored["tool_mask"].bool()
        if not mask.any():
            return
        difference = (scored["old_per_token_logps"] - scored["sampling_per_token_logps"]).abs()[mask]
        mean = torch.mean(difference.float()).item()
        if not mean <= self._max_logp_difference:
            raise SyncError(_too_far(mean, self._max_logp_difference, self.state.global_step, self))


class _VerifyFirst(TrainerCallback):  # type: ignore[misc]
    """Verifies when weights are in place, those of a checkpoint included, and nothing has been trained."""

    def __init__(self, trainer: Trainer) -> None:
        self._trainer = trainer

    def on_train_begin(self, *_: Any, **__: Any) -> None:
        self._trainer.verify_sync()


def _too_far(difference: float, bound: float, step: int, trainer: Any) -> str:
    whole = trainer.top_p in (None, 1.0) and not trainer.top_k and not trainer.min_p
    advice = (
        "the weights do not reach vLLM, or it computes in another dtype"
        if whole
        else "the weights do not reach vLLM, or sampling leaves out too much: take top_p 1, top_k 0, min_p 0"
    )
    return (
        f"after {step} updates, vLLM and the trainer disagree on the tokens that vLLM drew: their "
        f"log-probabilities differ by {difference:.3g} nats on average, where training.max_logp_difference "
        f"is {bound:g}; {advice}"
    )
