"""Which input runs where and when."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from modal_proto import api_pb2 as pb

from tests.standins.modal.calls import INTERNAL_FAILURE, Input
from tests.standins.modal.endings import STOPPED, result

if TYPE_CHECKING:
    from tests.standins.modal.apps import App
    from tests.standins.modal.container import Container
    from tests.standins.modal.functions import Function
    from tests.standins.modal.plane import ControlPlane

STARTS = 3
"""How often a function's containers may fail to start before its inputs fail."""


class Scheduler:
    """Gives inputs to containers, and starts containers where inputs wait and there is room."""

    def __init__(self, plane: ControlPlane) -> None:
        self.plane = plane
        self.held: list[str] = []
        """Patterns of names of functions for which no container is started."""
        self._wanting: dict[Function, None] = {}
        """Functions that would start a container if there were room, in turn."""

    def enqueue(self, entered: Input, first: bool = False) -> None:
        """Let an input wait for a container; there will be none where the app is stopped."""
        entered.container = None
        if entered.call.function.app.done():
            self.plane.endings.finish(entered, STOPPED)
            return
        queue = entered.call.function.queue
        queue[entered] = None
        if first:
            queue.move_to_end(entered, last=False)
        self.dispatch(entered.call.function)

    def take(self, function: Function) -> Input | None:
        """The next input of a function."""
        return function.queue.popitem(last=False)[0] if function.queue else None

    def dispatch(self, function: Function) -> None:
        """Serve a function's queue: idle containers first, then new ones."""
        for container in function.containers:
            if not function.queue:
                return
            if container.waits_for_input() and (entered := self.take(function)):
                container.give(entered)
        if function.queue and not self.is_held(function):
            self._wanting.setdefault(function)
        self._start_wanted()

    def is_held(self, function: Function) -> bool:
        """Whether its inputs are only to be queued."""
        return any(fnmatchcase(function.name, pattern) for pattern in self.held)

    def _start_wanted(self) -> None:
        """Start containers, one at a time for each function that wants one, while there is room."""
        while self._wanting and self._room():
            function = next(iter(self._wanting))
            del self._wanting[function]
            if self._wants_container(function):
                self.plane.containers.start(function)
                self._wanting[function] = None

    def _room(self) -> bool:
        containers = self.plane.containers
        if len(containers.running) < self.plane.options.containers:
            return True
        containers.send_idle_away()
        return False

    def _wants_container(self, function: Function) -> bool:
        if function.app.done() or self.is_held(function):
            return False
        current = function.current()
        expected = sum(container.expected() for container in current)
        room = not function.limit() or len(current) < function.limit()
        return room and (len(function.queue) > expected or len(current) < function.least())

    def deployed(self, app: App) -> None:
        """Let the containers of the version before end, and start those that are to be kept."""
        for function in map(self.plane.functions.get, app.functions.values()):
            function.failed_starts = 0
            for container in function.containers:
                if container.outdated():
                    container.drain()
            self._keep(function)

    def _keep(self, function: Function) -> None:
        """Start the containers that are to be there without work, unless they cannot start."""
        if function.least() and function.failed_starts < STARTS:
            self._wanting.setdefault(function)
            self._start_wanted()

    def container_ended(self, container: Container) -> None:
        """Settle what it leaves, and use the room that it makes."""
        for entered in list(container.current.values()):
            container.current.pop(entered.id)
            self.plane.endings.settle(container, entered)
        function = container.function
        if container.startup_failure is not None:
            function.failed_starts += 1
            self._fail_queue(function, container.startup_failure)
        elif container.had_input:
            function.failed_starts = 0
        elif container.exit_code and container.doom is None:
            self._failed_to_start(container)
        if function.queue:
            self.dispatch(function)
        self._keep(function)
        self._start_wanted()

    def _failed_to_start(self, container: Container) -> None:
        function = container.function
        function.failed_starts += 1
        if function.failed_starts >= STARTS:
            function.failed_starts = 0 if function.queue else STARTS
            told = f"Container failed to start with exit code {container.exit_code}: {container.last_line}"
            self._fail_queue(function, result(INTERNAL_FAILURE, told))

    def _fail_queue(self, function: Function, why: pb.GenericResult) -> None:
        while entered := self.take(function):
            self.plane.endings.finish(entered, why)

    async def stop_app(self, app: App) -> None:
        """Kill an app's containers and wait until they are gone; end all that it had queued."""
        doomed = [
            container for container in self.plane.containers.running.values() if container.function.app is app
        ]
        for container in doomed:
            container.kill("stopped")
        for function in self.plane.functions.by_id.values():
            if function.app is app:
                self._fail_queue(function, STOPPED)
        self.plane.endings.stop_app(app)
        for container in doomed:
            await container.gone.wait()

    def close(self) -> None:
        """Start nothing any more."""
        self.held.append("*")
        self.plane.endings.close()
