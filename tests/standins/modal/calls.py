"""Function calls: their inputs come in, their outputs are waited for."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from google.protobuf.empty_pb2 import Empty
from modal_proto import api_pb2 as pb

from tests.standins.modal.refusals import not_found
from tests.standins.modal.servicer import Caller
from tests.standins.modal.waiting import Signal

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.standins.modal.container import Container
    from tests.standins.modal.functions import Function
    from tests.standins.modal.plane import ControlPlane

Status: TypeAlias = "pb.GenericResult.GenericStatus.ValueType"
SUCCESS = pb.GenericResult.GENERIC_STATUS_SUCCESS
FAILURE = pb.GenericResult.GENERIC_STATUS_FAILURE
TIMEOUT = pb.GenericResult.GENERIC_STATUS_TIMEOUT
TERMINATED = pb.GenericResult.GENERIC_STATUS_TERMINATED
INTERNAL_FAILURE = pb.GenericResult.GENERIC_STATUS_INTERNAL_FAILURE
UNFINISHED = pb.GenericResult.GENERIC_STATUS_UNSPECIFIED


@dataclass(eq=False, slots=True)
class Input:
    """One input of a call, from its arrival to its output."""

    id: str
    index: int
    call: Call
    content: pb.FunctionInput
    retries: int = 0
    """How many tries have failed by the program's own doing."""
    crashes: int = 0
    """How many containers have died with it."""
    container: Container | None = None
    cancelled: bool = False
    output: pb.FunctionGetOutputsItem | None = None

    def status(self) -> Status:
        """The status of its result, 0 while there is none."""
        return self.output.result.status if self.output else UNFINISHED


@dataclass(eq=False, slots=True)
class Call:
    """One `spawn`, `remote` or `map`."""

    id: str
    function: Function
    kind: pb.FunctionCallInvocationType.ValueType
    """How it was invoked: waited for, or not."""
    parent: str = ""
    created_at: float = field(default_factory=time.time)
    inputs: list[Input] = field(default_factory=list)
    by_index: dict[int, Input] = field(default_factory=dict)
    finished: list[Input] = field(default_factory=list)
    """In the order in which they ended."""
    expired: bool = False
    changed: Signal = field(default_factory=Signal)
    data_in: list[pb.DataChunk] = field(default_factory=list)
    """What comes to a web function beside its input, numbered from 1."""
    data_out: list[pb.DataChunk] = field(default_factory=list)
    """What a web function or a generator gives before its output."""

    def over(self) -> bool:
        """Whether nothing more will come out of it."""
        return bool(self.inputs) and len(self.finished) == len(self.inputs)

    def web(self) -> bool:
        """Whether somebody waits for it at a web address, and would not have it done twice."""
        return bool(self.function.definition.webhook_config.type)

    def put_in(self, chunk: pb.DataChunk) -> None:
        """Let its container have the next part of what comes in."""
        self.data_in.append(chunk)
        self.changed.fire()


