"""The part of the manifest that only sweeps have."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from runner.kinds.sweep.config import SweepConfig
from runner.manifest.common import CommandLine, Common, Job, Resources
from runner.manifest.values import RepositoryPath

WandbName = Annotated[
    str,
    Meta(
        pattern=r"^[A-Za-z0-9_.-]+$(?!\n)",
        max_length=128,
        extra_json_schema={"patternErrorMessage": "write letters, digits, underscores, dots and hyphens"},
    ),
]


class SweepResources(Resources, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What one trial may use, and how often it is tried: a second time, unless told otherwise."""

    retries: Annotated[int, Meta(ge=0, le=10, description="Further attempts when a trial fails.")] = 1


class SweepSpec(Common, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Tries the points of a sweep, one trial each."""

    sweep: (
        Annotated[
            SweepConfig | RepositoryPath,
            Meta(
                description="A sweep in W&B's own words, or the path of a W&B sweep file, used as it is.",
                examples=["config/sweeps/cartpole_ppo_grid.yaml"],
            ),
        ]
        | None
    ) = None
    sweep_id: (
        Annotated[
            str,
            Meta(
                pattern=r"^([A-Za-z0-9_.-]+/){0,2}[A-Za-z0-9_.-]+$(?!\n)",
                max_length=300,
                description="A sweep that exists at W&B: its id, or entity/project/id.",
                examples=["me/CartPole-v1/k3x9q2ab"],
                extra_json_schema={"patternErrorMessage": "write the id, or entity/project/id"},
            ),
        ]
        | None
    ) = None
    count: (
        Annotated[
            int,
            Meta(
                ge=1,
                le=10_000,
                description="Trials in all. Every point of a grid and 10 of any other sweep otherwise.",
                examples=[30],
            ),
        ]
        | None
    ) = None
    runs_per_worker: Annotated[
        int,
        Meta(ge=1, le=10_000, description="Trials one after the other; so count / runs_per_worker at once."),
    ] = 1
    scheduler: Annotated[
        Literal["auto", "wandb", "embedded"],
        Meta(
            description="Who chooses the points: W&B's server and its agents, or W&B's scheduler in the run "
            "itself, with no account. `auto` is `wandb` where `secrets` names WANDB_API_KEY."
        ),
    ] = "auto"
    entity: Annotated[WandbName, Meta(description="Whose project at W&B; WANDB_ENTITY otherwise.")] | None = (
        None
    )
    project: Annotated[WandbName, Meta(description="The project at W&B; WANDB_PROJECT otherwise.")] | None = (
        None
    )
    create_only: Annotated[bool, Meta(description="Only create the sweep at W&B; agents come later.")] = False
    build: (
        Annotated[
            CommandLine, Meta(description="Runs before each trial, in its working copy.", examples=[["make"]])
        ]
        | None
    ) = None
    resources: SweepResources = SweepResources()


class SweepJob(Job, frozen=True, kw_only=True, tag="Sweep", forbid_unknown_fields=True):
    """A job that runs a sweep."""

    inlined: ClassVar[tuple[str, ...]] = ("sweep",)
    environment: ClassVar[dict[str, str]] = {"entity": "WANDB_ENTITY", "project": "WANDB_PROJECT"}

    spec: SweepSpec
