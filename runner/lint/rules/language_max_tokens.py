"""`vllm.max_model_len` counts the tokens of a prompt and its reply together. A reply as long as that leaves
no room for a prompt, and nothing could be asked.

Lower `max_tokens`, or raise `max_model_len` as far as the model and the GPU's memory go.
"""

from __future__ import annotations

from collections.abc import Iterator

from runner.kinds.language.settings import MAX_TOKENS
from runner.lint.rule import Problem, Problems, Rule, Subject
from runner.manifest.finding import Path


def check(subject: Subject) -> Problems:
    """Replies as long as all that the model may see."""
    limit = subject.spec.vllm.max_model_len
    if limit is None or getattr(subject.spec, "endpoint", None) is not None:
        return
    if getattr(subject.spec, "engine", "") == "transformers":
        return
    for path, tokens in _replies(subject):
        if tokens >= limit:
            message = f"replies of {tokens:,} tokens leave no room for a prompt in max_model_len {limit:,}"
            yield Problem(path, message, "lower max_tokens, or raise vllm.max_model_len")


def _replies(subject: Subject) -> Iterator[tuple[Path, int]]:
    """How long replies may be, where the manifest says it or leaves it to the default."""
    spec = subject.spec
    yield ("spec", "sampling", "max_tokens"), spec.sampling.max_tokens or MAX_TOKENS
    if subject.kind == "GRPO" and spec.evaluation.sampling.max_tokens is not None:
        yield ("spec", "evaluation", "sampling", "max_tokens"), spec.evaluation.sampling.max_tokens


RULE = Rule(
    severity="error",
    summary="Replies that leave no room for a prompt",
    page=__doc__,
    check=check,
    kind="GRPO",
    bad="""
sampling: {max_tokens: 4096}
vllm: {max_model_len: 4096}
""",
    good="""
sampling: {max_tokens: 1024}
vllm: {max_model_len: 4096}
""",
)
