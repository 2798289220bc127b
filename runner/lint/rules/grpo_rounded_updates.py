"""A weight in bfloat16 keeps 8 bits: one of 0.02 changes in steps of about 0.0001. An update is about as
large as the learning rate, so that smaller ones are mostly rounded away, and the model learns less than its
gradients say.

Train adapters with `lora`, which are kept in float32 whatever the model is in. Or write `dtype: float32`: the
weights keep all bits with twice the memory, and vLLM, which then has them in float32, too, is slower.
"""

from __future__ import annotations

from runner.lint.rule import Problem, Problems, Rule, Subject

LEAST = 3e-5


def check(subject: Subject) -> Problems:
    """All weights in bfloat16 with a learning rate below half a step."""
    spec = subject.spec
    if subject.kind != "GRPO" or spec.lora is not None or isinstance(spec.model, str):
        return
    if spec.model.dtype == "bfloat16" and spec.training.learning_rate < LEAST:
        message = f"updates of {spec.training.learning_rate:g} are mostly lost in weights of bfloat16"
        yield Problem(("spec", "model", "dtype"), message, "add lora: {}, or write dtype: float32")


RULE = Rule(
    severity="note",
    summary="Updates that bfloat16 rounds away",
    page=__doc__,
    check=check,
    kind="GRPO",
    bad="model: {name: Qwen/Qwen2.5-0.5B-Instruct, dtype: bfloat16}",
    good="model: {name: Qwen/Qwen2.5-0.5B-Instruct, dtype: float32}",
)
