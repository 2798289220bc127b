"""What a lint rule is, and what it looks at."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from msgspec import Struct

from runner.lint.commands import commands
from runner.manifest.finding import Path, Position, Severity

if TYPE_CHECKING:
    from runner.manifest.common import Job, Resources
    from runner.manifest.document import Document
    from runner.settings import Settings

T = TypeVar("T")


class Subject:
    """A checked manifest and its surroundings, as every rule sees them.

    `spec` is of the kind's type, and what it lacks of `matrix`, `variants`, `validation` and `sweep` is
    empty; `root` is None where no repository is known. `names` are the jobs of other manifests that are
    checked along, each with its file. Methods list what the job names, with its path in the manifest.
    """

    def __init__(
        self,
        job: Job,
        document: Document,
        settings: Settings,
        *,
        root: str | os.PathLike[str] | None = None,
        names: Mapping[str, str] | None = None,
        overrides: tuple[str, ...] = (),
    ) -> None:
        self.job = job
        self.kind = str(type(job).__struct_config__.tag)
        self.spec: Any = job.spec
        self.matrix: dict[str, list[Any]] = getattr(job.spec, "matrix", {})
        self.variants: list[Any] = getattr(job.spec, "variants", [])
        self.validation: Any = getattr(job.spec, "validation", None)
        sweep: Any = getattr(job.spec, "sweep", None)
        self.sweep: Any = None if isinstance(sweep, str) else sweep
        self.document = document
        self.settings = settings
        self.root = root
        self.names = names or {}
        self.overrides = overrides
        self.commands = commands(job.spec)

    def parts(self, data: Mapping[str, Any]) -> set[str]:
        """What can wake a rule: the kind, the sweep's method, fields of the spec and below, and the policy's.

        Names deeper down are there where a rule asks for them: `against` and `task` of gates, the
        resources of a validation, and `shell` for any command.
        """
        spec = data["spec"]
        parts = {f"kind.{self.kind}", *spec}
        for value in spec.values():
            if type(value) is dict:
                parts.update(value)
        for gate in spec.get("gates", ()):
            parts.update(gate)
        validation = spec.get("validation")
        if validation:
            parts.update(validation.get("resources") or ())
        if self.sweep is not None:
            parts.add(f"method.{self.sweep.method}")
        if any(command.shell is not None for command in self.commands):
            parts.add("shell")
        policy = self.settings.policy
        for name in ("kinds", "gpus", "secrets", "sources"):
            if getattr(policy, name) is not None:
                parts.add(f"policy.{name}")
        return parts

    def variables(self) -> list[tuple[Path, str, str]]:
        """Every variable of an `env`: its path, its name and its value."""
        found: list[tuple[Path, str, str]]
        found = [(("spec", "env", name), name, value) for name, value in self.spec.env.items()]
        image = self.spec.image.env.items()
        return found + [(("spec", "image", "env", name), name, value) for name, value in image]

    def secrets(self) -> list[tuple[Path, str]]:
        """The names under `secrets`, and that of a service's passwords."""
        found: list[tuple[Path, str]]
        found = [(("spec", "secrets", index), name) for index, name in enumerate(self.spec.secrets)]
        access: Any = getattr(self.spec, "access", None)
        return found if access is None else [*found, (("spec", "access", "passwords"), access.passwords)]

    def resources(self) -> list[tuple[Path, Resources]]:
        """Every `resources` of the job."""
        found: list[tuple[Path, Resources]] = [(("spec", "resources"), self.spec.resources)]
        if self.validation is not None and self.validation.resources is not None:
            found.append((("spec", "validation", "resources"), self.validation.resources))
        return found

    def timeouts(self) -> list[tuple[Path, str]]:
        """Every `timeout` of the job."""
        found: list[tuple[Path, str]]
        found = [((*path, "timeout"), each.timeout) for path, each in self.resources()]
        if self.validation is not None and self.validation.timeout is not None:
            found.append((("spec", "validation", "timeout"), self.validation.timeout))
        evaluation: Any = getattr(self.spec, "evaluation", None)
        if evaluation is not None and evaluation.timeout is not None:
            found.append((("spec", "evaluation", "timeout"), evaluation.timeout))
        return found

    def gpus(self) -> list[tuple[Path, str]]:
        """Every GPU that the job names."""
        return [
            gpu
            for path, resources in self.resources()
            if resources.gpu is not None
            for gpu in _each((*path, "gpu"), resources.gpu)
        ]

    def weights(self) -> list[tuple[Path, str]]:
        """Every weight file that a variant writes."""
        return [
            file
            for index, variant in enumerate(self.variants)
            for file in _each(("spec", "variants", index, "weights"), variant.weights)
        ]

    def targets(self) -> list[tuple[Path, str]]:
        """Every file of the repository that the job would replace, but for those of its folder."""
        files = enumerate(self.spec.deploy.files)
        return self.weights() + [(("spec", "deploy", "files", index, "to"), file.to) for index, file in files]

    def folder(self) -> list[tuple[Path, str]]:
        """The folder of the repository that a trained model lands in, if the manifest names it."""
        named = getattr(self.spec, "weights", None)
        return [] if named is None else [(("spec", "weights"), named)]

    def scripts(self) -> list[tuple[Path, str]]:
        """Every program of the repository that the job names by a `script`, or leaves to its default."""
        evaluation: Any = getattr(self.spec, "evaluation", None)
        script = getattr(self.spec, "script", None)
        found: list[tuple[Path, str]] = [] if script is None else [(("spec", "script"), script)]
        played = evaluation is not None and evaluation.episodes > 0
        return found + ([(("spec", "evaluation", "script"), evaluation.script)] if played else [])


def _each(path: Path, value: str | list[str]) -> list[tuple[Path, str]]:
    """One text, or the texts of a list, with their paths."""
    if isinstance(value, str):
        return [(path, value)]
    return [((*path, index), text) for index, text in enumerate(value)]


def repeated(values: Iterable[T]) -> Iterator[tuple[int, T]]:
    """The values that stood before already, with their index."""
    seen = set()
    for index, value in enumerate(values):
        if value in seen:
            yield index, value
        seen.add(value)


class Problem(NamedTuple):
    """What a rule found at a path of the manifest; `position` where only the text knows the place."""

    path: Path
    message: str
    fix: str
    position: Position | None = None


Problems = Iterator[Problem]


class Rule(Struct, frozen=True, kw_only=True):
    """One lint rule; its id is the name of its file. `page` is what `runner explain` shows.

    `bad` and `good` hold fields of the `spec` of a job of that `kind` (or its `kind` or `metadata`);
    `settings`, `files` (of the repository, with what they hold) and `names` (of other jobs) are the
    surroundings of both.
    """

    severity: Severity
    summary: str
    page: str | None
    check: Callable[[Subject], Problems]
    bad: str
    good: str
    kind: str = "Command"
    settings: str = ""
    files: dict[str, str] = {}
    names: dict[str, str] = {}
