"""Where the ledger's branch is: at a remote, or in this repository when it has none."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Final, Protocol

from msgspec import Struct

from runner.errors import InputError, ProviderError
from runner.ledger import transport
from runner.ledger.contents import BRANCH, Objects
from runner.repository.files import disk_error
from runner.repository.git import Repository
from runner.repository.reaching import Answer, call
from runner.repository.store import Store
from runner.wording import choices, printable

_TIP: Final = "refs/runner/ledger"
_MOST_SHALLOW: Final = 200
"""Fetches after which the store is begun anew: each leaves a line in its file `shallow`, and objects."""
_NO_HOOKS: Final = "[core]\n\thooksPath = /dev/null\n"
_RACED: Final = re.compile(
    r"\[rejected\]|cannot lock ref|failed to update ref|already exists|incorrect old value", re.IGNORECASE
)


class Refusal(Struct, frozen=True):
    """Why the branch did not move. `raced`: somebody else moved it; otherwise it may have moved after all."""

    error: ProviderError
    raced: bool


class Branch(Protocol):
    """One place of the branch. `objects` is the repository in which its commits are read and made."""

    @property
    def objects(self) -> Objects:
        """Where the objects are."""

    def alone(self) -> AbstractContextManager[None]:
        """While it lasts, no other process of this working tree uses `objects`."""

    def tip(self) -> str | None:
        """The commit at which the branch stands now; its objects are here. Raises ProviderError."""

    def move(self, made: str, old: str | None, message: str) -> Refusal | None:
        """Put the branch on `made` if it still stands at `old`; None when it did."""

    def renew(self) -> bool:
        """Throw away what is kept of the branch; whether `tip` can bring it back."""


def open_branch(repository: Repository, remote: str | None) -> Branch:
    """The branch at `remote`, otherwise at `origin`, otherwise in the repository itself.

    Raises InputError when there is no remote named `remote`.
    """
    known = transport.remotes(repository)
    name = remote or "origin"
    if name in known:
        return RemoteBranch(repository, name, known[name])
    if not remote:
        return LocalBranch(repository)
    raise InputError(
        "ledger-remote",
        f"the repository has no remote named {printable(remote)} to keep the ledger at",
        place=str(repository.root),
        fix=f"Known here: {choices(sorted(known), 'and')}." if known else "Add it: git remote add.",
    )


class LocalBranch:
    """The branch in a repository without remotes."""

    def __init__(self, repository: Repository) -> None:
        self.objects = repository

    def alone(self) -> AbstractContextManager[None]:
        """Nothing to wait for: git's own lock on the reference is enough."""
        return nullcontext()

    def tip(self) -> str | None:
        """See `Branch.tip`."""
        return self.objects.commit(f"refs/heads/{BRANCH}")

    def move(self, made: str, old: str | None, message: str) -> Refusal | None:
        """See `Branch.move`."""
        reference, expected = f"refs/heads/{BRANCH}", old or "0" * len(made)
        try:
            self.objects.git("update-ref", "-m", f"runner: {message}", reference, made, expected)
        except ProviderError as error:
            raced = self.tip() != old or "File exists" in error.message
            return Refusal(error, raced)
        return None

    def renew(self) -> bool:
        """See `Branch.renew`."""
        return False


class RemoteBranch:
    """The branch at a remote, its latest commit fetched into a store of our own.

    In the repository itself a fetch without history would make the whole clone a shallow one, and one
    with history would fill it.
    """

    def __init__(self, repository: Repository, name: str, settings: Mapping[str, str]) -> None:
        self._repository = repository
        self._name = name
        self._settings = settings
        self._object_format = "sha1" if len(repository.head()) == 40 else "sha256"
        self.objects = Store(repository.state_directory() / "ledger.git", repository)

    def __repr__(self) -> str:
        return f"RemoteBranch({self._name!r})"

    @contextmanager
    def alone(self) -> Iterator[None]:
        """See `Branch.alone`."""
        import fcntl

        path = self.objects.directory.with_suffix(".lock")
        try:
            lock = path.open("w")
        except OSError as error:
            raise disk_error(path, error) from error
        with lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def tip(self) -> str | None:
        """See `Branch.tip`."""
        self._lay_out()
        answer = self._call(
            "fetch", "--quiet", "--depth=1", "--no-tags", "--no-write-fetch-head",
            transport.REMOTE, f"+refs/heads/{BRANCH}:{_TIP}",
        )  # fmt: skip
        if answer.code == 0:
            return self.objects.git("rev-parse", "--verify", f"{_TIP}^{{commit}}").decode().strip()
        if any("couldn't find remote ref" in line.lower() for line in answer.lines):
            return None
        raise transport.failure(answer, "fetch", self._name)

    def move(self, made: str, old: str | None, message: str) -> Refusal | None:
        """See `Branch.move`. Nothing is forced: `made` descends from `old`, or is the first commit."""
        answer = self._call(
            "push", "--porcelain", "--no-verify", "--no-signed", "--no-follow-tags",
            "--recurse-submodules=no", transport.REMOTE, f"{made}:refs/heads/{BRANCH}",
        )  # fmt: skip
        # The very same commit from another process was there first: `=` says that nothing moved.
        unmoved = re.search(r"^=\t", answer.output, re.MULTILINE) is not None
        if answer.code == 0 and not unmoved:
            return None
        raced = unmoved or _RACED.search(answer.output) is not None
        return Refusal(transport.failure(answer, "push", self._name), raced)

    def renew(self) -> bool:
        """See `Branch.renew`."""
        shutil.rmtree(self.objects.directory, ignore_errors=True)
        return True

    def _call(self, *arguments: str) -> Answer:
        """Git in the store, with the settings of the repository that say how to reach the remote."""
        place = ("-C", str(self._repository.root), f"--git-dir={self.objects.directory}")
        return call(*place, *arguments, env=self._settings)

    def _lay_out(self) -> None:
        """Make the store where it is missing. One that has grown is begun anew."""
        shallow = self.objects.directory / "shallow"
        if shallow.exists() and shallow.stat().st_size > _MOST_SHALLOW * 41:
            self.renew()
        try:
            self.objects.lay_out(config=_NO_HOOKS, object_format=self._object_format)
        except OSError as error:
            raise disk_error(self.objects.directory, error) from error
