"""The manifest of a service."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from msgspec import Meta, Struct

from runner.kinds.language.spec import AdapterName, Dtype, Endpoint, ModelName, PlaySampling, Revision, Vllm
from runner.manifest.common import CommandLine, Common, Job, Resources
from runner.manifest.values import Duration, RepositoryPath, SecretName, Size

APP: Final = "workloads.service.app:create"

Factory = Annotated[
    str,
    Meta(
        pattern=r"^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*:[A-Za-z_][A-Za-z0-9_]*$(?!\n)",
        max_length=200,
        description="What makes the ASGI application, as `module:function` of the code.",
        examples=["workloads.service.app:create"],
        extra_json_schema={"patternErrorMessage": "write module:function, such as service.app:create"},
    ),
]
Origin = Annotated[
    str,
    Meta(
        pattern=r"^https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?$(?!\n)",
        max_length=200,
        description="A site, as browsers name it: scheme, host and port, and no path.",
        examples=["https://games.example.org"],
        extra_json_schema={"patternErrorMessage": "write a site such as https://games.example.org"},
    ),
]


class ServedModel(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A language model that answers, perhaps with an adapter laid over it."""

    name: ModelName
    revision: Revision | None = None
    dtype: Annotated[
        Dtype,
        Meta(description="The type of its numbers; `auto` is the one they were saved in."),
    ] = "auto"
    adapter: AdapterName | None = None


class Access(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Who may come in: whoever has a password whose hash is in a secret."""

    passwords: Annotated[
        SecretName, Meta(description="The secret with the hashes, as `runner service hash` writes them.")
    ] = "SERVICE_PASSWORDS"
    attempts: Annotated[
        int, Meta(ge=1, le=100, description="Wrong passwords in a row, after which a client must wait.")
    ] = 5
    longest_delay: Annotated[
        Duration, Meta(description="The longest that it waits; the wait doubles up to here.")
    ] = "15m"
    origins: Annotated[
        list[Origin], Meta(description="Sites whose pages may call the service; normally none.")
    ] = []


class Scaling(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """How many containers stand, and what each takes on. On this machine it is one process."""

    min_containers: Annotated[
        int, Meta(ge=0, le=100, description="So many stand, and are paid for, without any request.")
    ] = 0
    max_containers: Annotated[int, Meta(ge=1, le=100, description="So many stand at most.")] = 1
    scaledown: Annotated[
        Duration, Meta(description="How long a container without a request stands, up to 1h.")
    ] = "5m"
    concurrent_requests: Annotated[
        int, Meta(ge=1, le=1000, description="Requests that one container takes at a time.")
    ] = 64


class RequestLimits(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What requests may take, one and all. How long one may take is `resources.timeout`."""

    body_size: Annotated[Size, Meta(description="The largest body.", examples=["1MiB"])] = "1MiB"
    rollouts: Annotated[
        int, Meta(ge=1, le=4096, description="Episodes that are played at the same time.")
    ] = 64
    episodes: Annotated[int, Meta(ge=1, description="Episodes of one evaluation.")] = 1000
    batch: Annotated[
        int, Meta(ge=1, le=4096, description="Replies that are generated together; vLLM has its own limit.")
    ] = 32
    waiting: Annotated[
        Duration, Meta(description="How long a request waits for room, until it is told to come back.")
    ] = "10s"


class LaunchedTraining(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What requests for training launch: a run of a manifest, with their values laid over it."""

    job: Annotated[
        RepositoryPath,
        Meta(
            description="A manifest of kind GRPO, by its path in the repository.",
            examples=["jobs/grpo-key-door-tiny.yaml"],
        ),
    ]
    at_once: Annotated[int, Meta(ge=1, le=100, description="Trainings that go at the same time.")] = 1


class ServiceResources(Resources, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What one container holds, and how long one request may take."""

    cpu: Annotated[float, Meta(ge=0.125, le=64, description="Physical cores.")] = 2.0
    memory: Annotated[Size, Meta(description="Memory of one container.")] = "8GiB"
    timeout: Annotated[Duration, Meta(description="Longest time for one request.")] = "10m"


class ServiceSpec(Common, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Has a model answer over HTTP, and perhaps launches trainings."""

    model: Annotated[
        ModelName | ServedModel, Meta(description="The model that answers where a request names no other.")
    ]
    app: Factory = APP
    models: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=400,
            description="The folder with the models and adapters that requests may name: of the repository, "
            "or of a Volume by its absolute path.",
            examples=["models", "/models"],
        ),
    ] = "models"
    engine: Annotated[
        Literal["auto", "vllm", "transformers"],
        Meta(description="Who generates; `auto` is vLLM where there is a GPU, and transformers otherwise."),
    ] = "auto"
    vllm: Vllm = Vllm()
    endpoint: Annotated[
        Endpoint | None, Meta(description="Where the model is served already; it is loaded here otherwise.")
    ] = None
    sampling: PlaySampling = PlaySampling()
    build: (
        Annotated[
            CommandLine,
            Meta(description="Runs before it serves, in the same working copy.", examples=[["make"]]),
        ]
        | None
    ) = None
    access: Access = Access()
    scaling: Scaling = Scaling()
    limits: RequestLimits = RequestLimits()
    training: Annotated[
        LaunchedTraining | None, Meta(description="What requests may train; nothing where it is absent.")
    ] = None
    idle_shutdown: (
        Annotated[Duration, Meta(description="On this machine: it ends after so long without a request.")]
        | None
    ) = None
    watch: Annotated[
        list[RepositoryPath],
        Meta(
            description="Paths whose change deploys it anew; all but `jobs/` and `results/` otherwise.",
            examples=[["workloads", "models"]],
        ),
    ] = []
    resources: ServiceResources = ServiceResources()


class ServiceJob(Job, frozen=True, kw_only=True, tag="Service", forbid_unknown_fields=True):
    """A service that should stand."""

    spec: ServiceSpec
