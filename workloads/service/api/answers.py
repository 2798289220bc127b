"""What is answered, field by field."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, Field

from workloads.service.api.requests import EnvType, HistoryStrategy


class Health(BaseModel):
    """How the service is."""

    status: Literal["ok", "failed"] = Field(description="failed: the model could not be loaded.")
    service: str = Field(description="The name of its manifest.")
    version: str = Field(description="What is deployed: a digest of the manifest and the code.")
    model: str = Field(description="The model that plays where a request names no other.")
    engine: Literal["vllm", "transformers", "endpoint"] = Field(description="Who generates.")
    ready: bool = Field(description="Whether the model is loaded.")
    uptime_seconds: float
    rollouts_running: int = Field(description="Episodes that are being played.")
    training: bool = Field(description="Whether trainings can be started.")
    reason: str | None = Field(default=None, description="Why the model could not be loaded.")


class Turn(BaseModel):
    """What was seen, what was replied, and what followed."""

    step: int = Field(description="From 1.")
    observation: str
    action: str = Field(description="The model's whole reply.")
    reward: float
    done: bool
    info: dict[str, Any] = Field(description="What happened, in the game's own names.")
    tokens: int = Field(description="Of the reply.")


class Summary(BaseModel):
    """An episode in short."""

    total_reward: float
    steps_taken: int
    success: bool
    truncated: bool = Field(description="Whether a limit of turns ended it.")
    seed: int
    tokens: int


class _Played(BaseModel):
    model: str
    adapter: str | None
    env_type: EnvType
    history_strategy: HistoryStrategy


class Rollout(_Played):
    """One episode, turn by turn."""

    trajectory: list[Turn]
    summary: Summary


class Results(BaseModel):
    """The numbers of an evaluation."""

    success_rate: float
    mean_reward: float
    reward_stddev: float = Field(description="The sample's standard deviation; 0 of a single episode.")
    mean_steps: float
    episodes: int
    tokens: int


class EpisodeInShort(BaseModel):
    """One episode of an evaluation."""

    seed: int
    reward: float
    steps: int
    success: bool


class Evaluation(_Played):
    """Many episodes, and their numbers."""

    results: Results
    episodes: list[EpisodeInShort]


class Links(BaseModel):
    """Where to go on."""

    status: str
    cancel: str


class StartedTraining(BaseModel):
    """A training that was started, or had been with the same Idempotency-Key."""

    run: str
    job: str
    status: str
    bound_usd: float = Field(description="What it costs at most, in US dollars.")
    estimate_usd: float | None = Field(default=None, description="What earlier ones suggest.")
    links: Links


class PlannedTraining(BaseModel):
    """What would run, and cost; nothing was started."""

    job: str
    bound_usd: float
    estimate_usd: float | None = None
    plan: dict[str, Any] = Field(description="As `runner plan --json` has it.")


TrainingState = Literal[
    "queued", "launching", "running", "interrupted", "succeeded", "failed", "cancelled", "unknown"
]


class Training(BaseModel):
    """How a training stands."""

    run: str
    job: str
    status: TrainingState
    reason: str = Field(description="Why it failed, or is not known; empty otherwise.")
    seconds: float = Field(description="Since it was started.")
    cost_usd: float
    bound_usd: float
    progress: dict[str, float] = Field(description="The latest numbers that it reported.")
    pull_request: str | None = Field(
        default=None, description="Where its weights are proposed, once they are."
    )


class Trainings(BaseModel):
    """All trainings, newest first."""

    trainings: list[Training]


class FieldProblem(BaseModel):
    """What is wrong with one field."""

    field: str
    message: str


class Problem(BaseModel):
    """Why a request was refused."""

    code: str = Field(description="For programs.")
    message: str = Field(description="For people: one sentence.")
    fields: list[FieldProblem] | None = Field(default=None, description="With 422.")


class Refusal(BaseModel):
    """The form of every refusal."""

    error: Problem
