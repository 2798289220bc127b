"""The commands of a comment: /plan, /run, /cancel, /retry, /remove. Each gives its reply, as Markdown."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Final

from msgspec import Struct

from runner.errors import InputError, RunnerError
from runner.forge.github.client import GitHub
from runner.ledger import Entry
from runner.ledger.entry import oldest_first
from runner.pipeline.cancelling import cancel
from runner.pipeline.finding import find_launched, open_ledger
from runner.pipeline.launching import provider_of
from runner.pipeline.launching_many import launch_all
from runner.pipeline.retrying import retry_launched
from runner.pipeline.running import Options
from runner.pipeline.wanted import is_service
from runner.pipeline.workspace import Workspace, open_workspace
from runner.repository.access import fetch_commit
from runner.repository.git import Repository
from runner.results.markdown import code, escape
from runner.wording import printable
from runner.workflows.commands import Command, Verb
from runner.workflows.launch_page import Outcome, Site, launch_page
from runner.workflows.output import note
from runner.workflows.plans import plan_section
from runner.workflows.proposed import Head, head_of, manifests_of, open_head, require_runnable
from runner.workflows.removing import remove_service

_UNAPPROVED: Final = (
    "What waits for approval is not launched from a comment: merge it, and the launch waits for a reviewer."
)
_TOLD: Final = (
    "Its end is told here. Nothing is proposed from the head of a pull request: "
    "what is launched after the merge is."
)


class Question(Struct, frozen=True):
    """Where a command was given: the repository with the default branch checked out, the pull request.

    `request` is what tells the launch from others, `web` the repository's page, `default` its default
    branch. `login` wrote the command, and may write to the repository.
    """

    repository: Repository
    hub: GitHub
    number: int
    request: str
    web: str
    default: str
    login: str

    @property
    def thread(self) -> str:
        """What the ledger calls the pull request."""
        return f"pull/{self.number}"


def answer(question: Question, command: Command) -> str:
    """Does what is asked for; what to reply. Raises InputError where it cannot be, ProviderError."""
    return _ANSWERS[command.verb](question, command)


def _plan(question: Question, command: Command) -> str:
    head = head_of(question.hub, question.number)
    with open_head(question.repository, head) as workspace:
        manifests = manifests_of(workspace, head, command.jobs)
        options = Options(backend=provider_of(workspace.settings))
        sections = [_section(workspace, manifest, options) for manifest in manifests]
    return "\n\n".join([f"the plan of {_commit(question, head)}:", *sections])


def _section(workspace: Workspace, manifest: str, options: Options) -> str:
    try:
        return plan_section(workspace, manifest, options)
    except InputError as error:
        fix = f" Fix: {escape(error.fix)}" if error.fix else ""
        return f"#### {code(manifest)}\n\n**It cannot be planned**: {escape(str(error))}.{fix}"


def _run(question: Question, command: Command) -> str:
    head = head_of(question.hub, question.number)
    require_runnable(head, command)
    with open_head(question.repository, head) as workspace:
        manifests = _without_services(workspace, manifests_of(workspace, head, command.jobs), command)
        options = Options(
            overrides=command.overrides,
            only=command.only,
            backend=provider_of(workspace.settings),
            deploy=command.deploy,
            publish=False,
            request=question.request,
            thread=question.thread,
        )
        made = list(launch_all(workspace, manifests, options, note))
    outcomes = [Outcome(manifest, one) for manifest, one in zip(manifests, made, strict=True)]
    site = Site(question.web, head.commit, options.backend)
    started = [one for one in outcomes if not isinstance(one.made, RunnerError)]
    page = launch_page(outcomes, site, waiting=_UNAPPROVED)
    return "\n\n".join([f"from {_commit(question, head)}:", page, *([_TOLD] if started else [])])


def _without_services(workspace: Workspace, manifests: tuple[str, ...], command: Command) -> tuple[str, ...]:
    """Those that can be run from a pull request. Raises InputError where a service is all that is meant."""
    services = [one for one in manifests if is_service(workspace.repository.root, one)]
    if services and (command.jobs or len(services) == len(manifests)):
        raise InputError(
            "service-proposed",
            f"{printable(services[0])} is a service, and those are deployed from the default branch",
            fix="merge this: deploy sees to it",
        )
    return tuple(one for one in manifests if one not in services)


def _remove(question: Question, command: Command) -> str:
    workspace = open_workspace(question.repository.root)
    head = head_of(question.hub, question.number)
    replies = list[str]()
    for job in command.jobs:
        try:
            replies.append(
                remove_service(workspace, question.hub, head, question.default, job, question.login)
            )
        except InputError as error:
            if len(command.jobs) == 1:
                raise
            replies.append(f"{escape(error.message)}: {escape(error.fix)}")
    return "\n\n".join(replies)


def _cancel(question: Question, command: Command) -> str:
    workspace = open_workspace(question.repository.root)
    run = command.run or _latest(workspace, question, open_only=True).run
    ended = cancel(workspace, run, note)
    return f"the run {code(ended.run)} was cancelled. To go on with it: {code(f'/retry {ended.run}')}."


def _retry(question: Question, command: Command) -> str:
    workspace = open_workspace(question.repository.root)
    run = command.run or _latest(workspace, question, open_only=False).run
    entry = find_launched(workspace, run)[1]
    with suppress(RunnerError):  # its code lies at the provider; this is in case it does not
        fetch_commit(question.repository, entry.base)
    entry = retry_launched(workspace, entry, note)
    return f"the run {code(entry.run)} of {code(entry.job)} goes on at {escape(entry.backend)}."


def _latest(workspace: Workspace, question: Question, *, open_only: bool) -> Entry:
    """The run that was last launched from the pull request. Raises InputError where there is none."""
    entries = oldest_first(open_ledger(workspace).read().values())
    own = [entry for entry in entries if entry.thread == question.thread]
    found = [entry for entry in own if entry.state != "finished" or not open_only]
    if not found:
        what = "every run that was launched from this pull request has ended"
        message = what if own else "no run was launched from this pull request"
        raise InputError("no-run", message, fix="name the run after the command")
    return found[-1]


def _commit(question: Question, head: Head) -> str:
    """The head, as Markdown."""
    shown = code(head.commit[:12])
    return f"[{shown}]({question.web}/commit/{head.commit})" if question.web else shown


_ANSWERS: Final[dict[Verb, Callable[[Question, Command], str]]] = {
    "plan": _plan,
    "run": _run,
    "cancel": _cancel,
    "retry": _retry,
    "remove": _remove,
}
