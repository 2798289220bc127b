"""The manifest of a tuning job."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from runner.manifest.common import CommandLine, Common, Job, Resources
from runner.manifest.values import Duration, Name, RepositoryPath

FieldPath = Annotated[str, Meta(min_length=1, max_length=200)]


class Variant(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One training program with its own arguments and weight files."""

    name: Annotated[
        Name,
        Meta(
            description="Lower-case letters, digits and hyphens; the task is then `train/<name>`.",
            examples=["generalist"],
        ),
    ]
    command: Annotated[CommandLine, Meta(examples=[["python", "train.py", "${variant.weights}"]])]
    weights: Annotated[
        RepositoryPath | Annotated[list[RepositoryPath], Meta(min_length=1)],
        Meta(
            description="Files of the working copy that the program writes; they land at the same path.",
            examples=["data/weights/generalist.toml", ["data/ember.json", "data/tide.json"]],
        ),
    ]


class Fields(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Where an existing tool's JSON holds what the validation document needs.

    Each value is a dotted path; those below `matchups` are relative to one matchup.
    """

    matchups: Annotated[
        FieldPath, Meta(description="Where the list of matchups is.", examples=["report.results"])
    ] = "matchups"
    side_a: Annotated[FieldPath, Meta(description="The name of the first side.", examples=["home.name"])] = (
        "side_a"
    )
    side_b: Annotated[FieldPath, Meta(description="The name of the second side.", examples=["away.name"])] = (
        "side_b"
    )
    games: Annotated[FieldPath, Meta(description="Games that were played.", examples=["total_games"])] = (
        "games"
    )
    draws: Annotated[FieldPath, Meta(description="Games without a winner.", examples=["ties"])] = "draws"
    wins_a: Annotated[
        FieldPath, Meta(description="Games that the first side won.", examples=["home.wins"])
    ] = "wins_a"
    wins_b: Annotated[
        FieldPath, Meta(description="Games that the second side won.", examples=["away.wins"])
    ] = "wins_b"
    wins_first_seat: Annotated[
        FieldPath, Meta(description="Games won by whoever moved first.", examples=["p1_wins"])
    ] = "wins_first_seat"
    wins_second_seat: Annotated[
        FieldPath, Meta(description="Games won by whoever moved second.", examples=["p2_wins"])
    ] = "wins_second_seat"
    seconds: Annotated[
        FieldPath, Meta(description="How long the matchup took.", examples=["timing.seconds"])
    ] = "seconds"


class Thresholds(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Largest difference between two factions' win rates that counts as balanced, or as a warning."""

    balanced: Annotated[float, Meta(gt=0, le=1, description="Up to here it is balanced.")] = 0.05
    warning: Annotated[float, Meta(gt=0, le=1, description="Up to here it is a warning.")] = 0.10


class Validation(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A round robin of the trained weights; `command` writes the validation document."""

    command: Annotated[
        CommandLine,
        Meta(
            examples=[
                [
                    *("python", "play.py", "--matchup", "${matchup}", "--games", "${games}"),
                    *("--output", "${output}/validation.json"),
                ]
            ]
        ),
    ]
    matchups: Annotated[
        list[
            Annotated[
                Name,
                Meta(
                    description="Lower-case letters, digits and hyphens; the task is then `validate/<name>`.",
                    examples=["ember-tide"],
                ),
            ]
        ],
        Meta(
            min_length=1,
            description="What is played; `${matchup}` stands for the name.",
            examples=[["ember-tide", "ember-grove", "tide-grove"]],
        ),
    ]
    games: Annotated[
        int, Meta(ge=1, description="Games per pairing and seat, as the command understands it.")
    ] = 500
    mode: Annotated[
        Literal["parallel", "sequential"], Meta(description="One container per matchup, or all in one.")
    ] = "parallel"
    document: Annotated[
        RepositoryPath,
        Meta(description="The document's name in the output folder.", examples=["result.json"]),
    ] = "validation.json"
    fields: Fields = Fields()
    thresholds: Thresholds = Thresholds()
    resources: Annotated[
        Resources | None, Meta(description="What one matchup may use; that of the training otherwise.")
    ] = None
    timeout: Annotated[Duration, Meta(description="Longest time for one matchup.")] | None = None


class TuneSpec(Common, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Train every variant in parallel, then validate what they made."""

    variants: Annotated[
        list[Variant],
        Meta(
            min_length=1,
            description="The programs that tune weights; they run in parallel.",
            examples=[
                [{"name": "generalist", "command": ["python", "tune.py"], "weights": "data/generalist.toml"}]
            ],
        ),
    ]
    build: (
        Annotated[
            CommandLine,
            Meta(
                description="Runs before each command, in the same working copy.",
                examples=[["make", "game"]],
            ),
        ]
        | None
    ) = None
    validation: Validation | None = None
    mode: Annotated[
        Literal["full", "train-only", "validate-only"],
        Meta(description="`validate-only` uses the weights as they stand."),
    ] = "full"


class TuneJob(Job, frozen=True, kw_only=True, tag="Tune", forbid_unknown_fields=True):
    """A job that tunes weights."""

    spec: TuneSpec
