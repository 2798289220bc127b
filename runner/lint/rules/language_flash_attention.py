"""`attn_implementation: flash_attention_2` needs the package `flash-attn`, which is built for one version of
CUDA, Python and torch and is not part of the runner's image.

`sdpa` is nearly as fast and needs nothing. Or add a wheel of it under `image.pip`.
"""

from __future__ import annotations

from runner.lint.language import models
from runner.lint.rule import Problem, Problems, Rule, Subject


def check(subject: Subject) -> Problems:
    """That attention in an image without the package."""
    image = subject.spec.image
    own = (image.python, image.requirements, image.registry, image.dockerfile)
    packages = " ".join(image.pip).lower().replace("_", "-")
    if any(own) or "flash-attn" in packages:
        return
    for path, model in models(subject):
        if not isinstance(model, str) and model.attn_implementation == "flash_attention_2":
            fix = "write sdpa, or add a wheel of flash-attn to image.pip"
            yield Problem((*path, "attn_implementation"), "the image has no package flash-attn", fix)


RULE = Rule(
    severity="warning",
    summary="An implementation of attention that the image lacks",
    page=__doc__,
    check=check,
    kind="GRPO",
    bad="model: {name: Qwen/Qwen2.5-0.5B-Instruct, attn_implementation: flash_attention_2}",
    good="model: {name: Qwen/Qwen2.5-0.5B-Instruct, attn_implementation: sdpa}",
)
