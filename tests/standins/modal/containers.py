"""All containers of a plane, and the calls that containers make and that are made about them."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import TYPE_CHECKING

from google.protobuf.empty_pb2 import Empty
from grpclib import GRPCError
from modal_proto import api_pb2 as pb

from tests.standins.modal.container import Container
from tests.standins.modal.refusals import not_found
from tests.standins.modal.servicer import Caller

if TYPE_CHECKING:
    from tests.standins.modal.functions import Function
    from tests.standins.modal.plane import ControlPlane


class Containers:
    """All containers, and the calls that only they make."""

    def __init__(self, plane: ControlPlane) -> None:
        self.plane = plane
        self.running: dict[str, Container] = {}
        self.ended: dict[str, Container] = {}
        self._lives: set[asyncio.Task[None]] = set()

    def get(self, container_id: str) -> Container:
        """The container of that id, running or not."""
        container = self.running.get(container_id) or self.ended.get(container_id)
        if container is None:
            raise not_found(f"Task '{container_id}' not found.")
        return container

    def running_by_app(self) -> Counter[str]:
        """How many containers each app has."""
        return Counter(container.function.app.id for container in self.running.values())

    def start(self, function: Function) -> None:
        """Start another container of a function."""
        container = Container(self.plane, function)
        self.running[container.id] = container
        function.containers.add(container)
        life = asyncio.get_running_loop().create_task(self._live(container))
        self._lives.add(life)
        life.add_done_callback(self._lives.discard)

    async def _live(self, container: Container) -> None:
        try:
            await container.live()
        except (OSError, GRPCError) as error:
            container.exit_code, container.last_line = 1, str(error)
        finally:
            del self.running[container.id]
            self.ended[container.id] = container
            container.function.containers.discard(container)
            self.plane.scheduler.container_ended(container)

    def send_idle_away(self) -> None:
        """Make room for functions that wait for it."""
        for container in self.running.values():
            container.send_away()

    async def close(self) -> None:
        """End all of them."""
        for container in list(self.running.values()):
            container.kill("stopped")
        await asyncio.gather(*self._lives, return_exceptions=True)

    # Calls of containers -----------------------------------------------------------------------------------

    async def ContainerHello(self, request: Empty, caller: Caller) -> Empty:
        return Empty()

    async def ContainerHeartbeat(
        self, request: pb.ContainerHeartbeatRequest, caller: Caller
    ) -> pb.ContainerHeartbeatResponse:
        container = self._of(caller)
        if not container.cancelled:
            return pb.ContainerHeartbeatResponse()
        ids, container.cancelled = container.cancelled, []
        return pb.ContainerHeartbeatResponse(cancel_input_event=pb.CancelInputEvent(input_ids=ids))

    async def FunctionGetInputs(
        self, request: pb.FunctionGetInputsRequest, caller: Caller
    ) -> pb.FunctionGetInputsResponse:
        container = self._of(caller)
        entered = await container.next_input()
        if entered is None:
            item = pb.FunctionGetInputsItem(kill_switch=True)
        else:
            item = pb.FunctionGetInputsItem(
                input_id=entered.id,
                input=entered.content,
                function_call_id=entered.call.id,
                function_call_invocation_type=entered.call.kind,
                retry_count=entered.retries,
            )
        return pb.FunctionGetInputsResponse(inputs=[item])

    async def FunctionPutOutputs(self, request: pb.FunctionPutOutputsRequest, caller: Caller) -> Empty:
        container = self._of(caller)
        await container.all_told()
        for item in request.outputs:
            entered = self.plane.calls.inputs[item.input_id]
            if entered.container is not container:
                continue  # a container that was taken the input away from has no say in it
            container.release(entered)
            self.plane.endings.conclude(entered, item.result, item.data_format, item.input_started_at)
        return Empty()

    async def FunctionGetDynamicConcurrency(
        self, request: pb.FunctionGetDynamicConcurrencyRequest, caller: Caller
    ) -> pb.FunctionGetDynamicConcurrencyResponse:
        function = self._of(caller).function
        scales = not function.limit() or len(function.current()) < function.limit()
        most = request.target_concurrency if scales else request.max_concurrency
        return pb.FunctionGetDynamicConcurrencyResponse(concurrency=most)

    async def TaskResult(self, request: pb.TaskResultRequest, caller: Caller) -> Empty:
        self._of(caller).startup_failure = request.result
        return Empty()

    @staticmethod
    def _of(caller: Caller) -> Container:
        if caller.container is None:
            raise not_found("Only containers call this.")
        return caller.container

    # Calls about containers --------------------------------------------------------------------------------

    async def TaskList(self, request: pb.TaskListRequest, caller: Caller) -> pb.TaskListResponse:
        environment = self.plane.environment(request.environment_name)
        tasks = [
            pb.TaskStats(
                task_id=container.id,
                app_id=container.function.app.id,
                app_description=container.function.app.name or container.function.app.description,
                started_at=container.started_at,
                enqueued_at=container.enqueued_at,
            )
            for container in self.running.values()
            if container.function.app.environment == environment
            and request.app_id in ("", container.function.app.id)
        ]
        return pb.TaskListResponse(tasks=tasks)

    async def ContainerStop(
        self, request: pb.ContainerStopRequest, caller: Caller
    ) -> pb.ContainerStopResponse:
        container = self.get(request.task_id)
        if request.graceful:
            container.drain()
        else:
            container.kill("stopped")
        return pb.ContainerStopResponse()
