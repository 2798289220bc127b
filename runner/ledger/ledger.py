"""All runs of the repository, wherever they were launched; changed by compare-and-swap."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from typing import Final

from runner.errors import ProviderError
from runner.ledger import contents
from runner.ledger.branch import open_branch
from runner.ledger.contents import BRANCH, Contents
from runner.ledger.entry import Entry
from runner.ledger.gathering import Change, Gathering, Wish, message_of, together
from runner.repository.git import Repository

_TRIES: Final = 20
_MOST_REFUSALS: Final = 2
"""Pushes that fail while the branch stands still; the first may be a fault that passes."""
_LONGEST_PAUSE: Final = 8
"""In lengths of one try."""


class Ledger:
    """The branch `runner-ledger`, at a remote of the repository or, without one, in itself.

    The repository's index, working tree, HEAD and other references stay as they are. `unreadable`
    are the files that the last read passed over, as they are not the entry of a run.
    """

    def __init__(self, repository: Repository, remote: str | None = None) -> None:
        """`remote` is a remote's name; otherwise it is `origin` where there is one. Raises InputError."""
        self._branch = open_branch(repository, remote)
        self._gathering = Gathering(self._write)
        self.unreadable: tuple[str, ...] = ()

    def read(self) -> dict[str, Entry]:
        """All entries as they stand now, by run, oldest first. Raises ProviderError."""
        with self._branch.alone():
            return self._read().entries

    def update(self, change: Change, message: str) -> dict[str, Entry]:
        """Writes what `change` makes of all entries; returns them as they stand afterwards.

        `change` returns those to write, or raises to refuse. It is called again, with newer entries,
        when somebody else wrote meanwhile or when it is not known whether the write took place; so it
        returns nothing, or what stands there already, once what it wants is written. It must not
        use the ledger. What several threads want at the same time is one commit. Raises ProviderError
        when the remote does not take it; then nothing is written unless the remote kept silent.
        """
        return self._gathering.fulfil(change, message)

    def _write(self, wishes: Sequence[Wish]) -> dict[str, Entry]:
        """What `update` says, for several changes."""
        refusals: list[ProviderError] = []
        before: str | None = None
        why = ""
        number = 0
        while True:
            began = time.monotonic()
            with self._branch.alone():
                standing = self._read()
                written = together(standing.entries, wishes)
                if not written:
                    return standing.entries
                if standing.tip != before:
                    refusals, before = [], standing.tip
                if len(refusals) == _MOST_REFUSALS:
                    raise refusals[-1]
                if number == _TRIES:
                    raise _busy(why)
                message = message_of(wishes)
                made = contents.commit(self._branch.objects, standing, written.values(), message)
                refusal = self._branch.move(made, standing.tip, message)
            if refusal is None:
                return contents.by_run((standing.entries | written).values())
            number, why = number + 1, refusal.error.message
            if not refusal.raced:
                refusals.append(refusal.error)
            time.sleep(random.random() * (time.monotonic() - began) * min(number, _LONGEST_PAUSE))

    def _read(self) -> Contents:
        try:
            standing = contents.read(self._branch.objects, self._branch.tip())
        except ProviderError as error:
            # What is kept here can be damaged, by a crash say; the remote has everything.
            if error.code not in ("git-failed", "ledger-git") or not self._branch.renew():
                raise
            standing = contents.read(self._branch.objects, self._branch.tip())
        self.unreadable = standing.unreadable
        return standing


def _busy(why: str) -> ProviderError:
    return ProviderError(
        "ledger-busy",
        f"the ledger did not take it in {_TRIES} tries, as others kept writing to it: {why}",
        place=BRANCH,
        fix="Run the same command again.",
    )
