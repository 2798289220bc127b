"""The manifest of an evaluation."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from runner.kinds.language.spec import (
    EVALUATION_SCRIPT,
    Endpoint,
    Environment,
    EnvironmentName,
    ModelName,
    ModelResources,
    ParallelEpisodes,
    Player,
    PlaySampling,
    Vllm,
)
from runner.manifest.common import CommandLine, Common, Job
from runner.manifest.values import RepositoryPath


class EvaluateSpec(Common, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Has a model play an environment, perhaps against another one on the same episodes."""

    model: Annotated[ModelName | Player, Meta(description="The model that plays.")]
    environment: Annotated[EnvironmentName | Environment, Meta(description="What it plays.")]
    against: Annotated[
        ModelName | Player | None,
        Meta(description="Another model on the same episodes: the champion of gates with `against`."),
    ] = None
    endpoint: Annotated[
        Endpoint | None, Meta(description="Where the model is served already; vLLM is started otherwise.")
    ] = None
    episodes: Annotated[int, Meta(ge=2, description="Episodes of each model.")] = 200
    sampling: PlaySampling = PlaySampling()
    parallel_episodes: ParallelEpisodes = 64
    vllm: Vllm = Vllm()
    script: Annotated[
        RepositoryPath, Meta(description="The program that evaluates, by its path in the repository.")
    ] = EVALUATION_SCRIPT
    build: (
        Annotated[
            CommandLine,
            Meta(description="Runs before the program, in the same working copy.", examples=[["make"]]),
        ]
        | None
    ) = None
    resources: ModelResources = ModelResources()


class EvaluateJob(Job, frozen=True, kw_only=True, tag="Evaluate", forbid_unknown_fields=True):
    """A job that evaluates a language model."""

    spec: EvaluateSpec
