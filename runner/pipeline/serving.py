"""A service on this machine, in the foreground: its programs run below this process, and never without it."""

from __future__ import annotations

import os
import select
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import msgspec
from msgspec import Struct

from runner.backends import REMOTES, require_backend
from runner.engine.interrupts import Interrupts, listening
from runner.engine.run_lock import lock
from runner.errors import InputError, ProviderError
from runner.pipeline.addresses import Address, answers, taken
from runner.pipeline.loading import load_job
from runner.pipeline.planning import make_plan
from runner.pipeline.running import Options, secrets_of
from runner.pipeline.service_process import (
    GRACE_SECONDS,
    folder_of,
    server_command,
    service_environment,
    steps_before,
)
from runner.pipeline.workspace import Workspace
from runner.plan.model import Endpoint, Plan, Stage
from runner.worker.driving import WorkerProcess
from runner.worker.serving import end_remains

PATIENCE_SECONDS: Final = 10.0
POLL_SECONDS: Final = 0.2
ENDED_WELL: Final = frozenset({0, -2, -15})
"""The exit codes of a server that ended by itself, or that somebody told to end."""


class Serving(Struct, frozen=True):
    """A service that answers, by the address at which it does."""

    service: str
    url: str


def serve(
    workspace: Workspace,
    manifest: str,
    options: Options,
    address: Address,
    ready: Callable[[Serving], None],
) -> str:
    """Serves until the service ends or a signal comes; returns why it ended, and nothing of it is left.

    Its programs print to standard error, secrets masked; `ready` is told once it answers. Raises InputError
    where it cannot be served here, ProviderError where it does not stay up.
    """
    _refuse_provider(options)
    loaded = load_job(workspace, manifest, options.overrides)
    plan = make_plan(workspace, loaded, only=options.only, deploy=options.deploy).plan
    stage = plan.service
    assert stage is not None
    endpoint = stage.endpoint
    assert endpoint is not None
    _refuse_volumes(stage)
    _require_packages(endpoint)
    secrets = _secrets(workspace, plan, endpoint)
    folder = folder_of(workspace, plan)
    with _alone(folder, plan.job):
        free = taken(address)
        spec = {
            "service": str(folder),
            "work": str(workspace.repository.root),
            "files": stage.files,
            "steps": [*steps_before(stage), server_command(workspace, endpoint, free)],
            "environment": service_environment(workspace, plan, stage),
            "secrets": dict(secrets),
            "memory": stage.requirements.memory,
            "grace": GRACE_SECONDS + PATIENCE_SECONDS,
        }
        return _watched(spec, folder, Serving(plan.job, free.url), ready)


def _watched(spec: dict[str, Any], folder: Path, serving: Serving, ready: Callable[[Serving], None]) -> str:
    """Has a worker process run the service, until it ends."""
    worker = WorkerProcess()
    with listening() as interrupts:
        try:
            worker.give(spec)
            answer = _awaited(worker, interrupts, lambda: _told_ready(serving, ready))
        finally:
            worker.let_go()
            worker.bury(PATIENCE_SECONDS)
            end_remains(folder)
    if answer is None:
        raise ProviderError(
            "service-killed", "what looks after the service was killed, so it was ended", fix="start it again"
        )
    return _ending(answer, interrupts)


def _awaited(
    worker: WorkerProcess, interrupts: Interrupts, told_ready: Callable[[], bool]
) -> dict[str, Any] | None:
    """How the service ended; None where its worker process did without a word."""
    poller, heeded, is_ready = select.poll(), 0, False
    poller.register(worker.fileno(), select.POLLIN)
    while True:
        if poller.poll(POLL_SECONDS * 1000):
            lines = worker.answers()
            if lines is None:
                return None
            if lines:
                answer: dict[str, Any] = msgspec.json.decode(lines[0])
                return answer
        if interrupts.count > heeded:
            heeded = interrupts.count
            if heeded > 1:
                return {"outcome": "cancelled", "exit_code": None, "reason": "interrupted twice"}
            worker.cancel(interrupts.reason)
        is_ready = is_ready or (not heeded and told_ready())


def _told_ready(serving: Serving, ready: Callable[[Serving], None]) -> bool:
    if not answers(f"{serving.url}/health-check"):
        return False
    ready(serving)
    return True


def _ending(answer: dict[str, Any], interrupts: Interrupts) -> str:
    """Why it ended, in a word. Raises ProviderError where that was a failure."""
    if answer["outcome"] == "cancelled" or interrupts.count:
        return interrupts.reason
    if answer["exit_code"] in ENDED_WELL and answer["outcome"] in ("succeeded", "failed"):
        return "it ended by itself"
    raise ProviderError(
        "service-ended",
        f"the service ended: {answer['reason']}",
        fix="see what it printed above, then start it again",
    )


@contextmanager
def _alone(folder: Path, job: str) -> Iterator[None]:
    """Holds the service's folder; the kernel lets go of it when this process ends."""
    folder.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        if not lock(descriptor):
            raise InputError(
                "service-running",
                f"another process serves {job} from this repository",
                fix="end that one first, with ^C where it runs",
            )
        yield
    finally:
        os.close(descriptor)


def _secrets(workspace: Workspace, plan: Plan, endpoint: Endpoint) -> Mapping[str, str]:
    try:
        return secrets_of(workspace, plan)
    except InputError as error:
        missing = error.code in ("secret-missing", "secret-short")
        if missing and f" {endpoint.password_secret} " in error.message:
            raise InputError(
                "passwords-missing",
                f"nobody could come in: the secret {endpoint.password_secret} with the passwords' hashes is "
                "not set, or empty",
                fix="runner service hash makes a line for it; put that into an untracked file .env at the "
                "repository's root, or export it",
            ) from None
        raise


def _refuse_provider(options: Options) -> None:
    require_backend(options.backend)
    if options.backend in REMOTES:
        raise InputError(
            "serve-provider",
            f"`run` serves on this machine, and a service at {options.backend} stands by itself",
            fix="have it stand there with: runner launch JOB; or add --backend local",
        )


def _refuse_volumes(stage: Stage) -> None:
    for path in stage.volumes:
        raise InputError(
            "volumes-local",
            f"the service mounts a Volume at {path}, which this machine does not have",
            place="spec.volumes",
            fix="have it stand at a provider with: runner launch JOB; or leave spec.volumes out",
        )


def _require_packages(endpoint: Endpoint) -> None:
    from importlib.util import find_spec

    needed = ["uvicorn", *(["fastapi"] if endpoint.app.startswith("workloads.service.") else [])]
    for name in needed:
        if find_spec(name) is None:
            raise InputError(
                "service-packages",
                f"this Python lacks {name}, which serves",
                fix="pip install 'runner[service]'",
            )
