"""A commit through GitHub's Git Data API, held against what git makes of the same files here."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct

from runner.errors import ProviderError
from runner.forge.base import Proposal
from runner.forge.commit import BASE_TRAILER, ENDED_TRAILER, Blob, message, store, tree
from runner.forge.github.client import GitHub, in_words
from runner.repository import bot
from runner.repository.git import Repository

if TYPE_CHECKING:
    from github import InputGitTreeElement

_LONGEST_TEXT: Final = 1 << 20
_MOST_TEXT: Final = 8 << 20
"""Bytes of text that one request carries; files beyond are sent one by one."""


class Content(Struct, frozen=True):
    """The `files` of a proposal: the `tree` that they make on the base's, and the `blobs` that change it.

    `known` are the base's own blobs, which GitHub has.
    """

    tree: str
    base_tree: str
    blobs: Mapping[str, Blob]
    files: Mapping[str, bytes | Path]
    known: frozenset[str]


def prepare(repository: Repository, base: str, files: Mapping[str, bytes | Path]) -> Content:
    """The files as objects of the repository here. Raises InputError, ProviderError as `store` does."""
    blobs = store(repository, base, files)
    standing = _blobs(repository, base)
    changed = {path: blob for path, blob in blobs.items() if standing.get(path) != blob.id}
    return Content(
        tree=tree(repository, base, changed),
        base_tree=repository.text("rev-parse", "--verify", f"{base}^{{tree}}"),
        blobs=changed,
        files=files,
        known=frozenset(standing.values()),
    )


def create_tree(hub: GitHub, content: Content) -> None:
    """Makes the tree at GitHub: one request, and one more for every new file that is not short text.

    Raises ProviderError, also where GitHub makes another tree than git does here.
    """
    with in_words("store the files"):
        elements = _elements(hub, content)
        made = hub.once(
            lambda: hub.repository.create_git_tree(elements, _git_tree(hub, content.base_tree)),
            lambda: None,  # a tree is named by what is in it: made twice it is one
        )
    if made.sha != content.tree:
        raise ProviderError(
            "github-tree",
            f"GitHub stored the tree {made.sha} where git makes {content.tree} of the same files",
            fix="Run the same command again.",
        )


def create_commit(hub: GitHub, proposal: Proposal, content: Content, parents: Sequence[str]) -> str:
    """Makes the commit at GitHub, on no branch yet: its id. One request. Raises ProviderError.

    With a bot's token GitHub fills in who made it, and signs it.
    """
    trailers = (f"{ENDED_TRAILER}: {int(proposal.date)}", f"{BASE_TRAILER}: {proposal.base}")
    identity = () if hub.is_bot else _identity(proposal.date)
    with in_words("make the commit"):
        made = hub.once(
            lambda: hub.repository.create_git_commit(
                message(proposal, *trailers).decode(),
                _git_tree(hub, content.tree),
                [_git_commit(hub, parent) for parent in parents],
                *identity,
            ),
            lambda: None,  # one that nothing points at harms nobody
        )
    return made.sha


def _elements(hub: GitHub, content: Content) -> list[InputGitTreeElement]:
    from github import InputGitTreeElement

    elements = []
    room = _MOST_TEXT
    for path, blob in content.blobs.items():
        text = None if blob.id in content.known else _short_text(content.files[path], room)
        if text is not None:
            room -= len(text)
            elements.append(InputGitTreeElement(path, blob.mode, "blob", content=text))
        else:
            if blob.id not in content.known:
                _create_blob(hub, content.files[path], blob.id)
            elements.append(InputGitTreeElement(path, blob.mode, "blob", sha=blob.id))
    return elements


def _short_text(content: bytes | Path, room: int) -> str | None:
    """The content where it is UTF-8 and has room in a request."""
    size = len(content) if isinstance(content, bytes) else content.stat().st_size
    if size > min(room, _LONGEST_TEXT):
        return None
    data = _data(content)
    try:
        return None if b"\0" in data else data.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _create_blob(hub: GitHub, content: bytes | Path, expected: str) -> None:
    encoded = b64encode(_data(content)).decode()
    made = hub.once(lambda: hub.repository.create_git_blob(encoded, "base64"), lambda: None)
    if made.sha != expected:
        raise ProviderError(
            "github-blob", "GitHub stored something else than was sent", fix="Run the same command again."
        )


def _data(content: bytes | Path) -> bytes:
    return content if isinstance(content, bytes) else content.read_bytes()


def _blobs(repository: Repository, base: str) -> dict[str, str]:
    """The blobs of a commit by their paths."""
    entries = repository.git("ls-tree", "-r", "-z", "--full-tree", base).split(b"\0")
    found = {}
    for entry in filter(None, entries):
        about, _, name = entry.partition(b"\t")
        found[name.decode("utf-8", "surrogateescape")] = about.split(b" ")[2].decode()
    return found


def _identity(seconds: float) -> tuple[Any, Any]:
    """Our bot as author and committer."""
    import time

    from github import InputGitAuthor

    who = InputGitAuthor(bot.NAME, bot.EMAIL, time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds)))
    return who, who


def _git_tree(hub: GitHub, tree: str) -> Any:
    from github.GitTree import GitTree

    return GitTree(hub.repository.requester, {}, {"sha": tree}, completed=True)


def _git_commit(hub: GitHub, commit: str) -> Any:
    from github.GitCommit import GitCommit

    return GitCommit(hub.repository.requester, {}, {"sha": commit}, completed=True)
