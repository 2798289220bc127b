"""Where events come in and become runs, and where runs wait for their turn."""

from __future__ import annotations

import itertools
import queue
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from tests.standins.actions.documents import Source
from tests.standins.actions.execution import Execution, Premises
from tests.standins.actions.groups import Member
from tests.standins.actions.jobs import group_of
from tests.standins.actions.mistakes import Mistake, Unsupported
from tests.standins.actions.preparing import contexts, prepare
from tests.standins.actions.reading import SECONDS_TO_SEE
from tests.standins.actions.runs import WorkflowRun
from tests.standins.actions.storing import Refused
from tests.standins.actions.telling import tell_run
from tests.standins.actions.tokens import App, HubTokens, Tokens
from tests.standins.actions.triggers import Arrival, Start, started
from tests.standins.github.hub import Hub
from tests.standins.github.repository import Repository
from tests.standins.github.world import Event

FIRST_RUN = 9_000_000_001


@dataclass
class Desk:
    """The runs of one repository."""

    hub: Hub
    name: str
    """The repository's."""
    premises: Premises
    app: App | None
    runs: list[WorkflowRun] = field(default_factory=list)
    executions: dict[Member, Execution] = field(default_factory=dict)
    errors: list[Exception] = field(default_factory=list)
    """What is wrong with workflows, until a test is told."""
    heard: queue.SimpleQueue[Event] = field(default_factory=queue.SimpleQueue)
    _identifiers: itertools.count[int] = field(default_factory=lambda: itertools.count(FIRST_RUN))
    _numbers: Counter[str] = field(default_factory=Counter)

    @property
    def repository(self) -> Repository:
        """The repository on the hub."""
        return self.hub.world.repositories[self.name]

    @property
    def source(self) -> Source:
        """The repository's commits."""
        for name, repository in list(self.hub.world.repositories.items()):
            self.premises.sources.setdefault(name, Source(name, repository.git.folder))
        return self.premises.sources[self.name]

    def of(self, run: WorkflowRun) -> Execution:
        """What runs, or ran, an attempt."""
        return self.executions[Member(run.run_id, run.attempt)]

    def admit(self) -> None:
        """Makes runs of all events that came."""
        while not self.heard.empty():
            event = self.heard.get()
            branch = self.repository.default_branch
            arrival = Arrival(event.name, event.payload, branch, event.sha, event.ref)
            try:
                starts = started(self.source, arrival)
            except (Mistake, Unsupported) as error:
                self.errors.append(error)
                continue
            for start in starts:
                self._numbers[start.workflow.path] += 1
                number = self._numbers[start.workflow.path]
                self.enqueue(start, next(self._identifiers), number, attempt=1)

    def enqueue(self, start: Start, identifier: int, number: int, attempt: int) -> None:
        """Makes a run; it waits for its turn, and for its concurrency group."""
        run = WorkflowRun(
            workflow=start.workflow.file,
            name=start.workflow.name,
            event=start.event,
            run_id=identifier,
            number=number,
            attempt=attempt,
            actor=start.arrival.actor,
            ref=start.ref,
            sha=start.sha,
            head_branch=start.head_branch,
            head_sha=start.head_sha,
            inputs=start.inputs,
        )
        settings = self.premises.settings
        known = contexts(start, run, self.hub.url, {} if start.fork else settings.variables)
        try:
            prepared = prepare(start, known, self.premises.sources, settings)
            group = group_of(prepared.top) if "concurrency" in start.workflow.document else None
        except (Mistake, Unsupported) as error:
            self.errors.append(error)
            return
        tokens = Tokens(HubTokens(self.hub), self.app, start.fork)
        execution = Execution(run, prepared, self.premises, tokens, self._completed)
        self.runs.append(run)
        self.executions[execution.entrance.member()] = execution
        if group is not None:
            with self.premises.changed:
                if not self.premises.groups.enter(group[0], execution.entrance.member(), group[1]):
                    run.status = "pending"

    def ready(self) -> list[Execution]:
        """The runs that may begin, oldest first."""
        waiting = [each for each in self.executions.values() if each.thread is None and not each.stopped]
        for execution in waiting:
            if execution.run.status == "pending" and self.premises.groups.holds(execution.entrance.member()):
                execution.run.status = "queued"
        return [each for each in waiting if each.run.status == "queued"]

    def lost_place(self, member: Member, note: str) -> None:
        """A run, or a job of one, was cancelled by its concurrency group."""
        execution = self.executions[Member(member.run, member.attempt)]
        if member.job:
            execution.drop(member.job, note)
        else:
            execution.stop("cancelled", note)

    def answer(self, said: dict[str, Any]) -> Any:
        """Answers a shim of any run."""
        deadline = time.monotonic() + SECONDS_TO_SEE
        while time.monotonic() < deadline:
            for execution in list(self.executions.values()):
                if execution.reading.knows(said["word"]):
                    return execution.answer(said)
            time.sleep(0.002)
        raise Refused("The harness does not find this step in any log.")

    def first_error(self) -> Exception | None:
        """What is to be told to the test; it is told once."""
        for execution in self.executions.values():
            if execution.error is not None:
                self.errors.append(execution.error)
                execution.error = None
        first, self.errors = next(iter(self.errors), None), []
        return first

    def _completed(self, execution: Execution) -> None:
        tell_run(self.hub.world, self.repository, execution.prepared.start, execution.run)
