"""What is asked of trainings and what is said of them, whoever asks."""

from __future__ import annotations

from typing import Any, Literal

from msgspec import Struct

History = Literal["NO_HISTORY", "FULL_HISTORY", "SCRATCHPAD"]

STATES = (
    "queued",
    "launching",
    "running",
    "interrupted",
    "succeeded",
    "failed",
    "cancelled",
    "unknown",
)
"""What a training can be. `interrupted`: nothing drives it any more, and it may go on later."""

OVER = frozenset({"succeeded", "failed", "cancelled"})


class TrainingRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The values that are laid over the manifest of the training; None keeps the manifest's own.

    `env_size` is `env_config.size` in short, and `rollout_max_steps` the replies of an episode at most.
    `batch_size` counts completions in one backward pass, `max_steps` steps of the optimizer. The weights
    land in `output_dir`, a path below the folder of models.
    """

    model_name: str | None = None
    env_type: Literal["key_door", "tic_tac_toe"] = "key_door"
    env_config: dict[str, Any] = {}
    env_size: int | None = None
    rollout_max_steps: int | None = None
    history_strategy: History = "NO_HISTORY"
    output_dir: str | None = None
    learning_rate: float | None = None
    batch_size: int | None = None
    max_steps: int | None = None
    tensor_parallel_size: int | None = None
    wandb_project: str | None = None


class StartedTraining(Struct, frozen=True, kw_only=True):
    """A training that goes on, or did before where the same was asked for again (`new` is false then).

    Prices in US dollars: what it costs at most, and what earlier ones suggest.
    """

    run: str
    job: str
    status: str
    bound_usd: float
    estimate_usd: float | None = None
    new: bool = True


class PlannedTraining(Struct, frozen=True, kw_only=True):
    """What would run, as `runner plan --json` has it, and its price as in `StartedTraining`."""

    job: str
    bound_usd: float
    estimate_usd: float | None
    plan: dict[str, Any]


class TrainingStatus(Struct, frozen=True, kw_only=True):
    """How a training stands. `status` is one of STATES, `reason` why it failed or is not known.

    `seconds` since it was started, `cost_usd` so far and `bound_usd` at most, at the provider's prices.
    `progress` are the latest numbers that it reported. `pull_request` is the branch, or the address, where
    its weights are proposed; None as long as they are not.
    """

    run: str
    job: str
    status: str
    reason: str
    seconds: float
    cost_usd: float
    bound_usd: float
    progress: dict[str, float]
    pull_request: str | None = None


class FieldProblem(Struct, frozen=True):
    """What is wrong with one field of the request."""

    field: str
    message: str


class TrainingError(Exception):
    """The answer to a request that is refused: HTTP's `status`, a `code` and one sentence with the fix.

    `fields` are named where the request itself is at fault (422); `retry_after` in seconds, where trying
    again makes sense.
    """

    def __init__(
        self,
        code: str,
        status: int,
        message: str,
        *,
        fields: tuple[FieldProblem, ...] = (),
        retry_after: int | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.status = status
        self.message = message
        self.fields = fields
        self.retry_after = retry_after
