"""The parts of a manifest that every kind of job shares.

These types are the one source of the published JSON Schema: titles, descriptions and examples in
`Meta` are what an editor shows on hover and completion.
"""

from __future__ import annotations

import re
from typing import Annotated, ClassVar, Literal

from msgspec import Meta, Struct, field

from runner.manifest.values import (
    GPU_PATTERN,
    REGION_PATTERN,
    Confidence,
    Duration,
    Gpu,
    MountPath,
    Name,
    Region,
    RepositoryPath,
    SecretName,
    Size,
    VariableName,
    VolumeName,
)

API_VERSION = "runner/v1"


class ShellCommand(Struct, frozen=True, forbid_unknown_fields=True):
    """A command line that is passed to `sh -c`; prefer a list of arguments."""

    shell: Annotated[
        str,
        Meta(
            min_length=1,
            description="One line for `sh -c`; it reads values from `$RUNNER_…` variables, not from `${…}`.",
            examples=["make train && make report"],
        ),
    ]


CommandLine = Annotated[
    Annotated[list[str], Meta(min_length=1)] | ShellCommand,
    Meta(
        description="The program and its arguments, as a list; no shell stands between. "
        "`{shell: …}` passes one line to a shell instead.",
        examples=[["python", "train.py"]],
    ),
]


