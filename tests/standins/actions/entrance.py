"""How a job gets in: one at a time, when its concurrency group is free and a person has approved.

`act` knows none of this. A job's first shim asks here before it does anything, and waits for the answer.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.standins.actions.groups import Groups, Member
from tests.standins.actions.jobs import Leaf
from tests.standins.actions.mistakes import Mistake
from tests.standins.actions.permissions import for_fork
from tests.standins.actions.reading import Position
from tests.standins.actions.runs import Job, WorkflowRun
from tests.standins.actions.storing import Refused
from tests.standins.actions.tokens import Tokens


@dataclass(eq=False)
class Entrance:
    """The jobs of one attempt, and where each stands. `changed` is the lock of all."""

    run: WorkflowRun
    fork: bool
    reviewers: dict[str, list[str]]
    """Who must agree before a job uses an environment, by its name."""
    groups: Groups
    tokens: Tokens
    changed: threading.Condition
    current: str = ""
    """The job that runs now; `act` starts the legs of a matrix all at once, here they go one by one."""
    begun: set[str] = field(default_factory=set)
    awaiting: dict[str, str] = field(default_factory=dict)
    """Jobs that wait for a person, without the values of a matrix, and their environments."""
    verdicts: dict[str, bool] = field(default_factory=dict)
    """What people said of them."""
    dropped: dict[str, str] = field(default_factory=dict)
    """Jobs that lost their place in a group, and why."""
    closed: str = ""
    """Why no job gets in any more."""
    until: Callable[[], bool] | None = None
    """What the current job waits for when that is up to others: a group, or a person."""
    paused_seconds: float = 0.0

    def member(self, job: str = "") -> Member:
        """The run, or a job of it, in groups."""
        return Member(self.run.run_id, self.run.attempt, job)

    @property
    def blocked(self) -> bool:
        """Whether nothing happens until a group is free or a person has spoken."""
        return self.until is not None and not self.closed and not self.until()

    def begin(self, position: Position) -> None:
        """Lets a job in, with the token that it declares; does nothing for one that is in. Raises Refused."""
        job, leaf = self.run.jobs[position.job], position.leaf
        with self.changed:
            if job.name in self.begun:
                return
            self._wait(lambda: not self.current)
            self.current, job.environment = job.name, leaf.environment
            self._enter_group(job, leaf)
            self._pass_gate(job, leaf)
            job.permissions = for_fork(leaf.permissions) if self.fork else dict(leaf.permissions)
            self.tokens.begin(job.permissions)
            self.begun.add(job.name)

    def end(self, job: str) -> None:
        """A job is over: what it held is free."""
        with self.changed:
            self.tokens.end(job)
            self.groups.leave(self.member(job))
            if self.current == job:
                self.current = ""
            self.changed.notify_all()

    def close(self, why: str) -> None:
        """Lets nobody in any more."""
        self.closed = why
        self.awaiting.clear()
        self.changed.notify_all()

    def judge(self, environment: str, approved: bool) -> None:
        """A person's word on the jobs that wait for an environment. LookupError where none does."""
        with self.changed:
            jobs = [job for job, name in self.awaiting.items() if name == environment]
            if not jobs:
                raise LookupError(f"No job of this run waits for {environment}.")
            self.verdicts.update(dict.fromkeys(jobs, approved))
            self.changed.notify_all()

    def _enter_group(self, job: Job, leaf: Leaf) -> None:
        if leaf.group is None:
            return
        name, cancels = leaf.group
        member = self.member(job.name)
        if self.groups.holder(name) == self.member():
            raise Mistake(leaf.place, f"waits for the group {name}, which its own run holds for ever")
        if not self.groups.enter(name, member, cancels):
            self._pause("pending", lambda: self.groups.holds(member) or job.name in self.dropped)
        if job.name in self.dropped:
            self._turn_away(job, "cancelled", self.dropped[job.name])

    def _pass_gate(self, job: Job, leaf: Leaf) -> None:
        key = "/".join(leaf.path)
        # GitHub makes an environment that a job names and that does not exist, without any protection.
        if not leaf.environment or not self.reviewers.setdefault(leaf.environment, []):
            return
        if key not in self.verdicts:
            self.awaiting[key] = leaf.environment
            self._pause("waiting", lambda: key in self.verdicts)
            del self.awaiting[key]
        if not self.verdicts[key]:
            self._turn_away(job, "failure", f"The deployment to {leaf.environment} was rejected.")

    @staticmethod
    def _turn_away(job: Job, conclusion: str, note: str) -> None:
        job.conclusion, job.note = conclusion, note
        raise Refused(note)

    def _pause(self, status: str, until: Callable[[], bool]) -> None:
        before, self.run.status, self.until = self.run.status, status, until
        since = time.monotonic()
        self.changed.notify_all()
        try:
            self._wait(until)
        finally:
            self.until, self.run.status = None, before
            self.paused_seconds += time.monotonic() - since

    def _wait(self, until: Callable[[], bool]) -> None:
        self.changed.wait_for(lambda: bool(self.closed) or until())
        if self.closed:
            raise Refused(self.closed)
