"""A container: a real process of the SDK's own entrypoint, in a private root with a socket of its own."""

from __future__ import annotations

import asyncio
import shutil
import time
from typing import TYPE_CHECKING, Literal

from grpclib.server import Server
from modal._utils.grpc_utils import custom_detail_codec
from modal_proto import api_pb2 as pb

from tests.standins.modal.outfit import SYSTEM_PATH, lay_out
from tests.standins.modal.printing import Process
from tests.standins.modal.servicer import Caller, make_servicer

if TYPE_CHECKING:
    from tests.standins.modal.calls import Input
    from tests.standins.modal.copies import WorkingCopy
    from tests.standins.modal.functions import Function
    from tests.standins.modal.plane import ControlPlane

Doom = Literal["cancelled", "fails", "killed", "preempted", "stopped", "timeout"]
"""Why the plane ends a container; None where it ended by itself."""


class Container:
    """One container, from the decision to start it to its end."""

    def __init__(self, plane: ControlPlane, function: Function) -> None:
        self.plane = plane
        self.id = plane.new_id("ta")
        self.function = function
        self.definition = function.definition
        """As it was when the container started; a deployment does not change running ones."""
        self.folder = plane.options.state / "tasks" / self.id
        self.copies: dict[str, WorkingCopy] = {}
        """Of mounted Volumes, by their ids."""
        self.current: dict[str, Input] = {}
        self.cancelled: list[str] = []
        self.asked = self.had_input = self.leaving = False
        self.doom: Doom | None = None
        self.overdue: Input | None = None
        self.startup_failure: pb.GenericResult | None = None
        self.exit_code: int | None = None
        self.last_line = ""
        self.enqueued_at = time.time()
        self.started_at = 0.0
        self.ended_at = 0.0
        self.gone = asyncio.Event()
        self._process: Process | None = None
        self._asking: asyncio.Future[Input | None] | None = None
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._idle: asyncio.TimerHandle | None = None

    @property
    def restricted(self) -> bool:
        """Whether its code has no access to Modal."""
        return self.definition.untrusted

    @property
    def process_id(self) -> int:
        """Of the program that holds it, 0 before it has started."""
        return self._process.pid if self._process else 0

    def mount_path(self, volume_id: str) -> str:
        """Where a Volume is mounted."""
        paths = {mount.volume_id: str(mount.mount_path) for mount in self.definition.volume_mounts}
        return paths[volume_id]

    # Inputs ------------------------------------------------------------------------------------------------

    def outdated(self) -> bool:
        """Whether its function has been deployed anew since it started."""
        return self.definition is not self.function.definition

    def slots(self) -> int:
        """How many inputs it works on at once before there is another container."""
        definition = self.definition
        return definition.target_concurrent_inputs or definition.max_concurrent_inputs or 1

    def expected(self) -> int:
        """How many inputs it will ask for by itself, without ending one before."""
        if self.doom is not None or self.leaving or self.outdated():
            return 0
        return self.slots() - len(self.current) if self.slots() > 1 or not self.asked else 0

    def waits_for_input(self) -> bool:
        """Whether an input can be handed to it right now."""
        waits = self._asking is not None and not self._asking.done()
        return waits and self.doom is None and not self.outdated()

    def give(self, entered: Input) -> None:
        """Hand an input over; its time runs from now."""
        assert self._asking is not None
        entered.container = self
        self.had_input = True
        self.current[entered.id] = entered
        self._asking.set_result(entered)
        seconds = self.definition.timeout_secs
        self._timers[entered.id] = asyncio.get_running_loop().call_later(seconds, self._time_out, entered)

    def _time_out(self, entered: Input) -> None:
        if entered.id in self.current:
            self.overdue = entered
            self.kill("timeout")

    def send_away(self) -> None:
        """Let it end if it is only waiting, and is not one of those that are kept."""
        kept = len(self.function.current()) <= self.function.least()
        if self.waits_for_input() and not self.current and not kept:
            self.drain()

    def drain(self) -> None:
        """Give it no more inputs; it ends with those that it has."""
        self.leaving = True
        if self._asking is not None and not self._asking.done():
            self._asking.set_result(None)

    async def next_input(self) -> Input | None:
        """The input to run next; None is the order to leave."""
        if self.definition.max_concurrent_inputs <= 1 and self.current:
            return next(iter(self.current.values()))  # the answer that gave it was lost
        if self.leaving or self.outdated():
            return None
        self.asked = True
        self._asking = asyncio.get_running_loop().create_future()
        self.plane.scheduler.dispatch(self.function)
        self._rest()
        try:
            return await self._asking
        finally:
            self._asking = None

    def _rest(self) -> None:
        """Let it end when it has had nothing to do for long enough, unless it is kept."""
        if self._idle is not None:
            self._idle.cancel()
        if not self.current:
            self._idle = asyncio.get_running_loop().call_later(self._patience(), self._tire)

    def _patience(self) -> float:
        settings = self.definition.autoscaler_settings
        return settings.scaledown_window or self.plane.options.idle

    def _tire(self) -> None:
        self.send_away()
        if not self.leaving:
            self._rest()

    def release(self, entered: Input) -> None:
        """An input is done with."""
        self.current.pop(entered.id, None)
        if timer := self._timers.pop(entered.id, None):
            timer.cancel()
        self._rest()

    # Life --------------------------------------------------------------------------------------------------

    async def live(self) -> None:
        """Start, run and end."""
        server = Server([make_servicer(self.plane, Caller(self))], status_details_codec=custom_detail_codec)
        socket = self.plane.sockets / self.id
        try:
            await server.start(path=str(socket))
            command = await lay_out(self, socket)
            if self.doom is None:
                await self._run(command)
        finally:
            self.ended_at = time.time()
            for timer in (*self._timers.values(), *([self._idle] if self._idle else [])):
                timer.cancel()
            server.close()
            socket.unlink(missing_ok=True)
            await asyncio.to_thread(shutil.rmtree, self.folder, ignore_errors=True)
            self.gone.set()

    async def _run(self, command: list[str]) -> None:
        self.started_at = time.time()
        self._process = await Process.start(command, {"PATH": SYSTEM_PATH}, self._log)
        if self.doom is not None:
            self._process.kill()
        self.exit_code = await self._process.wait()

    async def all_told(self) -> None:
        """Let all that it has printed until now be in the logs."""
        if self._process is not None:
            await self._process.all_told()

    def _log(self, line: bytes, source: pb.FileDescriptor.ValueType) -> None:
        text = line.decode(errors="replace")
        self.last_line = text.strip() or self.last_line
        entered = next(iter(self.current.values()), None)
        call_id, input_id = (entered.call.id, entered.id) if entered else ("", "")
        app_id = self.function.app.id
        self.plane.logs.add(app_id, text, source, self.id, self.function.id, call_id, input_id)

    # Ends --------------------------------------------------------------------------------------------------

    def kill(self, why: Doom | None) -> None:
        """End it at once, with everything that it started. Without a reason it is a crash."""
        self.doom = self.doom or why
        self.drain()
        if self._process is not None:
            self._process.kill()

    def preempt(self, grace: float) -> None:
        """Interrupt its program, and end it when the grace (seconds) is over."""
        self.doom = self.doom or "preempted"
        if self._process is not None:
            self._process.interrupt()
            asyncio.get_running_loop().call_later(grace, self.kill, "preempted")
