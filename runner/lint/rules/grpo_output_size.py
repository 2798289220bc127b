"""All weights of the model are larger than the output of a task may be (`limits.output_size` of runner.toml,
10GiB unless it is set). The training would fail when it is done.

Raise the limit, or train adapters with `lora`, which are a hundredth of the size. The size is reckoned from
the number of parameters in the model's name.
"""

from __future__ import annotations

import re

from runner.errors import InputError
from runner.kinds.language.settings import model_settings
from runner.lint.rule import Problem, Problems, Rule, Subject
from runner.manifest.units import size_in_bytes, size_text

_PARAMETERS = re.compile(r"(?<![A-Za-z0-9.])([0-9]{1,4}(?:\.[0-9]{1,3})?)[bB](?![A-Za-z0-9])")
_BILLION = 10**9


def check(subject: Subject) -> Problems:
    """Full fine-tuning of a model whose name tells that it is too large."""
    spec = subject.spec
    if subject.kind != "GRPO" or spec.lora is not None:
        return
    try:
        model = model_settings(spec.model, spec.environment, "")
    except InputError:  # another rule says so
        return
    named = _PARAMETERS.findall(model["name"])
    weights = float(named[-1]) * _BILLION * (4 if model["dtype"] == "float32" else 2) if named else 0.0
    limit = size_in_bytes(subject.settings.limits.output_size)
    if weights > limit:
        message = f"the weights are about {size_text(weights)}, and an output may have {size_text(limit)}"
        fix = 'write [limits] output_size = "…" into runner.toml, or add lora: {}'
        yield Problem(("spec", "model"), message, fix)


RULE = Rule(
    severity="warning",
    summary="Weights too large to come home",
    page=__doc__,
    check=check,
    kind="GRPO",
    bad="model: Qwen/Qwen2.5-7B-Instruct",
    good="model: Qwen/Qwen2.5-1.5B-Instruct",
)
