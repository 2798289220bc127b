"""Which workflows an event starts, and from which commit each is read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.standins.actions import filters
from tests.standins.actions.documents import Source, Workflow, text_list
from tests.standins.actions.inputs import dispatched
from tests.standins.actions.mistakes import Mistake, Unsupported

ON_DEFAULT_BRANCH = ("schedule", "issue_comment", "workflow_run", "repository_dispatch")
Payload = Mapping[str, Any]


@dataclass(frozen=True)
class Arrival:
    """An event with the commit that it meant when it happened."""

    name: str
    payload: Payload = field(repr=False)
    default_branch: str
    sha: str
    ref: str

    @property
    def actor(self) -> str:
        """Who caused it."""
        return str((self.payload.get("sender") or {}).get("login", ""))


@dataclass(frozen=True)
class Start:
    """A workflow that an event starts."""

    workflow: Workflow
    arrival: Arrival
    ref: str
    sha: str
    head_branch: str
    head_sha: str
    fork: bool = False
    inputs: Mapping[str, Any] = field(default_factory=dict)

    @property
    def event(self) -> str:
        """The event's name."""
        return self.arrival.name


def started(source: Source, arrival: Arrival) -> list[Start]:
    """The workflows that the event starts. Raises Mistake for a dispatch that GitHub would refuse."""
    find = FINDERS.get(arrival.name)
    if find is None:
        if arrival.name in ON_DEFAULT_BRANCH:
            return _default(source, arrival)
        return _listening_to_others(source, arrival)
    return find(source, arrival)


def listening(source: Source, commit: str, event: str) -> list[tuple[Workflow, Any]]:
    """The workflows of a commit that listen to an event, with what they say of it."""
    found = []
    for workflow in source.workflows(commit):
        filters.check(workflow)
        if event in workflow.triggers:
            found.append((workflow, workflow.triggers[event]))
    return found


def _push(source: Source, arrival: Arrival) -> list[Start]:
    ref, before, after = (str(arrival.payload[key]) for key in ("ref", "before", "after"))
    if after == filters.ZERO or filters.skipped(source.git("log", "-1", "--format=%B", after)):
        return []
    commit = source.commit(after)
    changed = None if ref.startswith("refs/tags/") else filters.pushed_files(source, before, commit)
    branch = ref.split("/", 2)[2]
    return [
        Start(workflow, arrival, ref, commit, branch, commit)
        for workflow, said in listening(source, commit, "push")
        if filters.pushed_ref_fits(said, ref) and (changed is None or filters.paths_fit(said, changed))
    ]


def _pull_request(source: Source, arrival: Arrival) -> list[Start]:
    request = arrival.payload["pull_request"]
    base, head = request["base"], request["head"]
    action = str(arrival.payload["action"])
    if filters.skipped(source.git("log", "-1", "--format=%B", head["sha"])):
        return []
    if action != "closed" and not request.get("mergeable"):
        return []  # a pull request with conflicts has no merge commit, and starts nothing
    changed = filters.requested_files(source, base["sha"], head["sha"])
    fork = (head.get("repo") or {}).get("full_name") != base["repo"]["full_name"]
    starts = []
    for workflow, said in listening(source, arrival.sha, "pull_request"):
        fits = filters.type_fits("pull_request", said, action)
        fits = fits and filters.name_fits(said, "branches", base["ref"])
        if not fits or not filters.paths_fit(said, changed):
            continue
        if action == "closed":
            raise Unsupported(workflow.place, "runs for closed pull requests are not built here")
        starts.append(Start(workflow, arrival, arrival.ref, arrival.sha, head["ref"], head["sha"], fork))
    return starts


def _dispatch(source: Source, arrival: Arrival) -> list[Start]:
    ref = str(arrival.payload["ref"])
    ref = ref if ref.startswith("refs/") else f"refs/heads/{ref}"
    commit, path = source.commit(ref), workflow_path(str(arrival.payload["workflow"]))
    if "workflow_dispatch" not in source.workflow(source.commit(arrival.default_branch), path).triggers:
        raise Mistake(path, "the file on the default branch has no workflow_dispatch")
    workflow = source.workflow(commit, path)
    filters.check(workflow)
    if "workflow_dispatch" not in workflow.triggers:
        raise Mistake(workflow.place, f"there is no workflow_dispatch at {ref}")
    inputs = dispatched(workflow, arrival.payload.get("inputs") or {})
    return [Start(workflow, arrival, ref, commit, ref.split("/", 2)[2], commit, inputs=inputs)]


def workflow_path(said: str) -> str:
    """A workflow as dispatches name it, by file or by path, as a path."""
    return said if "/" in said else f".github/workflows/{said}"


def _default(source: Source, arrival: Arrival) -> list[Start]:
    action = str(arrival.payload.get("action", ""))
    starts = []
    for workflow, said in listening(source, arrival.sha, arrival.name):
        if arrival.name == "schedule":
            fits = workflow.path == arrival.payload["workflow"]
        else:
            fits = filters.type_fits(arrival.name, said, action)
        if arrival.name == "workflow_run":
            run = arrival.payload["workflow_run"]
            fits = fits and run["name"] in text_list(said.get("workflows"))
            fits = fits and filters.name_fits(said, "branches", run["head_branch"])
        if fits:
            branch = arrival.default_branch
            starts.append(Start(workflow, arrival, arrival.ref, arrival.sha, branch, arrival.sha))
    return starts


def _listening_to_others(source: Source, arrival: Arrival) -> list[Start]:
    for workflow, said in listening(source, arrival.sha, arrival.name):
        if filters.type_fits(arrival.name, said, str(arrival.payload.get("action", ""))):
            raise Unsupported(workflow.place, f"runs for {arrival.name} are not built here")
    return []


FINDERS: dict[str, Callable[[Source, Arrival], list[Start]]] = {
    "push": _push,
    "pull_request": _pull_request,
    "workflow_dispatch": _dispatch,
}
