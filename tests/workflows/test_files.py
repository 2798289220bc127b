"""What is in .github: read as data, for what the linters of `make lint` do not know of this project."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from runner.cli.github import command
from runner.forge.github.checkup import APPROVAL
from runner.workflows.approving import VARIABLE
from runner.workflows.standing import VARIABLE as REMOVED

ROOT = Path(__file__).parents[2]
SETUP = ROOT / ".github" / "actions" / "setup" / "action.yml"
FILES = [*sorted((ROOT / ".github" / "workflows").glob("*.yml")), SETUP]
OWN_ACTION = "./.runner/program/.github/actions/setup"
NO_SECRETS = {"ci", "validate"}
NO_KEYS = ("runner github check", "runner github comment")
"""Verbs that see what a stranger wrote, and no secret."""
APP_KEY = "RUNNER_APP_PRIVATE_KEY"
MODAL = {"MODAL_TOKEN_ID", "MODAL_TOKEN_SECRET"}
WEBHOOK = "RUNNER_WEBHOOK_URL"

Document = dict[str, Any]


def read(path: Path) -> Document:
    """The file, with every value as text, so that `on` is no boolean."""
    document: Document = yaml.load(path.read_text(), yaml.BaseLoader)
    return document


WORKFLOWS = {path.stem: read(path) for path in FILES if path != SETUP}
every_workflow = pytest.mark.parametrize("name", WORKFLOWS)


def jobs(name: str) -> dict[str, Document]:
    found: dict[str, Document] = WORKFLOWS[name]["jobs"]
    return found


def steps(name: str) -> Iterator[Document]:
    """Those of all jobs of a workflow, and those of the action that they use."""
    for job in jobs(name).values():
        yield from job["steps"]
    yield from read(SETUP)["runs"]["steps"]


def secrets(part: object) -> set[str]:
    """The secrets that a part of a file names."""
    return set(re.findall(r"secrets\.([A-Z_]+)", str(part)))


def test_every_action_is_pinned_to_one_commit_with_its_version_beside_it() -> None:
    used = {use for path in FILES for use in re.findall(r"^\s*(?:- )?uses: (.*)", path.read_text(), re.M)}
    used -= {OWN_ACTION}
    assert all(re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", use) for use in used)
    assert len({use.partition("@")[0] for use in used}) == len(used)


@every_workflow
def test_a_workflow_may_do_nothing_and_each_job_says_what_it_may_and_for_how_long(name: str) -> None:
    assert WORKFLOWS[name]["permissions"] == {}
    for job in jobs(name).values():
        assert job["permissions"]
        assert 0 < int(job["timeout-minutes"]) <= 60
        assert job["concurrency"]["group"]
        assert job["defaults"]["run"]["shell"] == "bash"


@every_workflow
def test_no_text_of_others_is_written_into_a_shell(name: str) -> None:
    assert not any("${{" in step.get("run", "") for step in steps(name))
    assert all(step["name"] for step in steps(name))


@every_workflow
def test_no_checkout_keeps_its_token_or_takes_the_head_of_a_pull_request(name: str) -> None:
    checkouts = [step["with"] for step in steps(name) if "actions/checkout@" in step.get("uses", "")]
    assert all(options["persist-credentials"] == "false" for options in checkouts)
    refs = {options.get("ref") for options in checkouts}
    assert refs <= {None, "${{ inputs.runner-ref || job.workflow_sha || github.sha }}"}


@every_workflow
def test_a_secret_is_seen_by_the_steps_that_need_it_and_by_no_other(name: str) -> None:
    for step in steps(name):
        run = step.get("run", "")
        if run.startswith("runner github ") and not run.startswith(NO_KEYS):
            quiet = name in ("launch", "deploy", "comment")
            assert secrets(step["env"]) == (MODAL if quiet else {*MODAL, WEBHOOK})
        elif name not in NO_SECRETS and "create-github-app-token@" in step.get("uses", ""):
            assert secrets(step) == {APP_KEY}
            assert step["if"] == "vars.RUNNER_APP_ID != ''"
        else:
            assert not secrets(step)


@every_workflow
def test_a_job_with_a_secret_stands_in_an_environment_and_names_it_in_steps_only(name: str) -> None:
    assert "env" not in WORKFLOWS[name]
    for called, job in jobs(name).items():
        assert not secrets({key: part for key, part in job.items() if key != "steps"})
        own = APPROVAL if called == "approved" else "runner"
        assert job.get("environment") == (own if secrets(job) else None)


@pytest.mark.parametrize("name", ["launch", "collect", "deploy"])
def test_what_needs_a_person_waits_for_one_also_when_something_else_failed(name: str) -> None:
    first, approved = jobs(name)[name], jobs(name)["approved"]
    waiting = f"needs.{name}.outputs.waiting"
    assert first["outputs"] == {"waiting": f"${{{{ steps.{name}.outputs.waiting }}}}"}
    assert approved["needs"] == name
    assert approved["if"] == f"${{{{ !cancelled() && {waiting} != '' && {waiting} != '[]' }}}}"
    step = approved["steps"][-1]
    assert step["run"] == f"runner github {name} --approved"
    assert step["env"][VARIABLE] == f"${{{{ {waiting} }}}}"


def test_every_verb_is_called_and_every_call_is_a_verb() -> None:
    runs = [step.get("run", "") for name in WORKFLOWS for step in steps(name)]
    assert {run.split()[2] for run in runs if run.startswith("runner ")} == set(command.commands)


def test_launches_and_comments_have_groups_of_their_own_so_that_none_is_dropped() -> None:
    for job in (job for name in ("launch", "cancel", "chatops") for job in jobs(name).values()):
        assert "github.run_id" in job["concurrency"]["group"]
        assert job["concurrency"]["cancel-in-progress"] == "false"


@pytest.mark.parametrize("name", ["collect", "deploy"])
def test_collecting_and_deploying_are_done_by_one_at_a_time_and_never_cut_off(name: str) -> None:
    assert [job["concurrency"] for job in jobs(name).values()] == [
        {"group": f"runner-{name}", "cancel-in-progress": "false"},
        {"group": f"runner-{name}-approved", "cancel-in-progress": "false"},
    ]


def test_where_services_stand_is_said_by_a_job_that_never_sees_the_artifact() -> None:
    standing = jobs("comment")["standing"]
    removed = "needs.comment.outputs.removed"
    assert standing["if"] == f"${{{{ {removed} != '' && {removed} != '[]' }}}}"
    assert not any("download-artifact" in step.get("uses", "") for step in standing["steps"])
    assert standing["steps"][-1]["env"][REMOVED] == f"${{{{ {removed} }}}}"


def test_a_newer_push_to_a_pull_request_ends_the_check_of_the_older_one() -> None:
    concurrency = jobs("validate")["validate"]["concurrency"]
    assert "github.event.pull_request.number" in concurrency["group"]
    assert concurrency["cancel-in-progress"] == "true"


def test_what_was_found_is_handed_on_also_when_a_manifest_is_at_fault() -> None:
    upload = jobs("validate")["validate"]["steps"][-1]
    download = jobs("comment")["comment"]["steps"][-2]
    assert upload["if"] == "${{ !cancelled() }}"
    assert upload["with"]["name"] == download["with"]["name"]


def test_no_job_may_do_more_than_its_verb_does() -> None:
    proposing = {"contents": "write", "pull-requests": "write", "statuses": "write"}
    expected = {
        "cancel": proposing,
        "chatops": {**proposing, "issues": "write"},
        "ci": {"contents": "read"},
        "collect": proposing,
        "comment": {**proposing, "actions": "read", "contents": "read"},
        "deploy": {"contents": "read", "pull-requests": "write"},
        "launch": {"contents": "write", "pull-requests": "read"},
        "validate": {"contents": "read"},
    }
    looking = {"approved": {"actions": "read"}}
    telling = {"contents": "read", "pull-requests": "write"}
    assert {name: [job["permissions"] for job in jobs(name).values()] for name in WORKFLOWS} == {
        name: [telling if job == "standing" else permissions | looking.get(job, {}) for job in jobs(name)]
        for name, permissions in expected.items()
    }


def test_each_workflow_starts_when_it_should() -> None:
    starts = {name: set(workflow["on"]) for name, workflow in WORKFLOWS.items()}
    assert starts == {
        "cancel": {"workflow_dispatch", "workflow_call"},
        "chatops": {"issue_comment", "workflow_call"},
        "ci": {"pull_request", "push"},
        "collect": {"repository_dispatch", "schedule", "workflow_dispatch", "workflow_call"},
        "comment": {"workflow_run", "workflow_call"},
        "deploy": {"push", "workflow_dispatch", "workflow_call"},
        "launch": {"push", "repository_dispatch", "workflow_dispatch", "workflow_call"},
        "validate": {"pull_request", "workflow_call"},
    }
    assert WORKFLOWS["validate"]["on"]["pull_request"] == ""
    assert WORKFLOWS["comment"]["on"]["workflow_run"]["workflows"] == [WORKFLOWS["validate"]["name"]]
    assert WORKFLOWS["launch"]["on"]["push"] == {"branches": ["main"], "paths": ["jobs/**"]}
    watched = ["jobs/**", "workloads/**", "models/**"]
    assert WORKFLOWS["deploy"]["on"]["push"] == {"branches": ["main"], "paths": watched}
    assert WORKFLOWS["launch"]["on"]["repository_dispatch"] == {"types": ["launch"]}
    assert WORKFLOWS["collect"]["on"]["repository_dispatch"] == {"types": ["runner-finished"]}
    assert WORKFLOWS["chatops"]["on"]["issue_comment"] == {"types": ["created"]}


@pytest.mark.parametrize("name", ["launch", "cancel"])
def test_a_call_takes_the_inputs_of_a_dispatch_and_requires_none(name: str) -> None:
    on = WORKFLOWS[name]["on"]
    asked, called = on["workflow_dispatch"]["inputs"], on["workflow_call"]["inputs"]
    assert {key: asked[key]["type"] for key in asked} == {key: called[key]["type"] for key in asked}
    assert set(called) - set(asked) == {"runner-repository", "runner-ref"}
    assert not any("required" in each for each in called.values())
