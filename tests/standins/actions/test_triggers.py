"""Which workflows an event starts, read from which commit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.standins.actions.conftest import place, workflow
from tests.standins.actions.documents import Source, Workflow
from tests.standins.actions.filters import check
from tests.standins.actions.mistakes import Mistake, Unsupported
from tests.standins.actions.patterns import chosen
from tests.standins.actions.triggers import Arrival, started
from tests.standins.github.hub import Hub


def starts(hub: Hub) -> list[str]:
    """The files that the last event starts."""
    event = hub.events[-1]
    source = Source(hub.name, hub.git_directory)
    arrival = Arrival(event.name, event.payload, "main", event.sha, event.ref)
    return [start.workflow.file for start in started(source, arrival)]


def write(hub: Hub, **on: str) -> None:
    """Puts workflows with these triggers on the default branch."""
    hub.begin({place(f"{name}.yml"): workflow(said, {"one": "{}"}) for name, said in on.items()})


@pytest.mark.parametrize(
    ("name", "patterns", "verdict"),
    [
        ("jobs/a.yaml", ["jobs/**"], True),
        ("jobs/deep/a.yaml", ["jobs/*"], False),
        ("docs/a.md", ["**/docs/**"], True),
        ("src/a.js", ["**.js"], True),
        ("src/a.js", ["*.js"], False),
        ("releases/1-alpha", ["releases/**", "!releases/**-alpha"], False),
        ("releases/1-alpha", ["!releases/**-alpha", "releases/**"], True),
        ("v1.20", ["v[12].[0-9]+"], True),
        ("ab", ["abc?"], True),
        ("a.b", ["a?b"], False),
    ],
)
def test_patterns_are_githubs(name: str, patterns: list[str], verdict: bool) -> None:
    assert chosen(name, patterns) is verdict


def test_a_push_is_filtered_by_branch_and_by_changed_files(hub: Hub) -> None:
    write(
        hub,
        plain="push",
        main="{push: {branches: [main]}}",
        jobs="{push: {paths: ['jobs/**']}}",
        other="{push: {paths-ignore: ['jobs/**']}}",
        tags="{push: {tags: ['v*']}}",
        request="pull_request",
    )
    hub.push("main", {"jobs/a.yaml": "new"})
    assert starts(hub) == ["jobs.yml", "main.yml", "plain.yml"]
    hub.push("topic", {"README.md": "new"})
    assert starts(hub) == ["other.yml", "plain.yml"]


def test_the_files_after_the_first_three_hundred_are_not_looked_at(hub: Hub) -> None:
    write(hub, late="{push: {paths: ['z/**']}}")
    hub.push("main", {**{f"a/{number:03}": "" for number in range(300)}, "z/last": ""})
    assert starts(hub) == []


def test_a_push_is_read_from_the_pushed_commit_unless_it_asks_for_no_runs(hub: Hub) -> None:
    hub.push("topic", {place("new.yml"): workflow("push", {"one": "{}"})})
    assert starts(hub) == ["new.yml"]
    hub.push("topic", {"data.txt": "1"}, "Change [skip ci]")
    assert starts(hub) == []
    hub.delete_branch("topic")
    assert starts(hub) == []


def test_a_pull_request_is_read_from_its_merge_and_has_three_default_types(hub: Hub) -> None:
    write(
        hub,
        plain="pull_request",
        edited="{pull_request: {types: [edited]}}",
        only="{pull_request: {branches: [x]}}",
    )
    hub.push("topic", {place("own.yml"): workflow("{pull_request: {paths: ['.github/**']}}", {"one": "{}"})})
    hub.push("main", {place("later.yml"): workflow("pull_request", {"one": "{}"})})
    number = hub.open_pull("topic")
    assert starts(hub) == ["later.yml", "own.yml", "plain.yml"]
    hub.act("pulls/update", "ada", {"title": "Other"}, pull_number=str(number))
    assert starts(hub) == ["edited.yml"]


def test_a_pull_request_with_conflicts_starts_nothing(hub: Hub) -> None:
    write(hub, plain="pull_request")
    hub.push("topic", {"README.md": "one"})
    hub.push("main", {"README.md": "two"})
    hub.open_pull("topic")
    assert starts(hub) == []


def test_comments_and_other_programs_are_answered_by_the_default_branch(hub: Hub) -> None:
    write(
        hub,
        chat="{issue_comment: {types: [created]}}",
        launch="{repository_dispatch: {types: [launch]}}",
        other="{repository_dispatch: {types: [other]}}",
    )
    hub.push("topic", {"data.txt": "1"})
    hub.comment(hub.open_pull("topic"), "/plan")
    assert starts(hub) == ["chat.yml"]
    hub.act("repos/create-dispatch-event", "ada", {"event_type": "launch"})
    assert starts(hub) == ["launch.yml"]


def test_a_dispatch_runs_the_file_of_its_branch_with_checked_inputs(hub: Hub) -> None:
    inputs = "{dry: {type: boolean}, how: {type: choice, options: [a, b], default: a}}"
    write(hub, launch=f"{{workflow_dispatch: {{inputs: {inputs}}}}}")
    hub.push("topic", {"data.txt": "1"})
    hub.dispatch("launch.yml", {"dry": "true"}, ref="topic")
    [start] = started(Source(hub.name, hub.git_directory), arrival(hub, {}))
    assert (start.ref, start.inputs) == ("refs/heads/topic", {"dry": True, "how": "a"})
    for given, reason in (
        ({"dry": "yes"}, "neither true nor false"),
        ({"how": "c"}, "none of"),
        ({"wet": ""}, "Unexpected"),
    ):
        with pytest.raises(Mistake, match=reason):
            started(Source(hub.name, hub.git_directory), arrival(hub, {"inputs": given}))


def arrival(hub: Hub, more: dict[str, Any]) -> Arrival:
    """The last event, with something else in it."""
    event = hub.events[-1]
    return Arrival(event.name, {**event.payload, **more}, "main", event.sha, event.ref)


@pytest.mark.parametrize(
    ("on", "reason"),
    [
        ("{push: {branches: [a], branches-ignore: [b]}}", "both"),
        ("{push: {paths: ['!a']}}", "only excludes"),
        ("{push: {types: [a]}}", "knows no types"),
        ("{workflow_dispatch: {input: {}}}", "knows no input"),
        ("{workflow_run: {workflows: [a]}}", "before they are completed"),
    ],
)
def test_filters_that_github_refuses_are_refused(on: str, reason: str) -> None:
    with pytest.raises((Mistake, Unsupported), match=reason):
        check(Workflow(Source("acme/demo", Path()), "", "a.yml", workflow(on, {"one": "{}"})))
