"""`endpoint.key` is the name of the secret with the endpoint's key, and `secrets` does not list it: the
program would have no key.

Add the name under `secrets`.
"""

from __future__ import annotations

from runner.lint.rule import Problem, Problems, Rule, Subject


def check(subject: Subject) -> Problems:
    """A key that nobody provides."""
    endpoint = getattr(subject.spec, "endpoint", None)
    if endpoint is not None and endpoint.key is not None and endpoint.key not in subject.spec.secrets:
        message = f"{endpoint.key} is not under secrets"
        yield Problem(("spec", "endpoint", "key"), message, f"add it: secrets: [{endpoint.key}]")


RULE = Rule(
    severity="error",
    summary="An endpoint whose key is no secret of the job",
    page=__doc__,
    check=check,
    kind="Evaluate",
    bad="endpoint: {url: 'https://models.example.org/v1', key: MODELS_KEY}",
    good="""
endpoint: {url: 'https://models.example.org/v1', key: MODELS_KEY}
secrets: [MODELS_KEY]
""",
)
