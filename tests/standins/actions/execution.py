"""One attempt of a run: `act` in a thread, and the answers to what its shims ask."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.standins.actions.documents import Source
from tests.standins.actions.ending import NO_CODE, conclude
from tests.standins.actions.entrance import Entrance
from tests.standins.actions.errands import errand
from tests.standins.actions.groups import Groups
from tests.standins.actions.mistakes import Mistake, Unsupported
from tests.standins.actions.preparing import Prepared, Settings
from tests.standins.actions.process import ActProcess
from tests.standins.actions.questions import Questions
from tests.standins.actions.reading import Reading
from tests.standins.actions.runs import WorkflowRun
from tests.standins.actions.storing import Artifacts, Caches, Refused
from tests.standins.actions.tokens import Tokens


@dataclass
class Premises:
    """What all runs of a repository share."""

    folder: Path
    server: str
    """The hub's address."""
    shims: str
    """Where shims ask."""
    sources: dict[str, Source]
    settings: Settings
    reviewers: dict[str, list[str]]
    """Environments, as the hub has them: who must agree before a job uses each, if anybody."""
    artifacts: Artifacts
    caches: Caches
    groups: Groups
    changed: threading.Condition
    """The one lock; told of everything that happens."""
    enterprise: bool = False
    """As on GitHub Enterprise Server, where a called workflow is not told where it came from."""


@dataclass(eq=False)
class Execution:
    """One attempt of a run."""

    run: WorkflowRun
    prepared: Prepared
    premises: Premises
    tokens: Tokens
    completed: Callable[[Execution], None]
    """Told once the run is over, before it stops being busy."""
    process: ActProcess | None = None
    thread: threading.Thread | None = None
    stopped: str = ""
    """How it was ended from outside: cancelled or timed_out."""
    error: Exception | None = None
    """What is wrong with the workflow, or with the harness; for the test."""
    leaked: list[str] = field(default_factory=list)
    entrance: Entrance = field(init=False)
    reading: Reading = field(init=False)
    began: float = 0.0

    def __post_init__(self) -> None:
        premises, fork = self.premises, self.prepared.start.fork
        self.entrance = Entrance(
            self.run, fork, premises.reviewers, premises.groups, self.tokens, premises.changed
        )
        self.reading = Reading(self.run, self.prepared.leaves, self.entrance.end)

    @property
    def busy(self) -> bool:
        """Whether it runs and something happens."""
        return self.thread is not None and self.thread.is_alive() and not self.entrance.blocked

    @property
    def seconds(self) -> float:
        """How long it has been at work, without the time that it waited for others."""
        return time.monotonic() - self.began - self.entrance.paused_seconds

    def start(self) -> None:
        """Begins, in a thread of its own."""
        self.run.status, self.began = "in_progress", time.monotonic()
        self.thread = threading.Thread(target=self.work, name=f"run {self.run.run_id}", daemon=True)
        self.thread.start()

    def work(self) -> None:
        """Runs `act` to its end; what goes wrong here is kept for the test."""
        code = NO_CODE
        try:
            made = errand(self.prepared, self.run, self.premises, self.tokens.own)
            with self.premises.changed:
                if not self.stopped:
                    self.process = ActProcess(made)
            if self.process is not None:
                code = self.process.read(self.reading.feed)
                self.process.end()
        except Exception as error:
            self.error = error
        finally:
            self._finish(code)

    def stop(self, how: str, note: str) -> None:
        """Ends it at once. GitHub would still run its steps with `always()`; here none run."""
        with self.premises.changed:
            if self.run.status == "completed" or self.stopped:
                return
            self.stopped, self.run.note = how, note
            self.entrance.close(note)
            if self.process is not None:
                self.process.end()
            never_began = self.thread is None
        if never_began:
            self._finish(NO_CODE)

    def drop(self, job: str, note: str) -> None:
        """A job lost its place in its group: it never runs, or if it runs, it is cancelled with its run."""
        if job not in self.entrance.begun:
            self.entrance.dropped[job] = note
            self.premises.changed.notify_all()
        elif len(self.prepared.leaves) > 1:
            reason = "one job of several was cancelled while it ran, which cannot be shown here"
            self.error = Unsupported(self.run.workflow, reason)
        else:
            self.stop("cancelled", note)

    def answer(self, said: dict[str, Any]) -> Any:
        """Answers a shim. What is wrong with the workflow ends the step, and the test."""
        try:
            position = self.reading.where(said["word"])
            if position is None:
                raise Refused("The harness cannot find this step in the log.")
            self.entrance.begin(position)
            return Questions(self).answer(position, said)
        except Refused:
            raise
        except Exception as error:
            self.error = self.error or error
            raise Refused(str(error)) from error

    def join(self) -> None:
        """Waits for the end."""
        if self.thread is not None:
            self.thread.join()

    def _finish(self, code: int) -> None:
        with self.premises.changed:
            for job in [*self.run.jobs, self.entrance.current]:
                self.entrance.end(job)
            self.entrance.close(self.run.note or "The run is over.")
            try:
                conclude(self, code)
            except (Mistake, Unsupported) as error:
                self.error = self.error or error
            self.premises.groups.leave(self.entrance.member())
        self.completed(self)
