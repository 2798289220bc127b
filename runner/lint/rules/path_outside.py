"""Weights, deployed files, programs, requirement files and Dockerfiles are files of the repository; what
`deploy` takes, and a validation's document, are files of an output folder.

Their paths are relative, with forward slashes. An absolute path, a `..`, a colon, a backslash
or a `~` names a place outside, which no other machine has and which nobody reviewed.

Write a path of the repository as `git ls-files` shows it.
"""

from __future__ import annotations

from collections.abc import Iterator

from runner.lint.rule import Problem, Problems, Rule, Subject
from runner.manifest.finding import Path
from runner.manifest.paths import wrong_with
from runner.wording import shown


def check(subject: Subject) -> Problems:
    """Paths that are absolute or lead upwards."""
    for path, text in _paths(subject):
        if why := wrong_with(text):
            yield Problem(
                path, f"{shown(text)} {why}", "write a relative path, such as data/weights/bot.toml"
            )


def _paths(subject: Subject) -> Iterator[tuple[Path, str]]:
    yield from (*subject.targets(), *subject.folder(), *subject.scripts())
    for index, file in enumerate(subject.spec.deploy.files):
        yield ("spec", "deploy", "files", index, "from"), file.source.rpartition(":")[2]
    for name in ("requirements", "dockerfile"):
        if (file := getattr(subject.spec.image, name)) is not None:
            yield ("spec", "image", name), file
    if subject.kind == "Service":
        yield from ((("spec", "watch", index), path) for index, path in enumerate(subject.spec.watch))
        if subject.spec.training is not None:
            yield ("spec", "training", "job"), subject.spec.training.job
    if subject.validation is not None:
        yield ("spec", "validation", "document"), subject.validation.document


RULE = Rule(
    severity="error",
    summary="A path that leaves the repository",
    page=__doc__,
    check=check,
    bad="deploy: {files: [{from: model.toml, to: ../model.toml}]}",
    good="deploy: {files: [{from: model.toml, to: data/model.toml}]}",
)