class Calls:
    """All function calls; those of stopped apps stay."""

    def __init__(self, plane: ControlPlane) -> None:
        self.plane = plane
        self.by_id: dict[str, Call] = {}
        self.inputs: dict[str, Input] = {}

    def get(self, call_id: str) -> Call:
        """The call of that id."""
        call = self.by_id.get(call_id)
        if call is None:
            raise not_found(f"Function call '{call_id}' not found.")
        return call

    def add(
        self, call: Call, items: Iterable[pb.FunctionPutInputsItem]
    ) -> list[pb.FunctionPutInputsResponseItem]:
        """Enter inputs of a call."""
        answers = []
        for item in items:
            entered = Input(self.plane.new_id("in"), item.idx, call, item.input)
            self.inputs[entered.id] = call.by_index[item.idx] = entered
            call.inputs.append(entered)
            self.plane.scheduler.enqueue(entered)
            answers.append(
                pb.FunctionPutInputsResponseItem(idx=item.idx, input_id=entered.id, input_jwt=entered.id)
            )
        return answers

    async def FunctionMap(self, request: pb.FunctionMapRequest, caller: Caller) -> pb.FunctionMapResponse:
        function = self.plane.functions.get(request.function_id)
        if function.app.done():
            raise not_found(f"App '{function.app.name or function.app.id}' is stopped.")
        call = Call(
            self.plane.new_id("fc"),
            function,
            request.function_call_invocation_type,
            request.parent_input_id,
        )
        self.by_id[call.id] = call
        return pb.FunctionMapResponse(
            function_call_id=call.id,
            function_call_jwt=call.id,
            pipelined_inputs=self.add(call, request.pipelined_inputs),
            retry_policy=function.definition.retry_policy,
            sync_client_retries_enabled=False,
            max_inputs_outstanding=1000,
        )

    async def FunctionPutInputs(
        self, request: pb.FunctionPutInputsRequest, caller: Caller
    ) -> pb.FunctionPutInputsResponse:
        call = self.get(request.function_call_id)
        return pb.FunctionPutInputsResponse(inputs=self.add(call, request.inputs))

    async def FunctionFinishInputs(self, request: pb.FunctionFinishInputsRequest, caller: Caller) -> Empty:
        return Empty()

    async def FunctionGetOutputs(
        self, request: pb.FunctionGetOutputsRequest, caller: Caller
    ) -> pb.FunctionGetOutputsResponse:
        call = self.get(request.function_call_id)
        last = int((request.last_entry_id or "0").split("-")[0])

        def ended() -> list[Input]:
            if not request.HasField("start_idx"):
                return call.finished[last:]
            indices = range(request.start_idx, request.end_idx + 1)
            wanted = (call.by_index.get(index) for index in indices)
            return [entered for entered in wanted if entered and entered.output]

        inputs = await call.changed.until(ended, request.timeout)
        outputs = [entered.output for entered in inputs if entered.output and not self._expired(entered)]
        unfinished = len(call.inputs) - len(call.finished)
        return pb.FunctionGetOutputsResponse(
            outputs=outputs,
            idxs=[output.idx for output in outputs],
            last_entry_id=f"{last if request.HasField('start_idx') else last + len(inputs)}-0",
            num_unfinished_inputs=unfinished,
        )

    def _expired(self, entered: Input) -> bool:
        assert entered.output is not None
        age = time.time() - entered.output.output_created_at
        return entered.call.expired or age > self.plane.options.output_expiry

    async def FunctionCallFromId(
        self, request: pb.FunctionCallFromIdRequest, caller: Caller
    ) -> pb.FunctionCallFromIdResponse:
        call = self.get(request.function_call_id)
        metadata = pb.FunctionCallHandleMetadata(app_id=call.function.app.id, function_id=call.function.id)
        return pb.FunctionCallFromIdResponse(
            function_call_id=call.id, num_inputs=len(call.inputs), metadata=metadata
        )

    async def FunctionCallGetInfo(
        self, request: pb.FunctionCallGetInfoRequest, caller: Caller
    ) -> pb.FunctionCallGetInfoResponse:
        call = self.get(request.function_call_id)
        statuses = [entered.status() for entered in call.inputs]

        def counted(*wanted: Status) -> pb.InputCategoryInfo:
            return pb.InputCategoryInfo(total=sum(status in wanted for status in statuses))

        info = pb.FunctionCallInfo(
            function_call_id=call.id,
            created_at=call.created_at,
            total_inputs=len(statuses),
            pending_inputs=counted(UNFINISHED),
            succeeded_inputs=counted(SUCCESS),
            failed_inputs=counted(FAILURE, INTERNAL_FAILURE),
            timeout_inputs=counted(TIMEOUT),
            cancelled_inputs=counted(TERMINATED),
        )
        return pb.FunctionCallGetInfoResponse(info=info)

    async def FunctionGetCallGraph(
        self, request: pb.FunctionGetCallGraphRequest, caller: Caller
    ) -> pb.FunctionGetCallGraphResponse:
        call = self.get(request.function_call_id)
        inputs = [
            pb.InputCallGraphInfo(
                input_id=entered.id,
                status=entered.status(),
                function_call_id=call.id,
                task_id=entered.container.id if entered.container else "",
            )
            for entered in call.inputs
        ]
        graph = pb.FunctionCallCallGraphInfo(
            function_call_id=call.id,
            parent_input_id=call.parent,
            function_name=call.function.name,
            module_name=call.function.definition.module_name,
        )
        return pb.FunctionGetCallGraphResponse(inputs=inputs, function_calls=[graph])

    async def FunctionCallCancel(self, request: pb.FunctionCallCancelRequest, caller: Caller) -> Empty:
        for entered in self.get(request.function_call_id).inputs:
            self.plane.endings.cancel(entered, request.terminate_containers)
        return Empty()
