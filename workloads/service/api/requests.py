"""What requests may say: each field with its meaning, its bounds and an example."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

EnvType = Literal["key_door", "tic_tac_toe"]
HistoryStrategy = Literal["NO_HISTORY", "FULL_HISTORY", "SCRATCHPAD"]

LONGEST_EPISODE: Final = 1000
"""Turns; no episode is longer."""
_LARGEST_SEED: Final = 2**53 - 1
"""The largest whole number that every reader of JSON keeps."""

EnvConfig = Annotated[
    dict[str, Any],
    Field(
        max_length=16,
        description="What the game is made with: size and max_steps of key_door, notation and max_turns of "
        "tic_tac_toe.",
        examples=[{"size": 4}],
        json_schema_extra={
            "properties": {
                "size": {"type": "integer", "minimum": 2, "maximum": 100, "description": "Rooms of a side."},
                "max_steps": {"type": "integer", "minimum": 1, "maximum": 10_000},
                "notation": {"enum": ["number", "words"], "description": "How moves are written."},
                "max_turns": {"type": "integer", "minimum": 5, "maximum": 1000},
            },
            "additionalProperties": False,
        },
    ),
]

_Path = Annotated[str, Field(min_length=1, max_length=512)]
_Whole = Annotated[int, Field(ge=1, le=1_000_000)]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    password: str | None = Field(
        default=None,
        description="In place of the Authorization header, which is the better way.",
        json_schema_extra={"writeOnly": True, "format": "password"},
    )


class SamplingParams(BaseModel):
    """How a reply is drawn; what is left out is as the service's manifest has it."""

    model_config = ConfigDict(extra="forbid", strict=True)

    temperature: float | None = Field(
        default=None,
        ge=0,
        le=10,
        allow_inf_nan=False,
        description="0 takes the likeliest token.",
        examples=[0.8],
    )
    top_p: float | None = Field(
        default=None,
        gt=0,
        le=1,
        allow_inf_nan=False,
        description="The likeliest tokens of this much probability.",
    )
    top_k: int | None = Field(
        default=None, ge=0, le=1_000_000, description="So many of the likeliest tokens; 0 takes all."
    )
    min_p: float | None = Field(
        default=None,
        ge=0,
        le=1,
        allow_inf_nan=False,
        description="Tokens at least so probable, as a part of the likeliest.",
    )
    max_tokens: int | None = Field(
        default=None, ge=1, le=32_768, description="The tokens of one reply at most.", examples=[50]
    )


class _Playing(_Body):
    model_path: _Path | None = Field(
        default=None,
        description="A model or an adapter below the folder of models; the service's own model if left out.",
    )
    adapter: _Path | None = Field(
        default=None, description="An adapter below the folder of models, laid over the model."
    )
    env_type: EnvType = Field(default="key_door", description="The game.")
    env_config: EnvConfig = {}
    history_strategy: HistoryStrategy = Field(
        default="NO_HISTORY",
        description="What the model sees of the past: nothing, all of it, or what it wrote down itself.",
    )
    max_steps: int | None = Field(
        default=None,
        ge=1,
        le=LONGEST_EPISODE,
        description="The turns of an episode at most. The game's own limit counts too; that of key_door is "
        "set to this one, unless env_config has one.",
        examples=[20],
    )
    sampling_params: SamplingParams = SamplingParams()
    seed: int | None = Field(
        default=None,
        ge=0,
        le=_LARGEST_SEED,
        description="The same seed is the same episode. Without one it is drawn, and returned.",
        examples=[7],
    )


class RolloutRequest(_Playing):
    """One episode."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "env_type": "tic_tac_toe",
                    "max_steps": 20,
                    "sampling_params": {"temperature": 0.8, "max_tokens": 50},
                }
            ]
        }
    )

    stream: bool = Field(
        default=False, description="Answer with a line of JSON for each turn as it is played."
    )


class EvaluationRequest(_Playing):
    """Many episodes, with seeds that follow each other from `seed`."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "env_type": "key_door",
                    "env_config": {"size": 4},
                    "eval_episodes": 10,
                    "history_strategy": "NO_HISTORY",
                }
            ]
        }
    )

    eval_episodes: int = Field(default=10, ge=1, description="The episodes that are played.")


class StartTrainingRequest(_Body):
    """A training: the service's manifest of it, with these values laid over."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"env_type": "key_door", "env_size": 4, "learning_rate": 1e-5, "max_steps": 100}]
        }
    )

    model_name: Annotated[str, Field(min_length=1, max_length=512)] | None = Field(
        default=None, description="The model to begin with; that of the manifest if left out."
    )
    env_type: EnvType = Field(default="key_door", description="The game.")
    env_config: EnvConfig = {}
    env_size: int | None = Field(default=None, ge=2, le=100, description="env_config.size in short.")
    rollout_max_steps: int | None = Field(
        default=None, ge=1, le=10_000, description="The turns of an episode at most."
    )
    history_strategy: HistoryStrategy = Field(
        default="NO_HISTORY", description="What the model sees of the past."
    )
    output_dir: _Path | None = Field(
        default=None, description="Where the weights land, below the folder of models."
    )
    learning_rate: float | None = Field(
        default=None, gt=0, le=1, allow_inf_nan=False, description="Of the optimizer.", examples=[1e-5]
    )
    batch_size: _Whole | None = Field(default=None, description="Completions in one backward pass.")
    max_steps: _Whole | None = Field(default=None, description="Steps of the optimizer.")
    tensor_parallel_size: Annotated[int, Field(ge=1, le=64)] | None = Field(
        default=None, description="The GPUs that vLLM spreads the model over."
    )
    wandb_project: Annotated[str, Field(min_length=1, max_length=128)] | None = Field(
        default=None, description="The project of Weights & Biases that shows its progress."
    )
    dry_run: bool = Field(default=False, description="Tell the plan and its price, and start nothing.")
