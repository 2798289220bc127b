"""The parts of a manifest that GRPO, Evaluate and Service share: models, environments, sampling and vLLM.

`workloads/textgames/settings.py` has their counterparts, which the programs read; a test compares them.
"""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from msgspec import Meta, Struct

from runner.kinds.language.environments import History
from runner.manifest.common import Resources
from runner.manifest.values import Duration, SecretName, Size

EVALUATION_SCRIPT: Final = "workloads/textgames/evaluate.py"

Dtype = Literal["auto", "float32", "bfloat16", "float16"]
Attention = Literal["sdpa", "eager", "flash_attention_2"]
Count = Annotated[int, Meta(ge=1)]
ModelName = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=300,
        description="A repository of the Hugging Face hub, or a folder of the working copy.",
        examples=["Qwen/Qwen2.5-0.5B-Instruct", "build/tiny"],
    ),
]
Revision = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=100,
        description="A branch, tag or commit of the model's repository at the hub.",
        examples=["main"],
    ),
]
AdapterName = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=400,
        description="A LoRA adapter: a folder of the repository, or a repository of the hub.",
        examples=["models/grpo-wordle"],
    ),
]
EnvironmentName = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=60,
        description="`bfcl`, `gsm8k`, `key_door`, `tic_tac_toe` or `wordle`; `vf-wordle` and `vf_wordle` are "
        "`wordle`, `tool-test` and `vf-bfcl-single-turn` are `bfcl`.",
        examples=["wordle"],
    ),
]
TopP = Annotated[float, Meta(gt=0, le=1, description="Only the likeliest tokens, up to so much together.")]
TopK = Annotated[int, Meta(ge=0, description="Only so many of the likeliest tokens; 0 takes all.")]
MinP = Annotated[
    float, Meta(ge=0, le=1, description="Only tokens at least so likely as this times the likeliest.")
]
Tokens = Annotated[int, Meta(ge=1, description="Tokens of one reply at most.", examples=[512])]
ParallelEpisodes = Annotated[
    int, Meta(ge=1, le=4096, description="Episodes that are played at the same time.")
]


class Model(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A language model, and others that take its place in some environments."""

    name: ModelName
    revision: Revision | None = None
    dtype: Annotated[
        Dtype,
        Meta(description="The type of its numbers; `auto` is the one they were saved in."),
    ] = "auto"
    attn_implementation: Annotated[
        Attention,
        Meta(description="Who computes attention while training; `flash_attention_2` needs a package."),
    ] = "sdpa"
    overrides: Annotated[
        dict[EnvironmentName, ModelName],
        Meta(
            description="Models by the environments in which they take this one's place.",
            examples=[{"bfcl": "Salesforce/xLAM-2-3b-fc-r"}],
        ),
    ] = {}


class Player(Model, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A model that plays, perhaps with an adapter laid over it."""

    adapter: AdapterName | None = None


class Environment(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What is played, and what the player sees of the past."""

    name: EnvironmentName
    arguments: Annotated[
        dict[str, Any],
        Meta(description="What the environment is made with.", examples=[{"size": 3, "max_steps": 20}]),
    ] = {}
    history: Annotated[
        History,
        Meta(
            description="What a player sees beside the present observation: nothing, all turns, its own "
            "notes, or those of an ideal player (`key_door` only)."
        ),
    ] = "full"
    max_turns: (
        Annotated[
            int, Meta(ge=1, description="Replies of an episode at most; the game's own limit otherwise.")
        ]
        | None
    ) = None


class Sampling(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """How a reply is drawn while training."""

    temperature: Annotated[float, Meta(ge=0, description="How much chance there is in it.")] = 1.0
    top_p: TopP = 1.0
    top_k: TopK = 0
    min_p: MinP = 0.0
    max_tokens: Tokens = 256


class PlaySampling(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """How a reply is drawn while a model is evaluated."""

    temperature: Annotated[
        float, Meta(ge=0, description="How much chance there is in it; 0 takes the likeliest token.")
    ] = 0.7
    top_p: TopP = 0.9
    top_k: TopK = 0
    min_p: MinP = 0.0
    max_tokens: (
        Annotated[
            int,
            Meta(
                ge=1,
                description="Tokens of one reply at most; as many as in training, or else 256.",
                examples=[512],
            ),
        ]
        | None
    ) = None


class Vllm(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """How replies are generated."""

    mode: Annotated[
        Literal["server", "colocate", "off"],
        Meta(description="vLLM beside the program or inside it; `off` generates without vLLM."),
    ] = "server"
    gpu_memory_utilization: Annotated[
        float, Meta(gt=0, le=1, description="The part of the GPU's memory that vLLM takes.")
    ] = 0.5
    max_model_len: (
        Annotated[int, Meta(ge=1, description="Tokens of a prompt and its reply; null is the model's own.")]
        | None
    ) = 4096
    block_size: (
        Annotated[int, Meta(ge=1, description="Tokens in a block of the cache.", examples=[16])] | None
    ) = None
    enforce_eager: Annotated[bool, Meta(description="No CUDA graphs: slower, with less memory.")] = False
    enable_auto_tool_choice: Annotated[
        bool, Meta(description="The server parses calls of functions by `tool_call_parser`.")
    ] = False
    tool_call_parser: (
        Annotated[
            str, Meta(min_length=1, max_length=60, description="vLLM's name of it.", examples=["hermes"])
        ]
        | None
    ) = None
    tensor_parallel_size: Annotated[int, Meta(ge=1, le=8, description="GPUs that share the model.")] = 1
    ready_timeout: Annotated[Duration, Meta(description="Longest time until the server is ready.")] = "10m"
    port: Annotated[
        int, Meta(ge=0, le=65535, description="Where the server listens; 0 takes a free one.")
    ] = 0


class Endpoint(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """An OpenAI-compatible endpoint that serves the model already."""

    url: Annotated[
        str,
        Meta(
            pattern=r"^https?://[^\s@]+$(?!\n)",
            max_length=500,
            description="Its address, up to `/v1`.",
            examples=["https://models.example.org/v1"],
            extra_json_schema={
                "patternErrorMessage": "write an address with http:// or https://, and no password"
            },
        ),
    ]
    key: Annotated[SecretName, Meta(description="The name of the secret with its key.")] | None = None


class ModelResources(Resources, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What one task may use, where and for how long, and how often it is tried."""

    cpu: Annotated[float, Meta(ge=0.125, le=64, description="Physical cores.")] = 8.0
    memory: Annotated[Size, Meta(description="Memory of one task.")] = "32GiB"
    timeout: Annotated[Duration, Meta(description="Longest time for one attempt.")] = "4h"
