"""Starts, watches and ends trainings."""

from __future__ import annotations

import asyncio
import hashlib
import math
import re
import secrets
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from workloads.service.settings import ServiceSettings
from workloads.service.training.command import CommandLine
from workloads.service.training.model import (
    OVER,
    STATES,
    PlannedTraining,
    StartedTraining,
    TrainingError,
    TrainingRequest,
    TrainingStatus,
)
from workloads.service.training.overrides import Overrides
from workloads.service.training.requests import Requests

PLAN_SECONDS: Final = 60.0
START_SECONDS: Final = 300.0
"""A provider may have to build an image first."""
STATUS_SECONDS: Final = 60.0
CANCEL_SECONDS: Final = 240.0
ENDING_SECONDS: Final = 30.0
"""So long a caller waits to see that a training which was told to end has done so."""
MOST_LISTED: Final = 100
LONGEST_KEY: Final = 255

RUN: Final = re.compile(r"[0-9]{8}-[0-9]{6}-[0-9a-f]{6}")


class Trainings:
    """The runs of one manifest, as a service lets its callers see them."""

    def __init__(
        self,
        settings: ServiceSettings,
        *,
        repository: Path,
        folder: Path,
        backend: str = "local",
        budget: float | None = None,
    ) -> None:
        """`settings.training` must be given. `budget` is the most that one training may cost (USD)."""
        assert settings.training is not None
        self._job = settings.training.job
        self._at_once = settings.training.at_once
        self._backend = backend
        self._service = settings.name
        self._runner = CommandLine(repository, without=[settings.access.passwords])
        self._overrides = Overrides(repository, settings.models, budget)
        self._requests = Requests(folder / "trainings")
        self._one_at_a_time = asyncio.Lock()
        self._name = ""

    async def plan(self, request: TrainingRequest) -> PlannedTraining:
        """What would run and cost; starts nothing."""
        return _planned(await self._plan(await self._overrides_of(request)))

    async def start(self, request: TrainingRequest, key: str = "") -> StartedTraining:
        """Starts a training; the same key is the same training, also after a restart of the service."""
        if len(key) > LONGEST_KEY or not key.isprintable():
            raise TrainingError("invalid", 422, f"the idempotency key has more than {LONGEST_KEY} characters")
        name = hashlib.sha256((key or secrets.token_hex(32)).encode()).hexdigest()[:32]
        async with self._one_at_a_time:
            if key and (known := self._requests.known(name, request)) is not None:
                return await self._again(known)
            overrides = await self._overrides_of(request)
            await self._require_room(await self._job_name())
            started = await self._start(overrides, name)
            if key:
                self._requests.keep(name, request, started)
            return started

    async def list(self) -> tuple[TrainingStatus, ...]:
        """The latest trainings of the manifest, newest first."""
        job = await self._job_name()
        await self._look_around()
        runs = await self._runner.ask("status", seconds=STATUS_SECONDS)
        return tuple(_status(run) for run in runs if run["job"] == job)[:MOST_LISTED]

    async def status(self, run: str) -> TrainingStatus:
        """How one stands. Raises TrainingError (404) where there is none of this name."""
        if not RUN.fullmatch(run):
            raise _unknown()
        try:
            found = await self._runner.ask("status", run, seconds=STATUS_SECONDS)
        except TrainingError as error:
            if error.status != 404 or not await self._look_around():
                raise
            found = await self._runner.ask("status", run, seconds=STATUS_SECONDS)
        if found["job"] != await self._job_name():
            raise _unknown()
        return _status(found)

    async def cancel(self, run: str) -> TrainingStatus:
        """Ends one; one that is over already stays as it is (409).

        At a provider it is only told to end: what it has is for the repository's own ledger to collect.
        """
        standing = await self.status(run)
        if standing.status in OVER:
            raise TrainingError("run_finished", 409, f"the training {run} is over already: {standing.status}")
        if self._backend == "local":
            await self._runner.ask("cancel", run, seconds=CANCEL_SECONDS, as_json=False)
            return await self.status(run)
        await self._runner.ask("cancel", run, "--no-wait", seconds=STATUS_SECONDS, as_json=False)
        until = time.monotonic() + ENDING_SECONDS
        while (standing := await self.status(run)).status not in OVER and time.monotonic() < until:
            await asyncio.sleep(1.0)
        return standing

    async def _look_around(self) -> bool:
        """Takes in what other containers of this service have launched, or this one before it was restarted.

        Returns whether anything may have come.
        """
        if self._backend == "local":
            return False
        return bool(await self._runner.ask("collect", "--adopt-only", seconds=STATUS_SECONDS))

    async def _overrides_of(self, request: TrainingRequest) -> Sequence[str]:
        plan = (await self._plan([]))["plan"]
        self._name = plan["job"]
        overrides = self._overrides.of(request, plan["manifest"]["spec"])
        queued = ["spec.concurrency=queue"] if self._at_once > 1 and self._backend != "local" else []
        return [*overrides, *queued]

    async def _plan(self, overrides: Sequence[str]) -> Any:
        return await self._runner.ask("plan", self._job, *_flags(overrides), seconds=PLAN_SECONDS)

    async def _job_name(self) -> str:
        """The name of the manifest's job, by which its runs are known."""
        if not self._name:
            self._name = (await self._plan([]))["plan"]["job"]
        return self._name

    async def _require_room(self, job: str) -> None:
        """Raises TrainingError (409) where as many trainings go on as may."""
        await self._look_around()
        runs = await self._runner.ask("status", seconds=STATUS_SECONDS)
        going = [
            run["run"] for run in runs if run["job"] == job and run["state"] not in (*OVER, "interrupted")
        ]
        if len(going) >= self._at_once:
            raise TrainingError(
                "at_once",
                409,
                f"{self._at_once} may go on at a time, and {going[0]} does; wait for it, or cancel it",
                retry_after=60,
            )

    async def _start(self, overrides: Sequence[str], name: str) -> StartedTraining:
        request = f"service {self._service} {name}"
        verb = ("run", "--detach") if self._backend == "local" else ("launch",)
        told = (*verb, self._job, "--backend", self._backend, "--request", request)
        answer = await self._runner.ask(*told, *_flags(overrides), seconds=START_SECONDS)
        made = answer[0] if isinstance(answer, list) else answer
        return StartedTraining(
            run=made["run"],
            job=made["job"],
            status=made.get("state", "running"),
            bound_usd=made["bound"] if "bound" in made else made["bound_usd"],
            estimate_usd=_estimate(made),
            new=made["new"],
        )

    async def _again(self, known: StartedTraining) -> StartedTraining:
        """A training that the same key started before, as it stands now."""
        standing = await self.status(known.run)
        return StartedTraining(
            run=known.run,
            job=known.job,
            status=standing.status,
            bound_usd=known.bound_usd,
            estimate_usd=known.estimate_usd,
            new=False,
        )


