"""What generates is said twice, and in two ways.

`engine` says whether vLLM or transformers generates. vLLM is always started as a child of the service, so
`vllm.mode` is of training only. With an `endpoint`, that one generates, and `engine` has no say.
"""

from __future__ import annotations

from runner.lint.rule import Problem, Problems, Rule, Subject


def check(subject: Subject) -> Problems:
    """`vllm.mode`, and an engine beside an endpoint."""
    if subject.kind != "Service":
        return
    spec = subject.spec
    if spec.vllm.mode != "server":
        fix = "write engine: transformers" if spec.vllm.mode == "off" else "remove it"
        yield Problem(("spec", "vllm", "mode"), "vllm.mode has no say in a service", fix)
    if spec.endpoint is not None and spec.engine != "auto":
        message = f"the endpoint generates, not {spec.engine}"
        yield Problem(("spec", "engine"), message, "remove engine or endpoint")


RULE = Rule(
    severity="error",
    summary="Two words on who generates",
    page=__doc__,
    check=check,
    kind="Service",
    bad="vllm: {mode: off}",
    good="engine: transformers",
)
