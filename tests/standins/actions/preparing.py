"""From a workflow that an event starts to what `act` is called with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.standins.actions import support
from tests.standins.actions.documents import Source, Workflow
from tests.standins.actions.jobs import CALLED_HERE, Call, Leaf, Top, walk
from tests.standins.actions.mistakes import Mistake, Unsupported
from tests.standins.actions.permissions import Permissions
from tests.standins.actions.runs import WorkflowRun
from tests.standins.actions.secrecy import Gate, check_job, given_secrets
from tests.standins.actions.triggers import Start
from tests.standins.actions.uses import Actions, lay_out


@dataclass
class Settings:
    """What the repository's settings say, and what the runner of these tests adds."""

    secrets: Mapping[str, str] = field(repr=False)
    variables: Mapping[str, str]
    environments: Mapping[str, Gate]
    permissions: Permissions
    """What a token may when a workflow declares nothing."""
    environment: Mapping[str, str]
    """More variables for every step."""


@dataclass
class Prepared:
    """A run that could start: its jobs, and the folders of its actions."""

    start: Start
    leaves: list[Leaf]
    calls: list[Call]
    top: Top

    @property
    def environments(self) -> set[str]:
        """The environments that its jobs name."""
        return {leaf.environment for leaf in self.leaves} - {""}


def contexts(start: Start, run: WorkflowRun, server: str, variables: Mapping[str, str]) -> dict[str, Any]:
    """The contexts that are known before a job starts."""
    payload = start.arrival.payload
    request = payload.get("pull_request") or {}
    repository = start.workflow.source.name
    github = {
        "event": payload,
        "event_name": start.event,
        "ref": start.ref,
        "ref_name": start.ref.split("/", 2)[2],
        "ref_type": "tag" if start.ref.startswith("refs/tags/") else "branch",
        "head_ref": request.get("head", {}).get("ref", "") if start.event == "pull_request" else "",
        "base_ref": request.get("base", {}).get("ref", "") if start.event == "pull_request" else "",
        "sha": start.sha,
        "actor": run.actor,
        "repository": repository,
        "repository_owner": repository.split("/")[0],
        "workflow": start.workflow.name,
        "run_id": str(run.run_id),
        "run_number": str(run.number),
        "run_attempt": str(run.attempt),
        "server_url": server,
    }
    return {"github": github, "vars": dict(variables), "inputs": dict(start.inputs)}


def prepare(
    start: Start, known: Mapping[str, Any], sources: Mapping[str, Source], settings: Settings
) -> Prepared:
    """Resolves and checks all jobs. Raises Mistake and Unsupported."""

    def find(name: str, commit: str) -> Workflow:
        owner, repository, path = name.split("/", 2)
        source = sources.get(f"{owner}/{repository}")
        if source is None:
            raise Mistake(start.workflow.place, f"there is no repository {owner}/{repository}")
        return source.workflow(commit, path)

    jobs = list(walk(start.workflow, known, settings.permissions, find))
    leaves = [each for each in jobs if isinstance(each, Leaf)]
    calls = [each for each in jobs if isinstance(each, Call)]
    for call in calls:
        support.check_call(call)
    own = {name.upper() for name in settings.secrets}
    for leaf in leaves:
        support.check_leaf(leaf)
        here = names(settings.environments.get(leaf.environment))
        elsewhere = {name for gate in settings.environments.values() for name in names(gate)} - here - own
        check_job(leaf.place, leaf.workflow, leaf.document, leaf.view, here, elsewhere)
    return Prepared(start, leaves, calls, Top(start.workflow, known))


def names(gate: Gate | None) -> set[str]:
    """The names of an environment's secrets."""
    return {name.upper() for name in gate.secrets} if gate else set()


def secrets_of(prepared: Prepared, settings: Settings) -> dict[str, str]:
    """The run's secrets; none for a pull request from a fork."""
    if prepared.start.fork:
        return {}
    return given_secrets(settings.secrets, settings.environments, prepared.environments)


def lay_out_source(prepared: Prepared, folder: Path) -> None:
    """A folder that looks like a checkout to `act`: the event's commit, and the workflow files, unchanged.

    `act` reads local called workflows only from here, also those that a workflow of another repository calls.
    """
    start = prepared.start
    source = start.workflow.source
    lay_out(source, start.workflow.commit, folder, ".github/workflows")
    git = folder / ".git"
    (git / "refs").mkdir(parents=True)
    (git / "objects" / "info").mkdir(parents=True)
    (git / "objects" / "info" / "alternates").write_text(f"{source.git_directory.resolve()}/objects\n")
    (git / "HEAD").write_text(start.sha + "\n")
    (git / "config").write_text("[core]\n\trepositoryformatversion = 0\n\tbare = false\n")
    for call in prepared.calls:
        here = CALLED_HERE.fullmatch(str(call.document["uses"]))
        if here is None:
            continue
        path = folder / here[1]
        if not path.exists():
            lay_out(call.target.source, call.target.commit, folder, here[1])
        elif path.read_text().removesuffix("\n") != call.target.text:
            raise Unsupported(call.target.place, f"`act` would take the caller's own {here[1]} for it")


def find_actions(prepared: Prepared, folder: Path, sources: Mapping[str, Source]) -> Actions:
    """The folders for all actions of a run, also those that composite actions use."""
    actions = Actions(folder, sources)
    start = prepared.start
    actions.add_actions_of(start.workflow.source, start.workflow.commit)
    for source in sources.values():
        if source.has("HEAD"):
            actions.add_actions_of(source, "HEAD")
    for leaf in prepared.leaves:
        actions.add_steps(leaf.place, leaf.steps)
    for call in prepared.calls:
        if call.target.source.name != call.workflow.source.name:
            actions.add_repository(call.target.source.name, call.target.commit)
    return actions
