"""The name is not among the GPUs that the provider offers, so nothing could start.

Names are written as the provider writes them, with an optional count: `T4`, `L4`, `A10`, `L40S`,
`A100-40GB`, `A100-80GB`, `H100:2`. `runner prices` lists them all.
"""

from __future__ import annotations

from runner.lint.gpus import GPUS
from runner.lint.rule import Problem, Problems, Rule, Subject
from runner.wording import did_you_mean, shown


def check(subject: Subject) -> Problems:
    """GPU names that neither the table nor the repository's own prices know."""
    own = subject.settings.prices.get("gpu_second")
    known = {*GPUS, *own} if isinstance(own, dict) else GPUS
    for path, gpu in subject.gpus():
        name = gpu.partition(":")[0]
        if name not in known:
            yield Problem(path, f"there is no GPU {shown(name)}", did_you_mean(name, known))


RULE = Rule(
    severity="error",
    summary="A GPU that the provider does not have",
    page=__doc__,
    check=check,
    bad="""
resources: {gpu: A100-80}
budget: {usd: 10}
""",
    good="""
resources: {gpu: A100-80GB}
budget: {usd: 10}
""",
)
