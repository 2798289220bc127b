"""The workflow files of a repository that uses the runner: one for each of ours, which it calls."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

_MODAL: Final = ("MODAL_TOKEN_ID", "MODAL_TOKEN_SECRET")
_APP: Final = "RUNNER_APP_PRIVATE_KEY"
_WEBHOOK: Final = "RUNNER_WEBHOOK_URL"
_INPUTS: Final = (
    "job: {required: true}", "overrides: {}", "backend: {}", "only: {}", "count: {}",
    "dry_run: {type: boolean}", "no_deploy: {type: boolean}",
)  # fmt: skip


class Caller(Struct, frozen=True):
    """One file: what starts it, which of our workflows it calls, and what that one may do.

    `triggers` are lines of YAML, in which `{branch}` is the default branch. A called workflow has at
    most the permissions of its caller, and only the secrets that are named.
    """

    workflow: str
    triggers: tuple[str, ...]
    permissions: str
    secrets: tuple[str, ...] = ()

    @property
    def file(self) -> str:
        """Its name under `.github/workflows`."""
        return f"runner-{self.workflow}.yml"


CALLERS: Final = (
    Caller("validate", ("pull_request:",), "{contents: read}"),
    Caller(
        "comment",
        (
            "workflow_run: # zizmor: ignore[dangerous-triggers] runs nothing of the pull request",
            "  workflows: [runner-validate]",
            "  types: [completed]",
        ),
        "{actions: read, contents: read, pull-requests: write, statuses: write} # tells the plan",
        _MODAL,
    ),
    Caller(
        "launch",
        (
            "push: {branches: [{branch}], paths: [jobs/**]}",
            "repository_dispatch: {types: [launch]}",
            "workflow_dispatch:",
            f"  inputs: {{{', '.join(_INPUTS)}}}",
        ),
        "{actions: read, contents: write, pull-requests: read} # records runs, and for which pull request",
        (*_MODAL, _APP),
    ),
    Caller(
        "deploy",
        (
            "# Add the paths of the code that your services watch.",
            "push: {branches: [{branch}], paths: [jobs/**, workloads/**, models/**]}",
            "workflow_dispatch:",
        ),
        "{actions: read, contents: read, pull-requests: write} # asks who confirmed, and tells",
        (*_MODAL, _APP),
    ),
    Caller(
        "collect",
        (
            'schedule: [{cron: "7-59/10 * * * *"}]',
            "repository_dispatch: {types: [runner-finished]}",
            "workflow_dispatch:",
        ),
        "{actions: read, contents: write, pull-requests: write, statuses: write} # proposes results",
        (*_MODAL, _APP, _WEBHOOK),
    ),
    Caller(
        "cancel",
        ("workflow_dispatch: {inputs: {run: {required: true}}}",),
        "{contents: write, pull-requests: write, statuses: write} # records the end, and tells it",
        (*_MODAL, _APP, _WEBHOOK),
    ),
    Caller(
        "chatops",
        (
            "issue_comment: # zizmor: ignore[dangerous-triggers] who may ask is decided first",
            "  types: [created]",
        ),
        "{contents: write, issues: write, pull-requests: write, statuses: write} # records runs, and replies",
        (*_MODAL, _APP, _WEBHOOK),
    ),
)


def text_of(
    caller: Caller, repository: str, commit: str, branch: str, *, enterprise_server: bool = False
) -> str:
    """The whole file. `repository` is where our workflows are taken from, at `commit`.

    GitHub Enterprise Server does not tell a called workflow where it came from, so there it is said.
    """
    secrets = [f"      {name}: ${{{{ secrets.{name} }}}}" for name in caller.secrets]
    told = f"    with: {{runner-repository: {repository}, runner-ref: {commit}}}"
    lines = [
        "# Written by `runner init --workflows`.",
        f"name: runner-{caller.workflow}",
        "on:",
        *(f"  {line.replace('{branch}', branch)}" for line in caller.triggers),
        "permissions: {}",
        "jobs:",
        f"  {caller.workflow}:",
        f"    permissions: {caller.permissions}",
        f"    uses: {repository}/.github/workflows/{caller.workflow}.yml@{commit}",
        *([told] if enterprise_server else []),
        *(["    secrets:", *secrets] if secrets else []),
    ]
    return "\n".join(lines) + "\n"
