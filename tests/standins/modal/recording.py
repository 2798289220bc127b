"""What was called, when and by whom."""

from __future__ import annotations

import time
from collections import Counter, deque
from dataclasses import asdict, dataclass
from typing import Any

from google.protobuf.message import Message
from modal_proto import api_pb2 as pb

KEPT = 200_000
TOLD = ("id", "name", "path", "tag", "state", "description")


@dataclass(slots=True)
class Call:
    """One call of one RPC, or of a blob or block over HTTP."""

    at: float
    """Seconds since the epoch."""
    rpc: str
    caller: str
    """`client`, or the id of the container."""
    summary: str


class Recording:
    """Every call since the start or the last reset."""

    def __init__(self) -> None:
        self.calls: deque[Call] = deque(maxlen=KEPT)
        self.counts: Counter[str] = Counter()

    def note(self, rpc: str, caller: str, summary: str) -> None:
        """Write a call down."""
        self.calls.append(Call(time.time(), rpc, caller, summary))
        self.counts[rpc] += 1

    def reset(self) -> None:
        """Forget all."""
        self.calls.clear()
        self.counts.clear()

    def as_json(self) -> list[dict[str, Any]]:
        """For the control API."""
        return [asdict(call) for call in self.calls]


def summary(request: Message) -> str:
    """Ids, names and paths of a request: never what it carries, for that may be secret."""
    if isinstance(request, pb.VolumePutFiles2Request):
        return f"volume_id={request.volume_id} paths={','.join(file.path for file in request.files)[:200]}"
    told = []
    for described, value in request.ListFields():
        if isinstance(value, str) and described.name.split("_")[-1] in TOLD:
            told.append(f"{described.name}={value[:80]}")
    return " ".join(told)
