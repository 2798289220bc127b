"""Requests to a service and its answers. What is left out of a request is for the service to choose.

Answers may have fields that are not known here; those are passed over. Times are in seconds.
"""

from __future__ import annotations

from typing import Any, Final, Literal

from msgspec import Struct

EnvType = Literal["key_door", "tic_tac_toe"]
HistoryStrategy = Literal["NO_HISTORY", "FULL_HISTORY", "SCRATCHPAD"]

ENDED: Final = frozenset({"succeeded", "failed", "cancelled", "interrupted"})
"""The states of a training in which nothing works on it any more."""


class Request(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What all requests have."""


class Sampling(Request, frozen=True, kw_only=True, omit_defaults=True):
    """How replies are drawn; `max_tokens` is the most that one reply may have."""

    temperature: float | None = None
    top_p: float | None = None
    top_k: int | None = None
    min_p: float | None = None
    max_tokens: int | None = None


class _Playing(Request, frozen=True, kw_only=True, omit_defaults=True):
    model_path: str | None = None
    adapter: str | None = None
    env_type: EnvType | None = None
    env_config: dict[str, Any] = {}
    history_strategy: HistoryStrategy | None = None
    max_steps: int | None = None
    sampling_params: Sampling | None = None
    seed: int | None = None


class RolloutRequest(_Playing, frozen=True, kw_only=True, omit_defaults=True):
    """One episode of a policy in an environment. The same `seed` is the same episode."""


class EvaluationRequest(_Playing, frozen=True, kw_only=True, omit_defaults=True):
    """`eval_episodes` episodes of a policy, with seeds that follow from `seed`."""

    eval_episodes: int | None = None


class TrainingRequest(Request, frozen=True, kw_only=True, omit_defaults=True):
    """A training: the values that replace those of the manifest which the service launches."""

    model_name: str | None = None
    env_type: EnvType | None = None
    env_config: dict[str, Any] = {}
    env_size: int | None = None
    rollout_max_steps: int | None = None
    history_strategy: HistoryStrategy | None = None
    output_dir: str | None = None
    learning_rate: float | None = None
    batch_size: int | None = None
    max_steps: int | None = None
    tensor_parallel_size: int | None = None
    wandb_project: str | None = None


class Health(Struct, frozen=True, kw_only=True):
    """What a service says of itself to anybody. It is `ready` once its model is loaded.

    `reason` says why that failed, where it did.
    """

    status: str
    service: str = ""
    version: str = ""
    model: str = ""
    engine: str = ""
    ready: bool = False
    uptime_seconds: float = 0.0
    rollouts_running: int = 0
    training: bool = False
    reason: str | None = None


class Turn(Struct, frozen=True, kw_only=True):
    """One step of an episode: what was seen, what the policy did, and what it got for it."""

    step: int
    observation: str = ""
    action: str = ""
    reward: float = 0.0
    done: bool = False
    info: dict[str, Any] = {}
    tokens: int = 0


class Summary(Struct, frozen=True, kw_only=True):
    """An episode as a whole; `truncated` where it ran out of steps."""

    total_reward: float
    steps_taken: int
    success: bool = False
    truncated: bool = False
    seed: int | None = None
    tokens: int = 0


class _Played(Struct, frozen=True, kw_only=True):
    model: str = ""
    adapter: str | None = None
    env_type: str = ""
    history_strategy: str = ""


class Ended(_Played, frozen=True, kw_only=True):
    """The end of a rollout whose turns were told one by one."""

    summary: Summary


class Rollout(Ended, frozen=True, kw_only=True):
    """A whole rollout."""

    trajectory: tuple[Turn, ...]


class Results(Struct, frozen=True, kw_only=True):
    """An evaluation as a whole; `reward_stddev` is the sample's."""

    success_rate: float
    mean_reward: float
    episodes: int
    reward_stddev: float | None = None
    mean_steps: float | None = None
    tokens: int = 0


class Episode(Struct, frozen=True, kw_only=True):
    """One episode of an evaluation."""

    seed: int | None = None
    reward: float = 0.0
    steps: int = 0
    success: bool = False


class Evaluation(_Played, frozen=True, kw_only=True):
    """What a policy came to over many episodes."""

    results: Results
    episodes: tuple[Episode, ...] = ()


class TrainingPlan(Struct, frozen=True, kw_only=True):
    """What a training would do, and the most that it could cost, in US dollars.

    `estimate_usd` is what earlier ones suggest, from and to; `plan` as `runner plan --json` has it.
    """

    job: str = ""
    bound_usd: float | None = None
    estimate_usd: tuple[float, float] | None = None
    plan: dict[str, Any] = {}


class TrainingStarted(Struct, frozen=True, kw_only=True):
    """A training that was taken on; `run` names it."""

    run: str
    job: str = ""
    status: str = ""
    bound_usd: float | None = None
    estimate_usd: tuple[float, float] | None = None
    links: dict[str, str] = {}


class Training(Struct, frozen=True, kw_only=True):
    """How a training stands: one of queued, launching, running, unknown, and those of `ENDED`.

    `progress` has its latest metrics.
    """

    run: str
    status: str
    job: str = ""
    reason: str = ""
    seconds: float | None = None
    cost_usd: float | None = None
    bound_usd: float | None = None
    progress: dict[str, Any] = {}
    pull_request: str | None = None

    @property
    def over(self) -> bool:
        """Whether nothing works on it any more."""
        return self.status in ENDED
