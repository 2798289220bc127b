"""The gRPC service: a class made from the SDK's list of RPCs, which asks the plane's parts for answers."""

from __future__ import annotations

import inspect
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from google.protobuf.message import Message
from grpclib import GRPCError, Status
from grpclib.exceptions import StreamTerminatedError
from grpclib.server import Stream
from modal_proto import api_grpc

from tests.standins.modal.faults import Whose, failing_after, suffer_before
from tests.standins.modal.recording import summary
from tests.standins.modal.refusals import not_found, refusal

if TYPE_CHECKING:
    from tests.standins.modal.container import Container
    from tests.standins.modal.plane import ControlPlane

ALLOWED_WHEN_RESTRICTED = frozenset(
    {
        "BlobCreate", "BlobGet", "ContainerHeartbeat", "ContainerHello", "FunctionCallGetDataIn",
        "FunctionCallPutDataOut", "FunctionGetDynamicConcurrency", "FunctionGetInputs", "FunctionPutOutputs",
        "TaskResult", "VolumeCommit", "VolumeReload",
    }
)  # fmt: skip
"""What a container without access to Modal may still call: what runs it, not what its code would ask for."""

RPCS: frozenset[str] = frozenset(api_grpc.ModalClientBase.__abstractmethods__)


@dataclass
class Caller:
    """Who calls: a client, or a container, which is known by the socket that it was given."""

    container: Container | None = None

    @property
    def kind(self) -> Whose:
        """For orders that strike only one side."""
        return "container" if self.container else "client"

    @property
    def name(self) -> str:
        """For the record."""
        return self.container.id if self.container else "client"


Handler = Callable[[Any, Caller], Awaitable[Message] | AsyncIterator[Message]]


def handlers_of(parts: list[object]) -> dict[str, Handler]:
    """Every RPC that one of the parts has a method for."""
    found: dict[str, Handler] = {}
    for part in parts:
        for name in RPCS.intersection(dir(part)):
            assert name not in found, f"two parts answer {name}"
            found[name] = getattr(part, name)
    return found


def make_servicer(plane: ControlPlane, caller: Caller) -> api_grpc.ModalClientBase:
    """The service as one caller sees it."""
    return _servicer_class()(plane, caller)


class _Known:
    """What every servicer knows."""

    def __init__(self, plane: ControlPlane, caller: Caller) -> None:
        self.plane = plane
        self.caller = caller


def _method(rpc: str) -> Callable[[_Known, Stream[Any, Any]], Awaitable[None]]:
    async def method(self: _Known, stream: Stream[Any, Any]) -> None:
        request = await stream.recv_message()
        assert request is not None
        await answer(self.plane, self.caller, rpc, request, stream)

    return method


@cache
def _servicer_class() -> Callable[[ControlPlane, Caller], api_grpc.ModalClientBase]:
    methods = {rpc: _method(rpc) for rpc in RPCS}
    return type("Servicer", (_Known, api_grpc.ModalClientBase), methods)


async def answer(
    plane: ControlPlane, caller: Caller, rpc: str, request: Message, stream: Stream[Any, Any]
) -> None:
    """Record a call, judge it, have it answered, and let it go wrong where that was ordered."""
    told = summary(request)
    plane.recording.note(rpc, caller.name, told)
    authorise(plane, caller, rpc, stream)
    check_environment(plane, request)
    handler = plane.handlers.get(rpc)
    if handler is None:
        plane.unimplemented[rpc] += 1
        raise refusal(Status.UNIMPLEMENTED, f"the stand-in does not know {rpc}")
    faults = plane.faults.striking(rpc, caller.kind, told)
    await suffer_before(faults)
    lost = failing_after(faults)
    try:
        if inspect.isasyncgenfunction(handler):
            async for message in handler(request, caller):
                await stream.send_message(message)
        else:
            response = await handler(request, caller)  # type: ignore[misc]
            if lost is None:
                await stream.send_message(response)
    except (GRPCError, StreamTerminatedError):
        raise
    except Exception as error:  # a mistake of ours must show in the test that met it, by name
        traceback.print_exc()
        raise refusal(Status.INTERNAL, f"the stand-in failed in {rpc}: {error!r}") from error
    if lost is not None:
        raise lost.error()


def authorise(plane: ControlPlane, caller: Caller, rpc: str, stream: Stream[Any, Any]) -> None:
    """Tokens for clients; the restriction of containers that have no access to Modal."""
    if caller.container is None:
        given = [
            stream.metadata.get(f"x-modal-token-{part}") if stream.metadata else None
            for part in ("id", "secret")
        ]
        if tuple(given) != plane.options.token:
            raise refusal(Status.UNAUTHENTICATED, "Token ID is malformed or the token is unknown.")
    elif caller.container.restricted and rpc not in ALLOWED_WHEN_RESTRICTED:
        raise refusal(Status.PERMISSION_DENIED, f"{rpc} is not available to a restricted function.")


def check_environment(plane: ControlPlane, request: Message) -> None:
    """Requests that name an environment must name one that exists."""
    name = getattr(request, "environment_name", "")
    if name and name not in plane.options.environments:
        raise not_found(f"Environment '{name}' not found.")