class Metadata(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Who this job is."""

    name: Annotated[
        Name,
        Meta(
            description="Lower-case letters, digits and hyphens; it becomes a branch and a folder name.",
            examples=["skirmish-weights"],
        ),
    ]
    description: Annotated[str, Meta(max_length=500, description="One sentence for people.")] = ""
    labels: Annotated[dict[str, str], Meta(description="Free labels, for filtering.")] = {}
    owners: Annotated[
        list[str], Meta(description="Who reviews this job's pull requests.", examples=[["@alice"]])
    ] = []


class Source(Struct, frozen=True, forbid_unknown_fields=True):
    """Where the code comes from, when it is not this repository."""

    repository: Annotated[
        str, Meta(min_length=1, description="A git URL.", examples=["https://github.com/owner/game.git"])
    ]
    ref: Annotated[
        str, Meta(min_length=1, description="A branch, tag or commit; pinned to a commit in the plan.")
    ] = "HEAD"


class Image(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What the container holds; the local backend uses this machine's programs instead."""

    python: (
        Annotated[
            str,
            Meta(
                pattern=r"^3\.[0-9]+$(?!\n)",
                description="A slim image with this version of Python, from 3.11; in quotes.",
                examples=["3.11"],
            ),
        ]
        | None
    ) = None
    apt: Annotated[list[str], Meta(description="Debian packages.", examples=[["ffmpeg"]])] = []
    pip: Annotated[list[str], Meta(description="Python packages, pinned.", examples=[["numpy==2.4.6"]])] = []
    requirements: (
        Annotated[
            RepositoryPath, Meta(description="A file with pinned packages.", examples=["requirements.lock"])
        ]
        | None
    ) = None
    run: Annotated[list[str], Meta(description="Commands that run while the image is built.")] = []
    env: Annotated[dict[VariableName, str], Meta(description="Environment variables of every command.")] = {}
    registry: (
        Annotated[
            str,
            Meta(
                min_length=1,
                description="An image that exists, with its tag.",
                examples=["ghcr.io/owner/image:1.2"],
            ),
        ]
        | None
    ) = None
    dockerfile: (
        Annotated[RepositoryPath, Meta(description="A Dockerfile to build.", examples=["docker/Dockerfile"])]
        | None
    ) = None


class Resources(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What one task may use, where and for how long, and how often it is tried."""

    cpu: Annotated[float, Meta(ge=0.125, le=64, description="Physical cores.", examples=[2])] = 1.0
    memory: Annotated[Size, Meta(description="Memory of one task.")] = "2GiB"
    gpu: Annotated[
        Gpu | Annotated[list[Gpu], Meta(min_length=1, description="In order of preference.")] | None,
        Meta(
            description="A GPU with an optional count, or a list to fall back along.",
            examples=["T4", ["L4", "T4"]],
        ),
    ] = None
    timeout: Annotated[Duration, Meta(description="Longest time for one attempt.")] = "1h"
    stall_timeout: (
        Annotated[Duration, Meta(description="End an attempt that printed and reported nothing for so long.")]
        | None
    ) = None
    retries: Annotated[int, Meta(ge=0, le=10, description="Further attempts when the program fails.")] = 0
    retry_on: Annotated[
        list[Literal["timeout", "out-of-memory"]],
        Meta(description="Failures, beside a failing program, that `retries` also covers."),
    ] = []
    max_parallel: Annotated[int, Meta(ge=1, description="Most tasks at once.")] | None = None
    region: Annotated[
        Region | Annotated[list[Region], Meta(min_length=1)] | None,
        Meta(
            description="Where a task may run, which costs more; anywhere otherwise.",
            examples=["us-east", ["eu-west", "eu-north"]],
        ),
    ] = None

    def __post_init__(self) -> None:
        """Raises ValueError for a GPU or a region whose name does not match its pattern."""
        for value, pattern in ((self.gpu, GPU_PATTERN), (self.region, REGION_PATTERN)):
            for name in (value,) if isinstance(value, str) else value or ():
                if not re.match(pattern, name):
                    raise ValueError(f"{name!r} is no such name")


class Budget(Struct, frozen=True, forbid_unknown_fields=True):
    """What the whole run may cost at most; a plan that could cost more is refused."""

    usd: Annotated[float, Meta(gt=0, description="US dollars.", examples=[12.5])]


class Gate(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A statement about a metric that must hold for the verdict to be `pass`.

    Exactly one of `between`, `min`, `max` and `against` says what is compared.
    """

    metric: Annotated[str, Meta(min_length=1, description="The metric's name.", examples=["win_rate"])]
    task: (
        Annotated[
            str,
            Meta(
                description="One task; every task that reports the metric otherwise.",
                examples=["train/generalist"],
            ),
        ]
        | None
    ) = None
    between: (
        Annotated[
            list[float],
            Meta(
                min_length=2,
                max_length=2,
                description="The least and the most it may be.",
                examples=[[0.5, 0.55]],
            ),
        ]
        | None
    ) = None
    min: Annotated[float, Meta(description="The least it may be.", examples=[0.5])] | None = None
    max: Annotated[float, Meta(description="The most it may be.", examples=[0.1])] | None = None
    against: (
        Annotated[
            Literal["champion"],
            Meta(
                description="Compare with `champion.<metric>` of the same task: the files as they stand now."
            ),
        ]
        | None
    ) = None
    min_delta: Annotated[float, Meta(description="With `against`: at least so much higher.")] | None = None
    max_delta: Annotated[float, Meta(description="With `against`: at most so much higher.")] | None = None
    confidence: Confidence = 0.95


class DeployFile(Struct, frozen=True, forbid_unknown_fields=True):
    """One produced file and the file of the repository that it replaces."""

    source: Annotated[
        str,
        Meta(
            min_length=1,
            description="A path under the output folder of the job's one task, or task:path.",
            examples=["model.toml", "train/generalist:report.json"],
        ),
    ] = field(name="from")
    to: Annotated[
        RepositoryPath, Meta(description="The file of the repository.", examples=["data/model.toml"])
    ]


class Deploy(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Which produced files the pull request puts into the repository."""

    enabled: Annotated[bool, Meta(description="false leaves the repository's files as they are.")] = True
    files: Annotated[list[DeployFile], Meta(description="Files beside the weights of variants.")] = []


class Schedule(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """When this job is launched by itself; a time that was missed is caught up once."""

    cron: Annotated[
        str,
        Meta(
            pattern=r"^[0-9A-Za-z*,/#-]+( +[0-9A-Za-z*,/#-]+){4}$(?!\n)",
            max_length=100,
            description="Minute, hour, day of the month, month and weekday, as cron takes them; in quotes.",
            examples=["0 3 * * 1"],
            extra_json_schema={
                "patternErrorMessage": "write minute, hour, day of the month, month and weekday, such as "
                "0 3 * * 1; names such as @daily are not known"
            },
        ),
    ]
    timezone: Annotated[
        str,
        Meta(
            pattern=r"^[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+)*$(?!\n)",
            max_length=64,
            description="The time zone of `cron`, by its IANA name such as `Europe/Berlin`.",
            extra_json_schema={"patternErrorMessage": "write a name such as Europe/Berlin"},
        ),
    ] = "UTC"


class Common(Struct, kw_only=True, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What the `spec` of every kind may hold."""

    source: Source | None = None
    image: Image = Image()
    resources: Resources = Resources()
    env: Annotated[
        dict[VariableName, str],
        Meta(description="Environment variables of every task.", examples=[{"LOG_LEVEL": "info"}]),
    ] = {}
    secrets: Annotated[
        list[SecretName],
        Meta(description="Names only; the values stay where jobs run.", examples=[["WANDB_API_KEY"]]),
    ] = []
    volumes: Annotated[
        dict[MountPath, VolumeName],
        Meta(
            description="Volumes of the provider that every task sees, and may write, at these paths; names "
            "may hold `${experimenter}` and `${experiment}`. The local backend has none.",
            examples=[{"/data": "games-${experimenter}"}],
        ),
    ] = {}
    experimenter: (
        Annotated[Name, Meta(description="Who runs this, for the names of Volumes.", examples=["alice"])]
        | None
    ) = None
    experiment: (
        Annotated[
            Name,
            Meta(
                description="What this is part of, for the names of Volumes; the job's name otherwise.",
                examples=["opening-book"],
            ),
        ]
        | None
    ) = None
    budget: Budget | None = None
    gates: Annotated[
        list[Gate],
        Meta(
            description="What must hold for the verdict to be `pass`.",
            examples=[[{"metric": "score", "min": 0.5}]],
        ),
    ] = []
    deploy: Deploy = Deploy()
    concurrency: Annotated[
        Literal["refuse", "queue", "replace"],
        Meta(description="What to do when a run of this job is still going."),
    ] = "refuse"
    schedule: Schedule | None = None
    seed: (
        Annotated[
            int,
            Meta(ge=0, le=2**31 - 1, description="Fixes every task's seed; derived from the run otherwise."),
        ]
        | None
    ) = None


class Job(
    Struct,
    kw_only=True,
    frozen=True,
    forbid_unknown_fields=True,
    tag_field="kind",
    rename={"api_version": "apiVersion"},
):
    """A checked manifest. Each kind narrows `spec`."""

    inlined: ClassVar[tuple[str, ...]] = ()
    """Fields of the spec that may name a YAML file of the repository, which then stands in their place."""

    environment: ClassVar[dict[str, str]] = {}
    """Fields of the spec that a variable of the launching process fills where the manifest does not."""

    api_version: Literal["runner/v1"]
    metadata: Metadata
    spec: Common
