"""vLLM is there for GPUs. The build of it in the runner's image does not start without one, and a build for
CPUs generates slower than a GPU by orders of magnitude.

Ask for a GPU under `resources`, or write `vllm: {mode: off}` (in a service `engine: transformers`): then
transformers generates, which is fine for tiny models. Where the local backend is the usual one, this
machine's own vLLM is used, and nothing is said.
"""

from __future__ import annotations

from runner.lint.rule import Problem, Problems, Rule, Subject


def check(subject: Subject) -> Problems:
    """vLLM at a provider without a GPU."""
    spec = subject.spec
    served = getattr(spec, "endpoint", None) is not None or spec.vllm.mode == "off"
    if served or spec.resources.gpu is not None or subject.settings.backend == "local":
        return
    if subject.kind != "Service":
        message = f"vllm.mode is {spec.vllm.mode}, and the job asks for no GPU"
        fix = "add resources: {gpu: …}, or write vllm: {mode: off}"
        yield Problem(("spec", "vllm", "mode"), message, fix)
    elif spec.engine == "vllm":
        message = "engine is vllm, and the service asks for no GPU"
        fix = "add resources: {gpu: …}, or write engine: transformers"
        yield Problem(("spec", "engine"), message, fix)


RULE = Rule(
    severity="warning",
    summary="vLLM without a GPU",
    page=__doc__,
    check=check,
    kind="GRPO",
    settings="backend = 'modal'",
    bad="vllm: {mode: server}",
    good="vllm: {mode: off}",
)
