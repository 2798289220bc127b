"""What flows beside an input: the parts of a request in, and those of an answer or of a generator out."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

from google.protobuf.empty_pb2 import Empty
from modal_proto import api_pb2 as pb

from tests.standins.modal.options import DAY
from tests.standins.modal.refusals import not_found
from tests.standins.modal.servicer import Caller

if TYPE_CHECKING:
    from tests.standins.modal.calls import Call
    from tests.standins.modal.plane import ControlPlane

POLL = 50.0
"""Seconds after which a stream that has nothing to give ends; its reader asks again."""


class Streams:
    """The data streams of all calls. They are kept as long as the call."""

    def __init__(self, plane: ControlPlane) -> None:
        self.plane = plane

    async def FunctionCallGetDataIn(
        self, request: pb.FunctionCallGetDataRequest, caller: Caller
    ) -> AsyncIterator[pb.DataChunk]:
        call = self._of(request.function_call_id, caller)
        async for chunk in self.follow(call, call.data_in, POLL, request.last_index):
            yield chunk

    async def FunctionCallGetDataOut(
        self, request: pb.FunctionCallGetDataRequest, caller: Caller
    ) -> AsyncIterator[pb.DataChunk]:
        call = self.plane.calls.get(request.function_call_id)
        async for chunk in self.follow(call, call.data_out, POLL, request.last_index):
            yield chunk

    async def FunctionCallPutDataOut(self, request: pb.FunctionCallPutDataRequest, caller: Caller) -> Empty:
        call = self._of(request.function_call_id, caller)
        known = call.data_out[-1].index if call.data_out else 0
        call.data_out.extend(chunk for chunk in request.data_chunks if chunk.index > known)
        call.changed.fire()
        return Empty()

    @staticmethod
    async def follow(
        call: Call, chunks: list[pb.DataChunk], first: float, last: int = 0
    ) -> AsyncIterator[pb.DataChunk]:
        """Those after the last one, as they come, until the call is over; `first`: seconds to the next."""

        def news() -> bool:
            return len(chunks) > last or call.over()

        while await call.changed.until(news, first):
            for chunk in chunks[last:]:
                yield chunk
                last, first = chunk.index, DAY
            if call.over():
                return

    def _of(self, call_id: str, caller: Caller) -> Call:
        """A container's call: one that it works on."""
        call = self.plane.calls.get(call_id)
        working = caller.container.current.values() if caller.container else ()
        if all(entered.call is not call for entered in working):
            raise not_found(f"Function call '{call_id}' is not one of this container.")
        return call

    def data(self, chunk: pb.DataChunk) -> bytes:
        """What a chunk carries, which may lie in a blob."""
        return self.plane.blobs.path(chunk.data_blob_id).read_bytes() if chunk.data_blob_id else chunk.data
