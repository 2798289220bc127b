"""Concurrency groups: one that runs and one that waits, by GitHub's documented rules."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Member:
    """A run, or a job of one, in a group."""

    run: int
    attempt: int
    job: str = ""


@dataclass(frozen=True)
class Decision:
    """What a group did with one of its members, for tests to look at."""

    group: str
    member: Member
    did: str
    """runs, waits, or was cancelled."""


class Groups:
    """All groups of a repository. `cancel` is called for members that lose their place."""

    def __init__(self, cancel: Callable[[Member, str], None]) -> None:
        self.cancel = cancel
        self.running: dict[str, Member] = {}
        self.waiting: dict[str, Member] = {}
        self.decisions: list[Decision] = []

    def enter(self, name: str, member: Member, cancel_in_progress: bool) -> bool:
        """Whether the member runs at once; otherwise it waits, in place of who waited before.

        Names are compared without case. With `cancel_in_progress` the running member is cancelled as well; it
        leaves the group when it has really ended.
        """
        group = name.lower()
        if group not in self.running:
            self._decide(group, member, "runs")
            self.running[group] = member
            return True
        older = self.waiting.pop(group, None)
        self.waiting[group] = member
        self._decide(group, member, "waits")
        if older is not None:
            self._decide(group, older, "was cancelled")
            self.cancel(older, f"A newer one waits for the concurrency group {name}.")
        if cancel_in_progress:
            self._decide(group, self.running[group], "was cancelled")
            self.cancel(self.running[group], f"A newer one of the concurrency group {name} cancelled it.")
        return False

    def holds(self, member: Member) -> bool:
        """Whether the member runs."""
        return member in self.running.values()

    def holder(self, name: str) -> Member | None:
        """Who runs in a group."""
        return self.running.get(name.lower())

    def leave(self, member: Member) -> None:
        """Takes a member out of its groups; who waits there runs."""
        for group in [name for name, other in self.waiting.items() if other == member]:
            del self.waiting[group]
        for group in [name for name, other in self.running.items() if other == member]:
            del self.running[group]
            if group in self.waiting:
                self.running[group] = self.waiting.pop(group)
                self._decide(group, self.running[group], "runs")

    def _decide(self, group: str, member: Member, did: str) -> None:
        self.decisions.append(Decision(group, member, did))
