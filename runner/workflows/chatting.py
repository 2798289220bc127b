"""`runner github chat`: does what a comment on a pull request asks for, and replies.

Anybody can write a comment. Who may ask is what the API says of them now, and is found out before
anything of the pull request is looked at. Its files are data: they lie in a folder of their own, no
program of theirs is started here, and the settings are those of the default branch.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from msgspec import Struct

from runner.errors import EXIT_OK, InputError, ProviderError, RunnerError
from runner.forge.github.client import connect
from runner.forge.github.comments import living_comment, may_write, react
from runner.repository.git import Repository
from runner.results.markdown import code, escape, fence
from runner.workflows.answering import Question, answer
from runner.workflows.commands import meant_for_us, read_command
from runner.workflows.event import Event
from runner.workflows.output import notice
from runner.workflows.trusting import default_branch, web_address

_LOGIN: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,37}[A-Za-z0-9])?")


class Comment(Struct, frozen=True):
    """A comment on a pull request that is meant for us: its number, who wrote it, where, and what."""

    id: int
    login: str
    number: int
    body: str


def chat(folder: Path, event: Event) -> int:
    """Reacts to the comment, does what it asks for, and replies; the exit code.

    Nothing happens for a comment that is not meant for us, and nothing but a reaction for one by
    somebody who may not write to the repository. Raises ProviderError where GitHub refuses.
    """
    comment = read_comment(event)
    if comment is None:
        notice("the comment asks for nothing", title="Chat")
        return EXIT_OK
    repository = Repository.find(folder)
    hub = connect(repository)
    if not may_write(hub, comment.login):
        react(hub, comment.id, "confused")
        notice(f"{comment.login} may not write to the repository, so nothing was done", title="Chat")
        return EXIT_OK
    react(hub, comment.id, "eyes")
    exit_code = EXIT_OK
    try:
        question = Question(
            repository,
            hub,
            comment.number,
            request=f"comment {comment.id}",
            web=web_address(event),
            default=default_branch(event),
            login=comment.login,
        )
        text = answer(question, read_command(comment.body))
    except RunnerError as error:
        text = trouble(error)
        exit_code = error.exit_code if isinstance(error, ProviderError) else EXIT_OK
    living_comment(hub, comment.number, f"reply-{comment.id}", f"@{comment.login} {text}")
    return exit_code


def read_comment(event: Event) -> Comment | None:
    """The comment that was just written; None for any other event, and where it is not meant for us.

    What it says is what it said then: nobody is asked for it again. Raises InputError for an event that
    is not about comments.
    """
    if event.name != "issue_comment":
        message = f"a chat is about comments, and this is {event.name}"
        raise InputError("no-comment", message, fix="call it on `issue_comment`")
    body, login = event.text("comment", "body"), event.text("comment", "user", "login")
    number, name = event.number("issue", "number"), event.number("comment", "id")
    fresh = event.text("action") == "created" and isinstance(event.at("issue", "pull_request"), dict)
    by_person = event.text("comment", "user", "type") == "User" and _LOGIN.fullmatch(login)
    if not fresh or not by_person or number < 1 or name < 1 or not meant_for_us(body):
        return None
    return Comment(name, login, number, body)


def trouble(error: RunnerError) -> str:
    """An error as a reply: what is wrong, and what to write or do instead."""
    fix = f"\n\n{fence(error.fix)}" if error.fix else ""
    place = f"{code(error.place)}: " if error.place else ""
    return f"{place}{escape(error.message)}{':' if fix else '.'}{fix}"
