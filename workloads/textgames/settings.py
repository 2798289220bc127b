"""What a manifest of `kind: GRPO` or `kind: Evaluate` becomes: one JSON document for these programs.

`runner` writes it; by hand, `python workloads/textgames/train_grpo.py --settings FILE` reads it as well.
Both kinds share the parts: a model, an environment, sampling, and how vLLM is run.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from msgspec import Meta, Struct, ValidationError, json

Dtype = Literal["auto", "float32", "bfloat16", "float16"]
History = Literal["none", "full", "scratchpad", "optimal_scratchpad"]
Positive = Annotated[int, Meta(ge=1)]

S = TypeVar("S", bound="Struct")


class SettingsError(Exception):
    """The settings say nothing that can be done: one sentence."""


class Model(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A language model: a repository of the hub at a revision, or a folder. `adapter` is laid over it."""

    name: str
    revision: str | None = None
    dtype: Dtype = "auto"
    attn_implementation: Literal["sdpa", "eager", "flash_attention_2"] = "sdpa"
    adapter: str | None = None


class Environment(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An environment by its canonical name, what it is made with, and what a player sees of the past.

    `max_turns` ends an episode that the environment itself does not end; its own limit stands otherwise.
    """

    name: str
    arguments: dict[str, Any] = {}
    history: History = "full"
    max_turns: Positive | None = None


class Sampling(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a reply is drawn. `max_tokens` is of one reply; `top_k` 0 and `min_p` 0 take every token."""

    temperature: Annotated[float, Meta(ge=0)] = 1.0
    top_p: Annotated[float, Meta(gt=0, le=1)] = 1.0
    top_k: Annotated[int, Meta(ge=0)] = 0
    min_p: Annotated[float, Meta(ge=0, le=1)] = 0.0
    max_tokens: Positive = 256


class Vllm(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How replies are generated: by vLLM as a child (`server`) or in this process (`colocate`), or by
    transformers (`off`).

    `ready_timeout` in seconds. `port` 0 takes a free one. `block_size`, `max_model_len` None: vLLM's choice.
    """

    mode: Literal["server", "colocate", "off"] = "server"
    gpu_memory_utilization: Annotated[float, Meta(gt=0, le=1)] = 0.5
    max_model_len: Positive | None = 4096
    block_size: Positive | None = None
    enforce_eager: bool = False
    enable_auto_tool_choice: bool = False
    tool_call_parser: str | None = None
    tensor_parallel_size: Positive = 1
    ready_timeout: Positive = 600
    port: Annotated[int, Meta(ge=0, le=65535)] = 0


class Lora(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Low-rank adapters in place of full fine-tuning (Hu et al. 2021, arXiv:2106.09685)."""

    rank: Positive = 16
    alpha: Positive = 32
    dropout: Annotated[float, Meta(ge=0, lt=1)] = 0.0
    target_modules: str | list[str] = "all-linear"


class Training(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """GRPO (Shao et al. 2024, arXiv:2402.03300) as TRL has it.

    `batch_size` completions in each of `gradient_accumulation_steps` backward passes make an optimizer
    step; `num_generations` of them share an episode's seed. `max_logp_difference` bounds the mean absolute
    difference, in nats, between what vLLM says of a token it drew and what the trainer says of it.
    """

    steps: Positive = 200
    batch_size: Positive = 8
    gradient_accumulation_steps: Positive = 8
    num_generations: Annotated[int, Meta(ge=2)] = 8
    learning_rate: Annotated[float, Meta(gt=0)] = 3e-6
    lr_scheduler: Literal["constant", "constant_with_warmup", "linear", "cosine"] = "constant_with_warmup"
    warmup_steps: Annotated[int, Meta(ge=0)] = 10
    max_grad_norm: Annotated[float, Meta(gt=0)] = 0.1
    beta: Annotated[float, Meta(ge=0)] = 0.0
    loss: Literal["dapo", "dr_grpo", "grpo", "bnpo"] = "dapo"
    gradient_checkpointing: bool = False
    save_every: Positive = 50
    log_every: Positive = 1
    verify_sync: bool = True
    max_logp_difference: Annotated[float, Meta(gt=0)] = 0.2


class Wandb(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Progress at W&B: on its server where WANDB_API_KEY is set, offline otherwise."""

    enabled: bool = False
    project: str | None = None
    entity: str | None = None


class Publish(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the weights are kept beside the run: a W&B artifact by its name, a repository of the hub."""

    wandb: str | None = None
    huggingface: str | None = None


class TrainSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All that training is told. `job` names what is trained, for the model card."""

    job: str
    model: Model
    environment: Environment
    training: Training = Training()
    sampling: Sampling = Sampling()
    vllm: Vllm = Vllm()
    lora: Lora | None = None
    wandb: Wandb = Wandb()
    publish: Publish = Publish()


class Endpoint(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An OpenAI-compatible endpoint that exists. `key` names the variable with its key, if it wants one."""

    url: str
    key: str | None = None


class EvaluateSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All that an evaluation is told: `model` plays, and on the same seeds `against`, if there is one.

    `concurrency` episodes are played at the same time.
    """

    job: str
    model: Model
    environment: Environment
    against: Model | None = None
    endpoint: Endpoint | None = None
    episodes: Annotated[int, Meta(ge=2)] = 200
    concurrency: Positive = 64
    sampling: Sampling = Sampling(temperature=0.7, top_p=0.9)
    vllm: Vllm = Vllm()


def read(path: Path, kind: type[S]) -> S:
    """The settings in a file. Raises SettingsError."""
    try:
        return json.decode(path.read_bytes(), type=kind)
    except OSError as error:
        raise SettingsError(f"{path} cannot be read: {error.strerror}") from None
    except ValidationError as error:
        raise SettingsError(f"{path}: {error}") from None
    except ValueError as error:
        raise SettingsError(f"{path} is not JSON: {error}") from None
