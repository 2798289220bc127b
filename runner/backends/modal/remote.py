"""Modal as the pipeline sees it: runs are started there, and go on by themselves."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, cast

import msgspec

from runner.backends.modal import apps
from runner.backends.modal.access import require_access, require_plan
from runner.backends.modal.appointment import appointed, appointing
from runner.backends.modal.bundle import in_place, unpack
from runner.backends.modal.calls import is_live
from runner.backends.modal.client import require_reachable
from runner.backends.modal.coordinator import Request
from runner.backends.modal.deployment import REPOSITORY_TAG, deploy, stands, tag
from runner.backends.modal.images import Pinned
from runner.backends.modal.logs import lines
from runner.backends.modal.names import (
    APPOINTED,
    BUNDLE,
    CANCEL,
    COORDINATE,
    JOURNAL,
    PARTS,
    app_name,
    run_folder,
    service_app,
)
from runner.backends.modal.noting import noted
from runner.backends.modal.transfer import Store, archived, upload_once
from runner.backends.modal.troubles import provider_errors
from runner.engine.layout import RunLayout
from runner.engine.record import MANIFEST, PLAN, RECORD
from runner.engine.remote import Leftover, LogLine
from runner.errors import ProviderError
from runner.manifest.units import size_in_bytes
from runner.plan.model import Plan
from runner.settings import Settings

LONGEST_LOG: Final = 16 << 20
"""Bytes of a log that are brought home; no worker keeps more."""


class ModalRemote:
    """See `runner.engine.remote.Remote`. Nothing is asked of the provider until a method is called."""

    def __init__(self, settings: Settings, repository: str) -> None:
        """`settings` are those of the repository; its name tells its runs from those of others."""
        self._repository = repository
        self._limits = settings.limits
        self._settings = settings.modal
        self._wake = settings.github.wake
        self._control, self._code, self._outputs = (Store(settings.modal, part) for part in PARTS)
        self._calls: dict[str, Any] = {}

    def require(self, plan: Plan) -> None:
        """Asks for access, environment, secrets; two requests, and one for each secret."""
        require_access(self._settings)
        require_plan(self._settings, plan, self._wake)

    def prepare(
        self,
        layout: RunLayout,
        plan: Plan,
        write_snapshot: Callable[[Path], None],
        note: Callable[[str], None],
    ) -> None:
        """Uploads the code once per git tree, then the run's files, then makes its app stand.

        `write_snapshot` is also called for an image that is made from files of the code.
        """
        require_reachable()
        with archived(write_snapshot) as archive:
            with noted(note, "bringing the code to Modal"):
                upload_once(self._code, plan.source.tree, archive)
            self._put(layout.run, {name: layout.directory / name for name in (RECORD, PLAN, MANIFEST)})
            if stands(self._settings, layout.run):
                return
            waiting = "Modal is building what the job runs in; the first time takes minutes"
            with closing(Pinned(archive)) as pinned, noted(note, waiting):
                deploy(self._settings, self._repository, layout.run, plan, pinned, self._wake)

    def is_prepared(self, run: str) -> bool:
        """Whether the app stands, which `prepare` makes last. One request."""
        require_reachable()
        return stands(self._settings, run)

    def start(self, layout: RunLayout, retries: int, former: str) -> str:
        """Spawns the coordinator, then appoints it: one that was not appointed leaves by itself."""
        import modal

        require_reachable()
        app = app_name(self._settings.prefix, layout.run)
        with provider_errors(f"app {app}"):
            coordinate = modal.Function.from_name(app, COORDINATE, environment_name=self._environment)
            call: str = coordinate.spawn(self._request(layout.run, app, retries, former)).object_id
        self._put(layout.run, {APPOINTED: appointing(call)})
        return call

    def driver(self, run: str) -> str:
        """The call that was last appointed."""
        require_reachable()
        return appointed(self._control.read(_path(run, APPOINTED)))

    def drives(self, driver: str) -> bool:
        """Whether the call has not ended; its outcome is never taken in."""
        require_reachable()
        return bool(driver) and is_live(driver)

    def fetch(self, layout: RunLayout) -> None:
        """Copies what the control Volume holds of the run: one listing, and a request for each new file."""
        require_reachable()
        there = {Path(file.path).name: file for file in self._control.files(run_folder(layout.run))}
        for name in (PLAN, MANIFEST, RECORD):  # without its record, what is here is no run
            if name not in there:
                raise _unknown(layout.run, self._control.name)
            if not (layout.directory / name).exists():
                self._control.read_to(_path(layout.run, name), layout.directory / name)
        journal = there.get(JOURNAL)
        if journal and (not layout.journal.exists() or layout.journal.stat().st_size != journal.size):
            self._control.read_to(_path(layout.run, JOURNAL), layout.journal)

    def bring(self, layout: RunLayout) -> None:
        """Copies the coordinator's bundle and unpacks it."""
        require_reachable()
        with TemporaryDirectory(prefix=".bundle-", dir=layout.directory) as folder:
            archive = Path(folder, BUNDLE)
            if not self._control.read_to(_path(layout.run, BUNDLE), archive):
                raise ProviderError(
                    "bundle-missing",
                    f"the run {layout.run} has left nothing to bring home yet",
                    place=f"Volume {self._control.name}",
                    fix=f"runner collect {layout.run} once it has ended; runner status shows how it stands",
                )
            unpack(archive, layout)

    def ask_to_cancel(self, run: str) -> None:
        """Leaves a request on the control Volume."""
        require_reachable()
        self._put(run, {CANCEL: f"{time.time()}\n".encode()})

    def forget_cancel(self, run: str) -> None:
        """Removes the request."""
        require_reachable()
        self._control.remove(_path(run, CANCEL))

    def release(self, run: str) -> None:
        """Stops the run's app, and returns when the provider says that none of its containers runs."""
        require_reachable()
        apps.end(self._settings.environment, app_name(self._settings.prefix, run), f"the run {run}")

    def log(self, handle: str, since: float) -> list[LogLine]:
        """What a call printed; two requests, and one more the first time."""
        import modal

        require_reachable()
        if handle not in self._calls:
            self._calls[handle] = modal.FunctionCall.from_id(handle)
        return lines(self._calls[handle], since)

    def bring_log(self, layout: RunLayout, task: str, attempt: int) -> bool:
        """Copies an attempt's log; two requests."""
        require_reachable()
        target = layout.log(task, attempt)
        inside = target.relative_to(layout.directory).as_posix()
        return self._outputs.read_to(_path(layout.run, inside), target, LONGEST_LOG)

    def download(self, layout: RunLayout, tasks: Iterable[str], destination: Path) -> Iterator[Path]:
        """Copies logs, results and outputs of all attempts to `destination/<task>/attempt-<n>/`."""
        require_reachable()
        top = _path(layout.run, "")
        for task in tasks:
            for file in self._outputs.files(f"{top}tasks/{task}"):
                inside = f"/{file.path}".removeprefix(top)
                target = destination / inside.removeprefix("tasks/")
                if in_place(inside, (task,)) and self._outputs.read_to(f"/{file.path}", target):
                    yield target

    def leftovers(self) -> list[Leftover]:
        """The apps of this repository's runs that still stand. One request, and one for each that does."""
        require_reachable()
        prefix, ours = app_name(self._settings.prefix, ""), tag(self._repository)
        services = service_app(self._settings.prefix, "")
        standing = [
            app
            for app in self._apps(prefix)
            if (app.containers or not app.stopped) and not app.name.startswith(services)
        ]
        return [
            Leftover(app.name.removeprefix(prefix), app.name, app.containers, app.created)
            for app in standing
            if apps.tags(app.app_id).get(REPOSITORY_TAG) == ours
        ]

    @property
    def _environment(self) -> str | None:
        return self._settings.environment or None

    def _apps(self, prefix: str) -> list[apps.StandingApp]:
        return apps.standing(self._settings.environment, prefix)

    def _put(self, run: str, files: dict[str, Path] | dict[str, bytes]) -> None:
        self._control.put({_path(run, name): content for name, content in files.items()})

    def _request(self, run: str, app: str, retries: int, former: str) -> dict[str, Any]:
        """What the coordinator is told."""
        request = Request(
            run=run,
            app=app,
            environment=self._settings.environment,
            former=former,
            retries=retries,
            file_size=size_in_bytes(self._limits.file_size),
            most_output=size_in_bytes(self._limits.output_size),
            control=self._control.name,
            outputs=self._outputs.name,
            wake=self._wake,
        )
        return cast("dict[str, Any]", msgspec.to_builtins(request))


def _path(run: str, name: str) -> str:
    return f"{run_folder(run)}/{name}"


def _unknown(run: str, volume: str) -> ProviderError:
    return ProviderError(
        "run-unknown",
        f"Modal knows nothing of the run {run}",
        place=f"Volume {volume}",
        fix="check modal.environment and modal.prefix in runner.toml; what is lost for good is given up by: "
        f"runner reap --run {run} --yes",
    )
