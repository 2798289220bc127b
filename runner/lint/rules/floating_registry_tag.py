"""`latest`, or no tag at all, is another image whenever somebody pushes one.

The same manifest and commit would then run something else, and nobody could tell from the results.

Name a version, or pin the image for good with `@sha256:…`.
"""

from __future__ import annotations

from runner.lint.rule import Problem, Problems, Rule, Subject


def check(subject: Subject) -> Problems:
    """Registry images without a tag, or with `latest`."""
    name = subject.spec.image.registry
    if name is None or "@" in name:
        return
    tag = name.rpartition("/")[2].partition(":")[2]
    if tag in ("", "latest"):
        said = f"the tag {tag} moves" if tag else "there is no tag"
        yield Problem(
            ("spec", "image", "registry"),
            f"{said}: the image can change at any time",
            "name a version, or pin it with @sha256:…",
        )


RULE = Rule(
    severity="warning",
    summary="An image whose tag may move",
    page=__doc__,
    check=check,
    bad="image: {registry: 'ghcr.io/owner/image:latest'}",
    good="image: {registry: 'ghcr.io/owner/image:1.2'}",
)
