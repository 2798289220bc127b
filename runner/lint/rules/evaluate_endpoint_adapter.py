"""An endpoint plays with the weights that it has: an adapter cannot be sent to it.

Name the model as the endpoint does, which may well be an adapter there; or leave `endpoint` out, and vLLM is
started with the adapter.
"""

from __future__ import annotations

from runner.lint.language import models
from runner.lint.rule import Problem, Problems, Rule, Subject


def check(subject: Subject) -> Problems:
    """`adapter` beside `endpoint`."""
    if getattr(subject.spec, "endpoint", None) is None:
        return
    for path, model in models(subject):
        if not isinstance(model, str) and model.adapter is not None:
            fix = "leave it out, and name the model as the endpoint does"
            yield Problem((*path, "adapter"), "the adapter cannot be sent to an endpoint", fix)


RULE = Rule(
    severity="error",
    summary="An adapter for an endpoint",
    page=__doc__,
    check=check,
    kind="Evaluate",
    bad="""
model: {name: policy, adapter: models/wordle}
endpoint: {url: 'https://models.example.org/v1'}
""",
    good="""
model: {name: policy}
endpoint: {url: 'https://models.example.org/v1'}
""",
)
