"""A reward that a tiny model learns by GRPO in seconds: tokens whose number is a multiple of seven."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from workloads.textgames.settings import Vllm
from workloads.textgames.training.engines import Engine

if TYPE_CHECKING:
    from workloads.textgames.training.verification import Verification

SMALL = Vllm(mode="colocate", enforce_eager=True, max_model_len=256)


class Learned(NamedTuple):
    """The mean reward of each step, TRL's logp differences, and the seconds of training."""

    rewards: list[float]
    differences: list[float]
    seconds: float
    verification: Verification | None

    def window(self, number: int) -> float:
        """The mean reward of ten steps."""
        part = self.rewards[10 * number : 10 * number + 10]
        return sum(part) / len(part)


def sevens(completion_ids: list[list[int]], **_: Any) -> list[float]:
    return [sum(token % 7 == 0 for token in ids) / max(1, len(ids)) for ids in completion_ids]


def learn(
    model: Path,
    output: Path,
    engine: Engine | None,
    steps: int,
    lora: bool = False,
    learning_rate: float = 3e-3,
    **checks: Any,
) -> Learned:
    """Train for some steps; `checks` are the trainer's keywords for how weights are verified."""
    from datasets import Dataset
    from peft import LoraConfig
    from trl import GRPOConfig

    from workloads.textgames.training.trainer import Trainer

    trainer = Trainer(
        model=str(model),
        reward_funcs=sevens,
        args=GRPOConfig(
            output_dir=str(output),
            per_device_train_batch_size=32,
            num_generations=32,
            max_completion_length=8,
            max_steps=steps,
            learning_rate=learning_rate,
            lr_scheduler_type="constant",
            loss_type="dr_grpo",
            logging_steps=1,
            save_strategy="no",
            report_to="none",
            use_cpu=True,
            bf16=False,
            disable_tqdm=True,
        ),
        train_dataset=Dataset.from_list([{"prompt": [{"role": "user", "content": "say"}]}] * 64),
        peft_config=LoraConfig(r=8, target_modules="all-linear", task_type="CAUSAL_LM") if lora else None,
        engine=engine,
        **checks,
    )
    started = time.monotonic()
    trainer.train()
    seconds = time.monotonic() - started
    rows = [row for row in trainer.state.log_history if "reward" in row]
    name = "sampling/sampling_logp_difference/mean"
    differences = [row[name] for row in rows if name in row]
    return Learned([row["reward"] for row in rows], differences, seconds, trainer.verification)
