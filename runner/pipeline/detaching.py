"""A run of this machine that goes on by itself: written down here, driven by a process of its own."""

from __future__ import annotations

import fcntl
import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from msgspec import Struct

from runner.backends import REMOTES, require_backend
from runner.engine.journal import read_events
from runner.engine.layout import RunLayout
from runner.engine.record import list_runs, read_record, runs_directory
from runner.engine.run_lock import holder
from runner.errors import InputError, ProviderError, RunnerError
from runner.manifest.load import Loaded
from runner.pipeline.job_lock import hold_job
from runner.pipeline.loading import load_job
from runner.pipeline.planning import PricedPlan, make_plan
from runner.pipeline.proposing import require_room
from runner.pipeline.running import Options, begin
from runner.pipeline.workspace import Workspace
from runner.plan.cost import Estimate
from runner.wording import printable

PATIENCE_SECONDS: Final = 60.0
POLL_SECONDS: Final = 0.05
LONGEST: Final = 2000
"""Characters at the end of what a driver said in which its error is looked for."""


class Detached(Struct, frozen=True, kw_only=True):
    """A run that goes on by itself. `new` is false where the same request had started it before.

    Prices in US dollars, at the provider's: the most it can cost, and what earlier runs suggest.
    """

    run: str
    job: str
    bound_usd: float
    estimate_usd: Estimate | None = None
    new: bool = True


def detach(workspace: Workspace, manifest: str, options: Options, note: Callable[[str], None]) -> Detached:
    """Writes a run down, has a process of its own drive it, and returns once that one does.

    With `options.request`, a run that was started under the same request is returned in place of another.
    Raises InputError as `deliver` does, ProviderError where the process does not begin.
    """
    _refuse_provider(options)
    loaded = load_job(workspace, manifest, options.overrides)
    priced = make_plan(workspace, loaded, only=options.only, deploy=options.deploy)
    _refuse_service(priced)
    if options.publish:
        require_room(workspace, priced.plan)
    for text in priced.notes:
        note(text)
    with _alone_with(workspace, options.request):
        if (before := _requested(workspace, loaded, options)) is not None:
            if _unbegun(before):  # whoever wrote it down was killed over it
                drive(workspace, before)
            return _detached(before, priced, new=False)
        with hold_job(workspace, priced.plan.job, loaded.job.spec.concurrency, note):
            layout = begin(workspace, loaded, priced, options)
        drive(workspace, layout)
        return _detached(layout, priced, new=True)


def drive(workspace: Workspace, layout: RunLayout) -> None:
    """Starts the process that drives a run, in a session of its own, and waits until it has begun.

    It hears of nothing but the run's name and this process's environment. Raises InputError where it
    refuses the run, ProviderError where it does not begin.
    """
    package = str(Path(__file__).parents[2])
    with layout.driver.open("ab") as said:
        driver = subprocess.Popen(
            [sys.executable, "-P", "-m", "runner", "retry", layout.run],
            cwd=workspace.repository.root,
            env=_with_package(os.environ, package),
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            start_new_session=True,
        )
    deadline = time.monotonic() + PATIENCE_SECONDS
    while _unbegun(layout):
        if driver.poll() is not None:
            raise _refused(layout)
        if time.monotonic() > deadline:
            driver.kill()
            raise ProviderError(
                "driver-late",
                f"the process that is to drive the run did not begin within {PATIENCE_SECONDS:.0f} s",
                fix=f"see {layout.driver}, then go on with: runner retry {layout.run}",
            )
        time.sleep(POLL_SECONDS)


@contextmanager
def _alone_with(workspace: Workspace, request: str) -> Iterator[None]:
    """One process at a time acts on a request; the others wait, and then find its run.

    Each request has a byte of one file, which the kernel lets go of when the process ends.
    """
    path = workspace.state_directory / "requests.lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as file:
        if request:
            byte = int.from_bytes(hashlib.sha256(request.encode()).digest()[:7])
            fcntl.lockf(file, fcntl.LOCK_EX, 1, byte)
        yield


def _unbegun(layout: RunLayout) -> bool:
    """Whether nothing has driven the run yet."""
    return holder(layout.lock) is None and not read_events(layout.journal)


def _with_package(outside: Mapping[str, str], package: str) -> dict[str, str]:
    """The environment in which `python -m runner` is this very package."""
    paths = [package, *filter(None, [outside.get("PYTHONPATH")])]
    return {**outside, "PYTHONPATH": os.pathsep.join(paths)}


def _requested(workspace: Workspace, loaded: Loaded, options: Options) -> RunLayout | None:
    """The run of this machine that the same request started. Raises InputError for another's request."""
    asked = (loaded.document.name, loaded.overrides, options.only)
    if not options.request:
        return None
    for run in reversed(list_runs(workspace.state_directory)):
        layout = RunLayout(runs_directory(workspace.state_directory) / run)
        try:
            record = read_record(layout)
        except RunnerError:
            continue
        if record.request != options.request:
            continue
        if (record.manifest_path, record.overrides, record.only) != asked:
            raise InputError(
                "request-other",
                f"the request {printable(options.request)[:100]} has started another run: {run}",
                fix="give this one another --request",
            )
        return layout
    return None


def _detached(layout: RunLayout, priced: PricedPlan, *, new: bool) -> Detached:
    return Detached(
        run=layout.run,
        job=priced.plan.job,
        bound_usd=priced.bound.usd,
        estimate_usd=priced.estimate,
        new=new,
    )


def _refuse_provider(options: Options) -> None:
    require_backend(options.backend)
    if options.backend in REMOTES:
        raise InputError(
            "detach-provider",
            f"--detach is for runs of this machine, and {options.backend} drives its runs itself",
            fix="runner launch JOB returns at once",
        )


def _refuse_service(priced: PricedPlan) -> None:
    if priced.plan.service is not None:
        raise InputError(
            "detach-service",
            "a service is served in the foreground, and --detach is for runs",
            place=priced.plan.job,
            fix="leave --detach out, or have it stand at a provider: runner launch JOB",
        )


def _refused(layout: RunLayout) -> RunnerError:
    """What the driver said before it gave up."""
    said = layout.driver.read_text(encoding="utf-8", errors="replace")[-LONGEST:]
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    error = next((line for line in reversed(lines) if line.startswith("error[")), "")
    fix = next((line for line in reversed(lines) if line.startswith("fix: ")), "")
    sentence = error.partition("]: ")[2] or "the process that drives the run ended before it began"
    return InputError(
        error.removeprefix("error[").partition("]")[0] or "driver-ended",
        printable(sentence),
        fix=printable(fix.removeprefix("fix: ")) or f"see {layout.driver}",
    )
