"""Function calls at the provider, by their ids."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct

from runner.backends.modal.troubles import provider_errors
from runner.engine.events import AttemptOutcome
from runner.wording import printable

if TYPE_CHECKING:
    from modal_proto.api_pb2 import FunctionGetOutputsResponse, GenericResult

MOST_SAID: Final = 300
"""Characters of what a provider says that go into a journal."""

_OUT_OF_MEMORY: Final = re.compile(r"\b(?:out[ -]of[ -]memory|oom|memory limit)\b", re.IGNORECASE)


class CallEnd(Struct, frozen=True):
    """How the provider says that a call ended; `outcome` is what that means without a result."""

    outcome: AttemptOutcome
    reason: str


def ended(call: str) -> CallEnd | None:
    """How a call ended; None while it waits or works. One request, and no waiting.

    Nothing that the call returned is decoded: what a function that runs a user's program returns
    could be a pickle. Raises what the SDK does when the provider gives no answer.
    """
    from modal.exception import NotFoundError

    try:
        return call_end(_outputs()(call))
    except NotFoundError:
        return CallEnd("infrastructure", "the provider does not know its call")


def is_live(call: str) -> bool:
    """Whether a function call has not ended yet: it runs, or waits for a machine. One request.

    A call whose outcome has expired, or that nobody knows, has ended.
    """
    with provider_errors(f"call {call}"):
        return ended(call) is None


def cancel(call: str, *, kill: bool = False) -> None:
    """Asks a call to end, with `kill` its container, too."""
    import modal

    modal.FunctionCall.from_id(call).cancel(terminate_containers=kill)


def call_end(answer: FunctionGetOutputsResponse) -> CallEnd | None:
    """What the provider's answer says of a call."""
    if answer.outputs:
        return _from_result(answer.outputs[0].result)
    if answer.num_unfinished_inputs:
        return None
    return CallEnd("infrastructure", "the provider no longer knows how it ended")


def one_line(text: str) -> str:
    """What a provider said, on one short line."""
    line = printable(" ".join(text.split()))
    return line if len(line) <= MOST_SAID else f"{line[: MOST_SAID - 1]}…"


def _from_result(result: GenericResult) -> CallEnd:
    from modal_proto.api_pb2 import GenericResult

    said = one_line(result.exception)
    name = GenericResult.GenericStatus.Name(result.status).removeprefix("GENERIC_STATUS_")
    if name == "TIMEOUT":
        return CallEnd("timeout", said or "the provider ended it at its time limit")
    if name in _MEMORY or _OUT_OF_MEMORY.search(said):
        return CallEnd("out-of-memory", said or "the provider ended it, as it took too much memory")
    if name == "TERMINATED":
        return CallEnd("infrastructure", said or "the provider ended it")
    if name == "SUCCESS":
        return CallEnd("infrastructure", "its container left without a result")
    return CallEnd("infrastructure", said or f"the provider says {name.lower().replace('_', ' ')}")


_MEMORY: Final = frozenset({"MEMORY_MANAGER_EVICTION", "MEMORY_THRASHING_EVICTION", "KERNEL_OOM_KILL"})


@cache
def _outputs() -> Callable[[str], FunctionGetOutputsResponse]:
    """Asks for the outputs of a call. `FunctionCall.get` would decode them, pickles included."""
    from modal._functions import _Invocation
    from modal._utils.async_utils import synchronizer
    from modal.client import _Client

    async def outputs(call: str) -> Any:
        client = await _Client.from_env()
        return await _Invocation(client._stub, call, client).pop_function_call_outputs(timeout=0)

    blocking: Callable[[str], FunctionGetOutputsResponse] = synchronizer.create_blocking(outputs)
    return blocking
