"""Commits: read and made."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from datetime import UTC, datetime

from tests.standins.github.git import Git

SIGNER = ("GitHub", "noreply@github.com")
"""The committer of commits that GitHub signs."""


@dataclass(frozen=True)
class Signature:
    """Who did it, and when (seconds since 1970)."""

    name: str
    email: str
    at: int

    @property
    def date(self) -> str:
        """As the API writes it."""
        return datetime.fromtimestamp(self.at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    def shape(self) -> dict[str, str]:
        """As the API shows it."""
        return {"name": self.name, "email": self.email, "date": self.date}

    def line(self) -> str:
        """As git writes it."""
        return f"{plain(self.name)} <{plain(self.email)}> {self.at} +0000"


@dataclass(frozen=True)
class Commit:
    """What a commit says."""

    name: str
    tree: str
    parents: tuple[str, ...]
    author: Signature
    committer: Signature
    message: str

    @property
    def verified(self) -> bool:
        """Whether GitHub made and signed it."""
        return (self.committer.name, self.committer.email) == SIGNER


def plain(text: str) -> str:
    """A name or an address without what git does not store."""
    return re.sub(r"[<>\n]", "", text).strip()


def now() -> int:
    """Seconds since 1970."""
    return int(time.time())


def signature(name: str, email: str, date: str | None = None) -> Signature:
    """A person's or a bot's; the date is an ISO 8601 one, now by default."""
    at = now() if date is None else int(datetime.fromisoformat(date).timestamp())
    return Signature(name, email, at)


def read_commit(git: Git, name: str) -> Commit | None:
    """A commit by its name."""
    found = git.read(name)
    if found is None or found[0] != "commit":
        return None
    head, _, message = found[1].decode(errors="replace").partition("\n\n")
    lines = [line.partition(" ") for line in head.split("\n") if not line.startswith(" ")]
    told = {key: value for key, _, value in lines}
    return Commit(
        name=name,
        tree=told["tree"],
        parents=tuple(value for key, _, value in lines if key == "parent"),
        author=read_signature(told["author"]),
        committer=read_signature(told["committer"]),
        message=message.rstrip("\n"),
    )


def read_signature(line: str) -> Signature:
    """Git's line of an author or a committer."""
    match = re.fullmatch(r"(.*?) ?<(.*)> (-?\d+) [+-]\d{4}", line)
    assert match is not None, line
    return Signature(match[1], match[2], int(match[3]))


def write_commit(
    git: Git, tree: str, parents: list[str], message: str, author: Signature, committer: Signature
) -> str:
    """Store a commit; its name."""
    head = [f"tree {tree}", *(f"parent {parent}" for parent in parents)]
    head += [f"author {author.line()}", f"committer {committer.line()}"]
    return git.write("commit", ("\n".join(head) + "\n\n" + message).encode())
