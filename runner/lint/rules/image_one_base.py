"""An image begins in one way: with `python`, which makes a slim image of that version; with
`registry`, an image that exists; or with a `dockerfile`.

Keep one of them. `apt`, `pip`, `run` and `env` can be laid over each.
"""

from __future__ import annotations

from runner.lint.rule import Problem, Problems, Rule, Subject


def check(subject: Subject) -> Problems:
    """More than one of the three."""
    image = subject.spec.image
    given = [name for name in ("python", "registry", "dockerfile") if getattr(image, name) is not None]
    if len(given) > 1:
        yield Problem(("spec", "image"), f"the image begins with {' and '.join(given)}", "keep one of them")


RULE = Rule(
    severity="error",
    summary="An image with two beginnings",
    page=__doc__,
    check=check,
    bad="image: {python: '3.11', registry: 'ghcr.io/owner/image:1.2'}",
    good="image: {registry: 'ghcr.io/owner/image:1.2'}",
)
