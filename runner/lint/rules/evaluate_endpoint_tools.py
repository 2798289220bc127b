"""The environment offers functions, and the endpoint is asked for calls of them. An endpoint of vLLM answers
such requests with an error unless it was started with `--enable-auto-tool-choice` and `--tool-call-parser`.

See that it was; other services need nothing. A vLLM that the job starts itself needs neither.
"""

from __future__ import annotations

from runner.kinds.language.environments import CALL_TOOLS
from runner.lint.language import plays
from runner.lint.rule import Problem, Problems, Rule, Subject


def check(subject: Subject) -> Problems:
    """Functions, through an endpoint of somebody else."""
    if subject.kind == "Evaluate" and subject.spec.endpoint is not None and plays(subject, CALL_TOOLS):
        message = "the endpoint must take requests with functions"
        fix = "start its vLLM with --enable-auto-tool-choice --tool-call-parser hermes"
        yield Problem(("spec", "endpoint", "url"), message, fix)


RULE = Rule(
    severity="note",
    summary="Calls of functions through an endpoint",
    page=__doc__,
    check=check,
    kind="Evaluate",
    bad="""
environment: bfcl
endpoint: {url: 'https://models.example.org/v1'}
""",
    good="""
environment: wordle
endpoint: {url: 'https://models.example.org/v1'}
""",
)
