"""Which of an event's workflows its filters let through, by GitHub's documented rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tests.standins.actions.documents import Source, Workflow, text_list
from tests.standins.actions.mistakes import Mistake, Unsupported
from tests.standins.actions.patterns import all_ignored, any_chosen

ZERO = "0" * 40
MOST_FILES = 300  # GitHub looks at so many changed files and no further
DEFAULT_TYPES = {"pull_request": ["opened", "synchronize", "reopened"]}
ALLOWED = {
    "push": {"branches", "branches-ignore", "tags", "tags-ignore", "paths", "paths-ignore"},
    "pull_request": {"branches", "branches-ignore", "paths", "paths-ignore", "types"},
    "workflow_run": {"branches", "branches-ignore", "workflows", "types"},
    "workflow_dispatch": {"inputs"},
    "workflow_call": {"inputs", "outputs", "secrets"},
    "schedule": {"cron"},
}
SKIPS = ("[skip ci]", "[ci skip]", "[no ci]", "[skip actions]", "[actions skip]")


def check(workflow: Workflow) -> None:
    """Refuses filters that GitHub does not know for their event, and those that exclude each other."""
    for event, said in workflow.triggers.items():
        if event == "workflow_run" and text_list(said.get("types")) != ["completed"]:
            raise Unsupported(
                workflow.place, "it listens to runs before they are completed; say types: [completed]"
            )
        groups = said if isinstance(said, list) else [said]
        for group in groups:
            if unknown := set(group) - ALLOWED.get(event, {"types"}):
                raise Mistake(workflow.place, f"on.{event} knows no {', '.join(sorted(unknown))}")
            for name in ("branches", "tags", "paths"):
                if name in group and f"{name}-ignore" in group:
                    raise Mistake(workflow.place, f"on.{event} has both {name} and {name}-ignore")
                patterns = text_list(group.get(name))
                if patterns and all(each.startswith("!") for each in patterns):
                    raise Mistake(
                        workflow.place, f"on.{event}.{name} only excludes; it needs a pattern to include"
                    )


def skipped(message: str) -> bool:
    """Whether a commit's message asks for no runs."""
    return any(skip in message for skip in SKIPS) or message.rstrip().endswith("\nskip-checks: true")


def type_fits(event: str, said: Mapping[str, Any], action: str) -> bool:
    """Whether the activity is one that the workflow listens to."""
    types = text_list(said.get("types")) or DEFAULT_TYPES.get(event, [])
    return not types or action in types


def name_fits(said: Mapping[str, Any], kind: str, name: str) -> bool:
    """Whether a branch or a tag (`kind`) passes its filters."""
    if kind in said:
        return any_chosen([name], text_list(said[kind]))
    return not (f"{kind}-ignore" in said and all_ignored([name], text_list(said[f"{kind}-ignore"])))


def pushed_ref_fits(said: Mapping[str, Any], ref: str) -> bool:
    """Filters of one kind alone leave out all refs of the other kind."""
    kind, other = ("tags", "branches") if ref.startswith("refs/tags/") else ("branches", "tags")
    filtered = {kind, f"{kind}-ignore"} & set(said)
    if not filtered and {other, f"{other}-ignore"} & set(said):
        return False
    return name_fits(said, kind, ref.split("/", 2)[2])


def paths_fit(said: Mapping[str, Any], changed: Sequence[str]) -> bool:
    """Whether the changed files pass; no more than the first 300 are looked at."""
    seen = changed[:MOST_FILES]
    if "paths" in said:
        return any_chosen(seen, text_list(said["paths"]))
    return not ("paths-ignore" in said and seen and all_ignored(seen, text_list(said["paths-ignore"])))


def pushed_files(source: Source, before: str, after: str) -> list[str]:
    """What a push changed: two dots; for a new branch, against the parent of its first new commit.

    GitHub's words for the second: "the parent of the ancestor of the deepest commit pushed".
    """
    if before == ZERO:
        others = [
            line
            for line in source.git("for-each-ref", "--format=%(objectname)", "refs/heads").split()
            if line != after
        ]
        new = source.git("rev-list", after, *(f"^{each}" for each in others)).split()
        before = f"{new[-1]}^" if new and source.has(f"{new[-1]}^") else ""
        if not new:
            return []
    if not before:
        return source.git("ls-tree", "-r", "--name-only", after).splitlines()
    return source.git("diff", "--name-only", "--no-renames", before, after).splitlines()


def requested_files(source: Source, base: str, head: str) -> list[str]:
    """What a pull request changes: three dots."""
    return source.git("diff", "--name-only", "--no-renames", f"{base}...{head}").splitlines()
