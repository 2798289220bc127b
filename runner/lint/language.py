"""What the rules on language models look at: names of environments and models, with their places."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from runner.kinds.language.environments import canonical
from runner.lint.rule import Subject
from runner.manifest.finding import Path

if TYPE_CHECKING:
    from runner.kinds.language.spec import Environment

ENVIRONMENT: Path = ("spec", "environment")


def environment(subject: Subject) -> str:
    """The environment, as the manifest names it."""
    named = subject.spec.environment
    return named if isinstance(named, str) else str(named.name)


def whole_environment(subject: Subject) -> Environment | None:
    """The environment, where the manifest says more of it than its name."""
    named: Environment | str = subject.spec.environment
    return None if isinstance(named, str) else named


def environments(subject: Subject) -> Iterator[tuple[Path, str]]:
    """Every name of an environment: what is played, and those in which models take another's place."""
    yield (
        (ENVIRONMENT if whole_environment(subject) is None else (*ENVIRONMENT, "name")),
        environment(subject),
    )
    for path, model in models(subject):
        for name in () if isinstance(model, str) else model.overrides:
            yield (*path, "overrides", name), name


def models(subject: Subject) -> Iterator[tuple[Path, Any]]:
    """Every model, as a name or as more than that."""
    for field in ("model", "against"):
        model = getattr(subject.spec, field, None)
        if model is not None:
            yield ("spec", field), model


def plays(subject: Subject, names: frozenset[str]) -> bool:
    """Whether the environment is one of these."""
    return canonical(environment(subject)) in names
