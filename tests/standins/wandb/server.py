"""A loopback W&B for tests: what it can be told and asked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import TracebackType
from typing import Any

import yaml

from tests.standins.github.server import Server
from tests.standins.wandb import scheduling
from tests.standins.wandb.accounts import Accounts, Person
from tests.standins.wandb.agents import Dispatcher, Timing
from tests.standins.wandb.faults import DROPPED, Fault, Moment
from tests.standins.wandb.recording import Request
from tests.standins.wandb.site import Site
from tests.standins.wandb.state import Agent, Artifact, Run, Sweep, SweepState, short_id
from tests.standins.wandb.storage import Storage
from tests.standins.wandb.world import World

FEATURES = ("MARK_RUN_FILES_UPLOADED", "SWEEPS_QUERY_FILTERING", "FILESTREAM_GZIP")
"""Abilities that a client asks for before it uses them."""


class WandbServer:
    """Listens on this machine while its context lasts.

    `silence` is after how many seconds without a word a run is taken for dead. `unlisted` is the same for
    one that its agent no longer lists; None waits for the silence.
    """

    def __init__(
        self,
        *,
        entity: str = "me",
        teams: Sequence[str] = (),
        port: int = 0,
        silence: float = 300.0,
        unlisted: float | None = 3.0,
        features: Sequence[str] = FEATURES,
    ) -> None:
        self.entity = entity
        self._world, self._accounts = World(), Accounts()
        self.timing = Timing(silence, unlisted)
        self._dispatcher = Dispatcher(self._world, self.timing)
        self._server = Server(port)
        self.url = self._server.url
        storage = Storage(self._world, self.url)
        self._site = Site(self._world, self._accounts, self._dispatcher, storage)
        self._site.features = features
        self.key = self.add_person(entity, *teams)

    def __enter__(self) -> WandbServer:
        self._server.start(self._site)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._site.faults.clear()
        self._server.close()

    # Clients

    def environment(self, key: str | None = None) -> dict[str, str]:
        """What a client has in its environment; the key is that of `entity` unless another is given."""
        return {"WANDB_BASE_URL": self.url, "WANDB_API_KEY": self.key if key is None else key}

    def add_person(self, username: str, *teams: str) -> str:
        """Another user, who may write to their own projects and to those of the teams. Their key."""
        return self._person(username, teams).key

    def _person(self, username: str, teams: tuple[str, ...]) -> Person:
        with self._site.lock:
            return self._accounts.add(username, teams)

    # What was asked

    @property
    def requests(self) -> list[Request]:
        """All requests, oldest first."""
        return list(self._site.recording.requests)

    def counts(self) -> Counter[str]:
        """How often each operation was asked for."""
        return self._site.recording.counts()

    def requests_of(self, operation: str) -> list[Request]:
        """All requests for an operation, such as `UpsertSweep`."""
        return self._site.recording.of(operation)

    def forget_requests(self) -> None:
        """Begin to count anew."""
        self._site.recording.reset()

    @property
    def unknown(self) -> list[str]:
        """What was asked and not understood. A test finds it empty."""
        return list(self._site.recording.unknown)

    # What is there

    @property
    def sweeps(self) -> list[Sweep]:
        """All sweeps, oldest first."""
        with self._site.lock:
            self._dispatcher.settle()
            return list(self._world.sweeps.values())

    def sweep(self, name: str) -> Sweep:
        """A sweep by its short id."""
        return next(sweep for sweep in self.sweeps if sweep.name == name)

    @property
    def all_runs(self) -> list[Run]:
        """All runs, oldest first."""
        with self._site.lock:
            self._dispatcher.settle()
            return list(self._world.runs.values())

    def runs(self, sweep: str) -> list[Run]:
        """The runs of a sweep, which need not be one that is known here."""
        return [run for run in self.all_runs if run.sweep == sweep]

    def run(self, name: str) -> Run:
        """A run by its id."""
        return next(run for run in self.all_runs if run.name == name)

    @property
    def agents(self) -> list[Agent]:
        """All agents, oldest first."""
        with self._site.lock:
            return list(self._world.agents.values())

    @property
    def artifacts(self) -> list[Artifact]:
        """All versions of all artifacts, oldest first."""
        with self._site.lock:
            return list(self._world.artifacts.values())

    @property
    def unknown_sweeps(self) -> Counter[str]:
        """Runs of sweeps that are not known here, by the sweep's id: those of offline sweeps."""
        known = {sweep.name for sweep in self.sweeps}
        return Counter(run.sweep for run in self.all_runs if run.sweep and run.sweep not in known)

    # What a person does in the browser

    def create_sweep(self, config: dict[str, Any], project: str, entity: str | None = None) -> Sweep:
        """Make a sweep without a client."""
        with self._site.lock:
            text = yaml.safe_dump(config)
            read, _ = scheduling.read_config(text)
            sweep = Sweep(self._world.project(entity or self.entity, project), short_id(), text, read)
            self._world.sweeps[sweep.name] = sweep
            return sweep

    def set_sweep_state(self, name: str, state: SweepState) -> None:
        """Pause, resume, stop or cancel a sweep."""
        with self._site.lock:
            self._dispatcher.set_state(self._world.sweeps[name], state)

    def delete_sweep(self, name: str) -> None:
        """Remove a sweep; its runs stay, its agents find nothing."""
        with self._site.lock:
            del self._world.sweeps[name]

    def stop_run(self, name: str) -> None:
        """Ask a run to stop."""
        self.run(name).stopping = True

    # Faults

    def fail(
        self,
        operation: str,
        status: int = 500,
        *,
        moment: Moment = "before",
        times: int | None = 1,
        **more: Any,
    ) -> None:
        """Let requests for an operation go wrong, before or after their effect. `faults.py` has the rest."""
        self._site.faults.add(Fault(operation, status, moment, times=times, **more))

    def drop(self, operation: str, *, moment: Moment = "after", times: int | None = 1) -> None:
        """End the connection without an answer."""
        self.fail(operation, DROPPED, moment=moment, times=times)

    def delay(self, operation: str, seconds: float, *, times: int | None = None) -> None:
        """Answer late."""
        self._site.faults.add(Fault(operation, None, delay=seconds, times=times))

    def hang(self, operation: str = "*", *, times: int | None = None) -> None:
        """Answer when the faults are cleared."""
        self._site.faults.add(Fault(operation, None, hangs=True, times=times))

    def clear_faults(self) -> None:
        """Let all go right again."""
        self._site.faults.clear()

    @contextmanager
    def refusing(self) -> Iterator[None]:
        """Refuse all connections for a while."""
        port = self._server.server_address[1]
        self._server.close()
        try:
            yield
        finally:
            self._server = Server(port)
            self._server.start(self._site)