def _flags(overrides: Sequence[str]) -> list[str]:
    return [text for override in overrides for text in ("--set", override)]


def _planned(document: Mapping[str, Any]) -> PlannedTraining:
    return PlannedTraining(
        job=document["plan"]["job"],
        bound_usd=document["bound_usd"],
        estimate_usd=_estimate(document),
        plan=document["plan"],
    )


def _estimate(document: Mapping[str, Any]) -> float | None:
    """What earlier runs suggest; a launch does not say."""
    estimate = document.get("estimate_usd")
    return None if estimate is None else float(estimate["usd"])


def _status(run: Mapping[str, Any]) -> TrainingStatus:
    """What `runner status` says of a run; why a task failed is why the training did."""
    reasons = [task["reason"] for task in run.get("tasks", ()) if task.get("reason")]
    reason = run.get("note") or ""
    if run["state"] == "failed":
        reason = reasons[0] if reasons else reason
    if run["state"] == "interrupted":
        reason = reason or "what drove it is gone; it goes on with: runner retry " + run["run"]
    progress = run.get("progress") or {}
    return TrainingStatus(
        run=run["run"],
        job=run["job"],
        status=run["state"] if run["state"] in STATES else "unknown",
        reason=reason,
        seconds=run["age"],
        cost_usd=run["cost"],
        bound_usd=run["bound"],
        progress={
            name: value for name, value in progress.items() if value is not None and math.isfinite(value)
        },
        pull_request=run.get("pull_request") or None,
    )


def _unknown() -> TrainingError:
    return TrainingError("not_found", 404, "there is no training of this name")
