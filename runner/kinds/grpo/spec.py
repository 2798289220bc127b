"""The manifest of reinforcement learning with GRPO."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from msgspec import Meta, Struct

from runner.kinds.language.spec import (
    EVALUATION_SCRIPT,
    Count,
    Environment,
    EnvironmentName,
    Model,
    ModelName,
    ModelResources,
    ParallelEpisodes,
    PlaySampling,
    Sampling,
    Vllm,
)
from runner.manifest.common import CommandLine, Common, Job
from runner.manifest.values import Duration, RepositoryPath

TRAINING_SCRIPT: Final = "workloads/textgames/train_grpo.py"

WandbName = Annotated[
    str,
    Meta(
        pattern=r"^[A-Za-z0-9_.-]+$(?!\n)",
        max_length=128,
        extra_json_schema={"patternErrorMessage": "write letters, digits, underscores, dots and hyphens"},
    ),
]


class Training(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """GRPO as TRL has it: groups of episodes from the same seed, each compared with its group's mean."""

    steps: Annotated[Count, Meta(description="Optimizer steps.")] = 200
    batch_size: Annotated[Count, Meta(description="Completions in one backward pass.")] = 8
    gradient_accumulation_steps: Annotated[Count, Meta(description="Backward passes in one step.")] = 8
    num_generations: Annotated[int, Meta(ge=2, description="Completions that share an episode's seed.")] = 8
    learning_rate: Annotated[float, Meta(gt=0, description="The highest it gets.")] = 3e-6
    lr_scheduler: Annotated[
        Literal["constant", "constant_with_warmup", "linear", "cosine"],
        Meta(description="What becomes of the learning rate over the steps."),
    ] = "constant_with_warmup"
    warmup_steps: Annotated[int, Meta(ge=0, description="Steps until it is at its highest.")] = 10
    max_grad_norm: Annotated[float, Meta(gt=0, description="Gradients are cut to this norm.")] = 0.1
    beta: Annotated[
        float, Meta(ge=0, description="The weight of the divergence from the start; 0 needs no second model.")
    ] = 0.0
    loss: Annotated[
        Literal["dapo", "dr_grpo", "grpo", "bnpo"], Meta(description="TRL's name of the loss.")
    ] = "dapo"
    gradient_checkpointing: Annotated[
        bool, Meta(description="Compute activations twice, and keep fewer of them in memory.")
    ] = False
    save_every: Annotated[Count, Meta(description="Steps between checkpoints.")] = 50
    log_every: Annotated[Count, Meta(description="Steps between rows of progress.")] = 1
    verify_sync: Annotated[
        bool, Meta(description="Compare vLLM's probabilities with the trainer's before and after updates.")
    ] = True
    max_logp_difference: Annotated[
        float,
        Meta(gt=0, description="Mean difference of the two, in nats, beyond which training fails."),
    ] = 0.2


class Lora(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Low-rank adapters in place of full fine-tuning; an empty mapping takes the defaults."""

    rank: Annotated[Count, Meta(description="The rank of the update of a weight matrix.")] = 16
    alpha: Annotated[Count, Meta(description="The update is scaled by alpha / rank.")] = 32
    dropout: Annotated[float, Meta(ge=0, lt=1, description="Dropout in front of the adapters.")] = 0.0
    target_modules: Annotated[
        str | list[str],
        Meta(
            description="Names of the layers that get adapters.",
            examples=["all-linear", ["q_proj", "v_proj"]],
        ),
    ] = "all-linear"


class WandbProgress(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Progress at W&B: at its server where `secrets` names WANDB_API_KEY, in the output otherwise."""

    enabled: Annotated[bool, Meta(description="Whether W&B's client is told of the progress.")] = False
    project: Annotated[WandbName, Meta(description="The project at W&B.")] | None = None
    entity: Annotated[WandbName, Meta(description="Whose project it is.")] | None = None


class Evaluation(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """The trained model, the start and the champion play the same episodes."""

    episodes: Annotated[int, Meta(ge=0, description="Episodes of each; 0 leaves the evaluation out.")] = 200
    sampling: PlaySampling = PlaySampling()
    parallel_episodes: ParallelEpisodes = 64
    timeout: (
        Annotated[Duration, Meta(description="Longest time for one attempt; that of the training otherwise.")]
        | None
    ) = None
    script: Annotated[
        RepositoryPath, Meta(description="The program that evaluates, by its path in the repository.")
    ] = EVALUATION_SCRIPT


class Publish(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Where the weights are kept beside the run."""

    wandb: Annotated[WandbName, Meta(description="An artifact of W&B.", examples=["grpo-wordle"])] | None = (
        None
    )
    huggingface: (
        Annotated[
            str,
            Meta(
                pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.-]{0,95}/[A-Za-z0-9_][A-Za-z0-9_.-]{0,95}$(?!\n)",
                description="A repository of the Hugging Face hub; it is made where there is none.",
                examples=["our-team/qwen-wordle"],
                extra_json_schema={"patternErrorMessage": "write owner/name"},
            ),
        ]
        | None
    ) = None


class GrpoSpec(Common, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Trains a language model in an environment, and evaluates what came of it."""

    model: Annotated[ModelName | Model, Meta(description="The model that training starts from.")]
    environment: Annotated[EnvironmentName | Environment, Meta(description="Where it is trained.")]
    training: Training = Training()
    sampling: Sampling = Sampling()
    vllm: Vllm = Vllm()
    lora: Annotated[
        Lora | None, Meta(description="Train low-rank adapters; all weights where it is absent.")
    ] = None
    wandb: WandbProgress = WandbProgress()
    evaluation: Evaluation = Evaluation()
    weights: (
        Annotated[
            RepositoryPath,
            Meta(
                description="The folder of the repository where the weights land; `models/<job>` otherwise.",
                examples=["models/wordle"],
            ),
        ]
        | None
    ) = None
    publish: Publish = Publish()
    script: Annotated[
        RepositoryPath, Meta(description="The program that trains, by its path in the repository.")
    ] = TRAINING_SCRIPT
    build: (
        Annotated[
            CommandLine,
            Meta(description="Runs before each program, in the same working copy.", examples=[["make"]]),
        ]
        | None
    ) = None
    resources: ModelResources = ModelResources()


class GrpoJob(Job, frozen=True, kw_only=True, tag="GRPO", forbid_unknown_fields=True):
    """A job that trains a language model."""

    spec: GrpoSpec
