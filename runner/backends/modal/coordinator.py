"""The function that drives a run at the provider, in a small container of its own.

It may be preempted, killed or restarted at any line: what it knows is on the control Volume, so it
goes on from there, under the same call id. Nobody reads what it returns.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final

import msgspec
from msgspec import Struct

from runner.backends.modal.appointment import UNAPPOINTED, await_run
from runner.backends.modal.limits import WORK_FOR
from runner.backends.modal.live import Pace
from runner.backends.modal.mount import Mount
from runner.backends.modal.names import BUNDLE, CANCEL, CONTROL_MOUNT, OUTPUTS_MOUNT
from runner.backends.modal.orders import Orders
from runner.backends.modal.packing import pack
from runner.backends.modal.published import Dismissed, Publication, PublishedJournal
from runner.backends.modal.remains import Remains
from runner.backends.modal.session import ModalBackend
from runner.backends.modal.spawning import Spawner
from runner.backends.modal.waking import wake
from runner.engine.events import Event, RetryRequested, RunOpened
from runner.engine.execute import execute
from runner.engine.journal import Journal
from runner.engine.layout import RunLayout
from runner.engine.record import PLAN, read_plan
from runner.engine.state import State
from runner.worker.attempt import GRACE

if TYPE_CHECKING:
    import modal

NEWS: Final = 2.0
"""Seconds between looks at the control Volume, and so the most that news is late."""


class Request(Struct, frozen=True, kw_only=True):
    """What a coordinator is called with. Sizes in bytes, times in seconds.

    `former` is the call that was appointed when this one was made; empty where none was. `retries` is
    how many requests for a retry the journal must hold in the end. Output files larger than `file_size`
    stay where they are; a task may write `most_output`. `control` and `outputs` are names of Volumes,
    `wake` is the variable with the token for `waking`; empty where nobody is to be told.
    """

    run: str
    app: str
    environment: str
    former: str = ""
    retries: int
    file_size: int
    most_output: int
    control: str
    outputs: str
    wake: str = ""
    grace: float = GRACE
    work_for: float = WORK_FOR
    pace: Pace = Pace()


class HandOver(Exception):
    """The time of this container is up; the provider starts the next one on the same call."""


def coordinate(request: dict[str, Any]) -> str:
    """Drives a run until it is finished and its bundle lies ready. See `Request` for what it is told.

    Returns a word for the log: what became of the run, `unappointed` or `dismissed`.
    """
    import modal

    told = msgspec.convert(request, Request)
    call = modal.current_function_call_id() or ""
    volumes = {"control": _volume(told, told.control), "outputs": _volume(told, told.outputs)}
    control = Mount(volumes["control"], Path(CONTROL_MOUNT))
    if not await_run(call, told.former, control.folder, control.reload):
        return UNAPPOINTED
    try:
        with TemporaryDirectory(prefix="runner-") as folder:
            return _drive(told, volumes, Publication(control, call), Path(folder))
    except Dismissed:
        return "dismissed"


def _volume(told: Request, name: str) -> modal.Volume:
    import modal

    volume = modal.Volume.from_name(name, environment_name=told.environment or None)
    return volume.hydrate()


def _drive(told: Request, volumes: Mapping[str, modal.Volume], publication: Publication, folder: Path) -> str:
    """Goes on with the run from what was published, on the container's own disk."""
    until = time.monotonic() + told.work_for
    layout = RunLayout(folder / told.run)
    layout.directory.mkdir()
    publication.fetch(layout.journal)
    layout.plan.write_bytes(Path(CONTROL_MOUNT, PLAN).read_bytes())
    plan = read_plan(layout)
    orders = Orders(plan, told.run, grace=told.grace, most_output=told.most_output, volumes=volumes)
    remains = Remains(Mount(volumes["outputs"], Path(OUTPUTS_MOUNT) / told.run))
    state = execute(
        plan,
        layout,
        ModalBackend(Spawner(told.app, told.environment, orders), remains, told.grace, told.pace),
        _Vigil(layout, publication, until),
        retry=_grant(layout, told.retries),
        open_journal=lambda path: PublishedJournal(path, publication),
        heed_signals=False,
    )
    _conclude(told, layout, publication, remains, state)
    if told.wake:
        print(wake(Path(CONTROL_MOUNT), told.wake))
    return state.finished or ""


def _grant(layout: RunLayout, retries: int) -> bool:
    """Whether a retry is still to be granted. All that are, but the last one, are written down here."""
    journal = Journal(layout.journal)
    try:
        missing = retries - sum(isinstance(event, RetryRequested) for event in journal.read())
        for _ in range(missing - 1):
            journal.append(RetryRequested(time.time()))
    finally:
        journal.close()
    return missing > 0


def _conclude(
    told: Request, layout: RunLayout, publication: Publication, remains: Remains, state: State
) -> None:
    """Lays the bundle ready, and only then says that the run is finished."""
    bundle = Path(CONTROL_MOUNT, BUNDLE)
    publication.look()
    if publication.behind(layout.journal) or not bundle.exists():
        remains.reload()
        pack(state, remains.layout, bundle, file_size=told.file_size, most_output=told.most_output)
        publication.commit()
        publication.publish(layout.journal)


class _Vigil:
    """What a coordinator does beside its work, every few seconds."""

    def __init__(self, layout: RunLayout, publication: Publication, until: float) -> None:
        """`until` is when it hands over, on the monotonic clock."""
        self._layout = layout
        self._publication = publication
        self._until = until
        self._next = 0.0

    def event(self, event: Event, state: State) -> None:
        """What happens is in the journal. A request to cancel that lies there already comes first."""
        if isinstance(event, RunOpened):
            self._heed()

    def tick(self, state: State) -> None:
        """Publishes news and looks for a request to cancel. Raises Dismissed or HandOver."""
        now = time.monotonic()
        if now < self._next:
            return
        if self._publication.behind(self._layout.journal):
            self._publication.publish(self._layout.journal)
        else:
            self._publication.look()
        self._heed()
        if now > self._until:
            raise HandOver(f"the run {self._layout.run} goes on in another container")
        self._next = time.monotonic() + NEWS

    def _heed(self) -> None:
        if Path(CONTROL_MOUNT, CANCEL).exists():
            self._layout.cancel.touch()
