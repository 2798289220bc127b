"""A sweep as W&B's files describe it. A file that W&B takes is taken here, unchanged."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType, field

Distribution = Literal[
    "constant", "categorical", "categorical_w_probabilities", "int_uniform", "uniform", "q_uniform",
    "log_uniform", "log_uniform_values", "q_log_uniform", "q_log_uniform_values", "inv_log_uniform",
    "inv_log_uniform_values", "normal", "q_normal", "log_normal", "q_log_normal", "beta", "q_beta",
]  # fmt: skip

ParameterName = Annotated[
    str,
    Meta(
        pattern=r"^[A-Za-z_][A-Za-z0-9_.-]*$(?!\n)",
        max_length=100,
        description="A parameter, as the program knows it.",
        extra_json_schema={
            "patternErrorMessage": "write letters, digits, underscores, dots and hyphens, and begin with a "
            "letter or an underscore"
        },
    ),
]


class Parameter(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One parameter: a constant, a list, a range, a distribution, or parameters of its own."""

    value: Annotated[Any, Meta(description="The same in every trial.")] | UnsetType = UNSET
    values: (
        Annotated[list[Any], Meta(min_length=1, description="To choose from.", examples=[[32, 64, 128]])]
        | None
    ) = None
    probabilities: (
        Annotated[list[float], Meta(min_length=1, description="How likely each of `values` is.")] | None
    ) = None
    distribution: (
        Annotated[
            Distribution,
            Meta(
                description="How a range is sampled. The limits of `log_uniform` are exponents of e; those "
                "of `log_uniform_values` are the values themselves.",
                examples=["log_uniform_values"],
            ),
        ]
        | None
    ) = None
    min: Annotated[float | int, Meta(description="The least it may be.", examples=[0.0001])] | None = None
    max: Annotated[float | int, Meta(description="The most it may be.", examples=[0.01])] | None = None
    q: Annotated[float | int, Meta(description="The step of a quantized distribution.")] | None = None
    mu: Annotated[float | int, Meta(description="The mean of a normal distribution.")] | None = None
    sigma: Annotated[float | int, Meta(description="The standard deviation of one.")] | None = None
    a: Annotated[float | int, Meta(description="The first shape of a beta distribution.")] | None = None
    b: Annotated[float | int, Meta(description="The second shape of one.")] | None = None
    parameters: (
        Annotated[
            dict[ParameterName, Parameter],
            Meta(min_length=1, description="Nested parameters, such as the start and end of a schedule."),
        ]
        | None
    ) = None


class MetricGoal(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """The number that the sweep is about."""

    name: Annotated[
        str,
        Meta(
            min_length=1, max_length=200, description="As it is logged.", examples=["train/roll/ep_rew/mean"]
        ),
    ]
    goal: Annotated[Literal["minimize", "maximize"], Meta(description="Which way is better.")] = "minimize"
    target: (
        Annotated[float, Meta(description="No further trial starts once one has come to this.")] | None
    ) = None
    impute: Annotated[
        Literal["latest", "best", "worst"] | None, Meta(description="What bayes takes a failed trial to be.")
    ] = None
    impute_while_running: Annotated[
        Literal["false", "latest", "best", "worst"] | None,
        Meta(description="What bayes takes a trial to be that still runs."),
    ] = None


class EarlyTerminate(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Ends trials early that do worse than others at the same number of reports: W&B's Hyperband."""

    type: Annotated[Literal["hyperband"], Meta(description="The only one that W&B has.")]
    min_iter: (
        Annotated[int, Meta(gt=0, description="Reports of the metric before the first bracket.")] | None
    ) = None
    max_iter: Annotated[int, Meta(gt=0, description="Reports at the last bracket; needs `s`.")] | None = None
    s: Annotated[int, Meta(gt=0, description="How many brackets, with `max_iter`.")] | None = None
    eta: Annotated[float | int, Meta(description="How much later each bracket comes.")] | None = None
    strict: Annotated[bool, Meta(description="End every trial that is not among the best.")] | None = None


class Controller(Struct, frozen=True, forbid_unknown_fields=True):
    """Who chooses the points; `scheduler` of the manifest decides that."""

    type: Annotated[Literal["cloud", "local"], Meta(description="W&B's server, or a process of one's own.")]


class SweepConfig(
    Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    omit_defaults=True,
    rename={"api_version": "apiVersion"},
):
    """A sweep in W&B's own words."""

    method: Annotated[
        Literal["grid", "random", "bayes"],
        Meta(description="Every combination; independent draws; or draws that learn from results."),
    ]
    parameters: Annotated[
        dict[ParameterName, Parameter],
        Meta(
            min_length=1, description="What to vary.", examples=[{"learning_rate": {"values": [0.001, 0.01]}}]
        ),
    ]
    metric: MetricGoal | None = None
    program: Annotated[
        str | None,
        Meta(description="The training script, from the repository's root.", examples=["train.py"]),
    ] = None
    command: (
        Annotated[
            list[str | int | float],
            Meta(
                min_length=1,
                description="The command line, with W&B's macros; `python` with the program and its "
                "arguments otherwise.",
                examples=[["${env}", "${interpreter}", "${program}", "${args}"]],
            ),
        ]
        | None
    ) = None
    early_terminate: EarlyTerminate | None = None
    run_cap: Annotated[int, Meta(gt=0, description="Most trials.")] | None = None
    name: Annotated[str, Meta(max_length=200, description="What W&B shows.")] = ""
    description: Annotated[str, Meta(description="What W&B shows beside the name.")] = ""
    entity: Annotated[str, Meta(description="Whose project; a user or team of W&B.")] = ""
    project: Annotated[str, Meta(description="The project at W&B.")] = ""
    controller: Controller | None = None
    api_version: Annotated[str, Meta(description="As W&B's files may have it.")] = field(
        default="", name="apiVersion"
    )
    kind: Annotated[Literal["sweep", ""], Meta(description="As W&B's files may have it.")] = ""
