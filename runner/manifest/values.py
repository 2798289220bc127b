"""The single values of a manifest: names, durations, sizes, paths.

Each is a type with a pattern, a description and the message for what does not match it.
"""

from __future__ import annotations

from typing import Annotated, Final

import msgspec
from msgspec import Meta

from runner.manifest.units import DURATION_PATTERN, SIZE_PATTERN

Name = Annotated[
    str,
    Meta(
        pattern=r"^[a-z0-9]([a-z0-9-]*[a-z0-9])?$(?!\n)",
        max_length=50,
        description="Lower-case letters, digits and hyphens.",
        extra_json_schema={"patternErrorMessage": "write lower-case letters, digits and hyphens"},
    ),
]
Duration = Annotated[
    str,
    Meta(
        pattern=DURATION_PATTERN,
        description="A duration in words.",
        examples=["90s", "30m", "1h30m"],
        extra_json_schema={"patternErrorMessage": "a duration is written as numbers with d, h, m and s"},
    ),
]
Size = Annotated[
    str,
    Meta(
        pattern=SIZE_PATTERN,
        description="A size in words.",
        examples=["512MiB", "8GiB"],
        extra_json_schema={
            "patternErrorMessage": "a size is a number with KiB, MiB, GiB, TiB, KB, MB, GB or TB"
        },
    ),
]
RepositoryPath = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=400,
        description="A path relative to the repository's root, with forward slashes.",
    ),
]
SecretName = Annotated[
    str,
    Meta(
        pattern=r"^[A-Z_][A-Z0-9_]*$(?!\n)",
        max_length=100,
        description="The name of an environment variable; the value never stands in a manifest.",
        examples=["WANDB_API_KEY"],
        extra_json_schema={
            "patternErrorMessage": "write a name in capitals, digits and underscores; never a value"
        },
    ),
]
VariableName = Annotated[
    str,
    Meta(
        pattern=r"^[A-Za-z_][A-Za-z0-9_]*$(?!\n)",
        max_length=100,
        description="The name of an environment variable.",
        extra_json_schema={
            "patternErrorMessage": "write letters, digits and underscores, and no digit first"
        },
    ),
]
# `Resources` itself holds these to their patterns: where a text may also be a list, msgspec (0.22) takes a
# pattern for a type when it cleans up, and crashes.
GPU_PATTERN: Final = r"^[A-Za-z0-9-]+(:[1-8])?$(?!\n)"
REGION_PATTERN: Final = r"^[a-z0-9]([a-z0-9-]*[a-z0-9])?$(?!\n)"
Gpu = Annotated[
    str,
    Meta(
        description="A GPU type of the provider, with an optional count.",
        examples=["T4", "A100-80GB:2"],
        extra_json_schema={
            "pattern": GPU_PATTERN,
            "patternErrorMessage": "write a type, with an optional count from 1 to 8",
        },
    ),
]
Region = Annotated[
    str,
    Meta(
        max_length=50,
        description="A region of the provider.",
        examples=["us-east"],
        extra_json_schema={
            "pattern": REGION_PATTERN,
            "patternErrorMessage": "write lower-case letters, digits and hyphens",
        },
    ),
]
MountPath = Annotated[
    str,
    Meta(
        pattern=r"^(/[A-Za-z0-9._-]+)+$(?!\n)",
        max_length=200,
        description="An absolute path in the container.",
        examples=["/data"],
        extra_json_schema={
            "patternErrorMessage": "write an absolute path of letters, digits, dots, hyphens and underscores"
        },
    ),
]
VolumeName = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=200,
        description="The name of a Volume of the provider; it is made where there is none.",
    ),
]
Confidence = Annotated[
    float, Meta(gt=0.5, lt=1, description="How sure the verdict must be.", examples=[0.95])
]


def is_name(text: str) -> bool:
    """Whether a job may be called so."""
    try:
        msgspec.convert(text, Name)
    except msgspec.ValidationError:
        return False
    return True
