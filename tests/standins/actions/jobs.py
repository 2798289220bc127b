"""The jobs of a run that have steps, through all workflows that are called."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.standins.actions import inputs as checking
from tests.standins.actions.documents import Workflow
from tests.standins.actions.expressions import Contexts, Unknown, interpolate
from tests.standins.actions.mistakes import Mistake, Unsupported
from tests.standins.actions.permissions import Permissions, of_job
from tests.standins.actions.secrecy import View
from tests.standins.actions.secrecy import handed as handed_secrets

CALLED_HERE = re.compile(r"\./(\.github/workflows/[^@/]+\.ya?ml)")
CALLED_THERE = re.compile(r"([\w.-]+/[\w.-]+)/(\.github/workflows/[^@/]+\.ya?ml)@(\S+)")
DEEPEST = 10
Find = Callable[[str, str], Workflow]
"""Finds a workflow of a repository on the hub: `owner/name/path` and a commit."""


@dataclass(frozen=True)
class Leaf:
    """A job that runs on a runner."""

    path: tuple[str, ...]
    """The ids of the jobs that lead to it, its own last."""
    workflow: Workflow
    document: Mapping[str, Any] = field(repr=False)
    permissions: Permissions
    contexts: Contexts = field(repr=False)
    caller: str = ""
    """The name that the calling job shows, for finding this one in `act`'s log."""
    view: View = None

    @property
    def steps(self) -> list[Mapping[str, Any]]:
        """Its steps."""
        return list(self.document.get("steps") or [])

    @property
    def place(self) -> str:
        """For messages."""
        return f"{self.workflow.place}: job {self.path[-1]}"

    def value(self, said: Any) -> Any:
        """A string of this job, evaluated."""
        try:
            return interpolate(said, self.contexts)
        except Unknown as error:
            raise Unsupported(self.place, str(error)) from error

    @property
    def environment(self) -> str:
        """The environment that the job runs in, or the empty string."""
        said = self.document.get("environment")
        return str(self.value(said.get("name") if isinstance(said, Mapping) else said) or "")

    @property
    def group(self) -> tuple[str, bool] | None:
        """The job's own concurrency group, and whether it cancels the one that runs."""
        return None if self.document.get("concurrency") is None else group_of(self)


def group_of(owner: Leaf | Top) -> tuple[str, bool]:
    """A concurrency block: the group's name, and whether it cancels the one that runs."""
    said = owner.document["concurrency"]
    if not isinstance(said, Mapping):
        return str(owner.value(said)), False
    return str(owner.value(said["group"])), owner.value(said.get("cancel-in-progress", False)) in (
        True,
        "true",
    )


@dataclass(frozen=True)
class Top:
    """A workflow as an event starts it."""

    workflow: Workflow
    contexts: Contexts

    @property
    def document(self) -> Mapping[str, Any]:
        """The whole file."""
        return self.workflow.document

    def value(self, said: Any) -> Any:
        """A string of the workflow, evaluated."""
        try:
            return interpolate(said, self.contexts)
        except Unknown as error:
            raise Unsupported(self.workflow.place, str(error)) from error


@dataclass(frozen=True)
class Call:
    """A job that calls a workflow."""

    path: tuple[str, ...]
    workflow: Workflow
    document: Mapping[str, Any] = field(repr=False)
    target: Workflow


def walk(
    workflow: Workflow,
    contexts: Contexts,
    given: Permissions,
    find: Find,
    within: Permissions | None = None,
    path: tuple[str, ...] = (),
    caller: str = "",
    view: View = None,
) -> Iterator[Leaf | Call]:
    """Every job below a workflow: leaves, and the calls on the way to them."""
    if len(path) >= DEEPEST:
        raise Mistake(workflow.place, f"more than {DEEPEST} workflows call each other")
    for identifier, job in workflow.jobs.items():
        place = f"{workflow.place}: job {identifier}"
        permissions = of_job(place, workflow.document, job, given, within)
        here = (*path, identifier)
        if "uses" not in job:
            yield Leaf(here, workflow, job, permissions, contexts, caller, view)
            continue
        target = called(workflow, place, str(job["uses"]), find)
        checking.called_secrets(target, place, job.get("secrets"))
        values = checking.called(target, place, handed(job, contexts))
        yield Call(here, workflow, job, target)
        inside, shown = {**contexts, "inputs": values}, str(job.get("name", identifier))
        passed = handed_secrets(place, job.get("secrets"), view)
        yield from walk(target, inside, permissions, find, permissions, here, shown, passed)


def called(workflow: Workflow, place: str, uses: str, find: Find) -> Workflow:
    """The workflow that a job's `uses` names: of the same commit, or of a repository at a full SHA."""
    here, there = CALLED_HERE.fullmatch(uses), CALLED_THERE.fullmatch(uses)
    if here:
        target = workflow.source.workflow(workflow.commit, here[1])
    elif there:
        if not re.fullmatch(r"[0-9a-f]{40}", there[3]):
            raise Mistake(place, f"{uses} is not pinned by a full commit SHA")
        target = find(f"{there[1]}/{there[2]}", there[3])
    else:
        raise Mistake(place, f"{uses} is no workflow")
    if "workflow_call" not in target.triggers:
        raise Mistake(place, f"{uses} cannot be called: it has no workflow_call")
    return target


def handed(job: Mapping[str, Any], contexts: Contexts) -> dict[str, Any]:
    """The values of a call's `with`; those that only the run knows are `Unknown`."""
    values: dict[str, Any] = {}
    for name, said in (job.get("with") or {}).items():
        try:
            values[str(name)] = interpolate(said, contexts)
        except Unknown as error:
            values[str(name)] = error
    return values
