"""The provider's images take Python from 3.11 to 3.15, and this version is none of them.

3.10 has reached its end: the provider's newest image builder does not know it, and its next client
refuses to run it. Code that needs an older one can bring it along in an image of its own
(`registry` or `dockerfile`), which needs a newer Python beside it.
"""

from __future__ import annotations

from runner.lint.rule import Problem, Problems, Rule, Subject
from runner.wording import choices, shown

VERSIONS = ("3.11", "3.12", "3.13", "3.14", "3.15")


def check(subject: Subject) -> Problems:
    """Versions that no image of the provider has."""
    version = subject.spec.image.python
    if version is not None and version not in VERSIONS:
        message = f"the provider has no image with Python {shown(version)}"
        yield Problem(("spec", "image", "python"), message, f"write {choices(map(shown, VERSIONS))}")


RULE = Rule(
    severity="error",
    summary="A Python that the provider has no image of",
    page=__doc__,
    check=check,
    bad="image: {python: '3.9'}",
    good="image: {python: '3.12'}",
)
