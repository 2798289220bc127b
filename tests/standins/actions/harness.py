"""GitHub Actions for tests: runs the workflow files of a repository on the hub with the real `act`.

    with Actions(hub, tmp_path / "actions", secrets={"MODAL_TOKEN_ID": "ak-…"}) as actions:
        ...                       # push, open a pull request, dispatch, comment: the hub tells the events
        runs = actions.run_all()  # works them off, and those that come of them
        assert runs[0].conclusion == "success", runs[0]

What GitHub does around a workflow is done here. The README of the stand-ins says what, and what is only known
of GitHub and was not observed.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from pathlib import Path

from tests.standins.actions.desk import Desk
from tests.standins.actions.execution import Premises
from tests.standins.actions.groups import Decision, Groups
from tests.standins.actions.listening import Listener
from tests.standins.actions.permissions import RESTRICTED, Permissions
from tests.standins.actions.preparing import Settings
from tests.standins.actions.runs import WorkflowRun
from tests.standins.actions.secrecy import Gate, check_length
from tests.standins.actions.storing import Artifacts, Caches
from tests.standins.actions.telling import tell_schedule
from tests.standins.actions.tokens import App
from tests.standins.github.hub import Hub
from tests.standins.github.people import PERSON
from tests.standins.github.world import Event

PAUSE = 0.02


class Actions:
    """The workflows of one repository, and what became of them."""

    def __init__(
        self,
        hub: Hub,
        folder: Path,
        *,
        repository: str = "",
        secrets: Mapping[str, str] | None = None,
        variables: Mapping[str, str] | None = None,
        environments: Mapping[str, Gate] | None = None,
        app: App | None = None,
        environment: Mapping[str, str] | None = None,
        permissions: Permissions = RESTRICTED,
        limit: float = 120.0,
        enterprise: bool = False,
    ) -> None:
        """Begins to listen to the hub.

        `environment` goes to every step. `permissions` are those of a workflow that declares none. `limit` is
        how long one run may be at work, in seconds. An environment that a workflow names and `environments`
        lacks is there without secrets and without protection, as GitHub makes it. `enterprise` leaves out
        what GitHub Enterprise Server does not tell a called workflow: where it came from.
        """
        gates = dict(environments or {})
        check_length([secrets or {}, *(gate.secrets for gate in gates.values())])
        reviewers = hub.world.repositories[repository or hub.name].environments
        reviewers.update({name: [PERSON] if gate.protected else [] for name, gate in gates.items()})
        self.limit = limit
        self.environment: dict[str, str] = dict(environment or {})
        self.caches = Caches(folder / "caches")
        self._changed = threading.Condition(threading.RLock())
        self._closed = False
        self._listener = Listener(lambda said: self._desk.answer(said))
        self._groups = Groups(lambda member, note: self._desk.lost_place(member, note))
        premises = Premises(
            folder=folder,
            server=hub.url,
            shims=self._listener.address,
            sources={},
            settings=Settings(secrets or {}, variables or {}, gates, permissions, self.environment),
            reviewers=reviewers,
            artifacts=Artifacts(folder / "artifacts"),
            caches=self.caches,
            groups=self._groups,
            changed=self._changed,
            enterprise=enterprise,
        )
        self._desk = Desk(hub, repository or hub.name, premises, app)
        hub.listen(self.deliver)

    def __enter__(self) -> Actions:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Ends all that runs or waits; `run_all` in another thread returns."""
        with self._changed:
            self._closed = True
        executions = list(self._desk.executions.values())
        for execution in executions:
            execution.stop("cancelled", "The test is over.")
        for execution in executions:
            execution.join()
        self._listener.close()

    @property
    def runs(self) -> list[WorkflowRun]:
        """Every attempt of every run, in the order in which they were started."""
        return self._desk.runs

    @property
    def decisions(self) -> list[Decision]:
        """What the concurrency groups did, in order."""
        return self._groups.decisions

    def leaks(self) -> list[str]:
        """Every place where a secret was printed, even if GitHub's log would mask it there."""
        return [leak for execution in self._desk.executions.values() for leak in execution.leaked]

    def deliver(self, event: Event, approved: bool = False) -> None:
        """Takes an event; the hub does this, and a test that delivers one twice.

        Suppressed ones start nothing, unless a person approved one that waits for that.
        """
        starts = not event.suppressed or (approved and event.awaits_approval)
        if event.repository == self._desk.name and starts:
            self._desk.heard.put(event)

    def tick(self, file: str, cron: str = "") -> None:
        """Lets the time of a workflow's schedule come. Raises Mistake where it has none."""
        desk = self._desk
        tell_schedule(desk.hub.world, desk.repository, desk.source, file, cron)

    def rerun(self, run: WorkflowRun) -> None:
        """Runs a completed run again: the same id, commit and event, the next attempt."""
        if run.status != "completed":
            raise ValueError("Only a completed run can be run again.")
        self._desk.enqueue(self._desk.of(run).prepared.start, run.run_id, run.number, run.attempt + 1)

    def awaited(self, run: WorkflowRun) -> set[str]:
        """The environments for which jobs of a run wait, until a person approves."""
        return set(self._desk.of(run).entrance.awaiting.values())

    def approve(self, run: WorkflowRun, environment: str) -> None:
        """A person approves the jobs of a run that wait for an environment; `run_all` goes on with them."""
        self._desk.of(run).entrance.judge(environment, True)

    def reject(self, run: WorkflowRun, environment: str) -> None:
        """A person rejects them; they fail."""
        self._desk.of(run).entrance.judge(environment, False)

    def cancel(self, run: WorkflowRun) -> None:
        """A person cancels a run."""
        self._desk.of(run).stop("cancelled", "A person cancelled it.")

    def run_all(self, parallel: int = 1) -> list[WorkflowRun]:
        """Runs all that events started, until nothing is left but what waits for a person or for a group.

        Gives every run that was not completed before, in the order in which they were started. At most
        `parallel` runs are at work at once. Raises the first Mistake or Unsupported, once all runs ended.
        """
        before = {run for run in self.runs if run.status == "completed"}
        while True:
            self._desk.admit()
            with self._changed:
                if self._closed:
                    break
                busy = [each for each in self._desk.executions.values() if each.busy]
                for execution in self._desk.ready()[: max(0, parallel - len(busy))]:
                    busy.append(execution)
                    execution.start()
                if not busy and self._desk.heard.empty():
                    break
                for execution in busy:
                    if execution.seconds > self.limit:
                        execution.stop("timed_out", f"It was at work for more than {self.limit:g} seconds.")
                self._changed.wait(PAUSE)
        if error := self._desk.first_error():
            raise error
        return [run for run in self.runs if run not in before]
