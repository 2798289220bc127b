"""Why vLLM does not serve, read from its log: told apart so that the advice fits."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from workloads.textgames.serving.errors import Cause
from workloads.textgames.serving.signs import SIGNS

_QUOTED: Final = 240
_KILLED: Final = (-9, 128 + 9)


@dataclass(frozen=True)
class Diagnosis:
    """The cause, and one sentence with it and the advice."""

    cause: Cause
    sentence: str


def port_taken(port: int) -> str:
    """The sentence for a port that something else has."""
    return f"port {port} is taken by another program; set vllm.port to a free one, or to 0 for any"


def diagnose(log: str, status: int | None, waited: float | None, port: int) -> Diagnosis:
    """The cause by the end of a log, and by how it ended.

    `status` is the exit status as a shell has it, None while it runs; `waited` the seconds that it had to
    get ready, where those ran out.
    """
    if re.search(r"(?i)address already in use", log):
        return Diagnosis("port-taken", port_taken(port))
    for sign in SIGNS:
        if found := re.search(sign.pattern, log):
            groups = [_short(group) for group in found.groups() if group is not None]
            return Diagnosis(sign.cause, sign.sentence.format(*groups))
    return _without_a_sign(log, status, waited)


def _without_a_sign(log: str, status: int | None, waited: float | None) -> Diagnosis:
    if waited is not None:
        return Diagnosis(
            "never-ready",
            f"vLLM was not ready within {waited:.0f} s; raise vllm.ready_timeout if the model is large, or "
            "set vllm.enforce_eager so that it compiles nothing",
        )
    if status in _KILLED or _worker_killed(log):
        return Diagnosis(
            "out-of-memory",
            "vLLM was killed, most likely since the machine ran out of memory; ask for more memory, or lower "
            "VLLM_CPU_KVCACHE_SPACE",
        )
    ended = "vLLM ended" if status is None else f"vLLM ended with status {status}"
    errors = re.findall(r"(?m)(?:^|\] )(\w[\w.]*(?:Error|Exception): [^\n]*)", log)
    if telling := [error for error in errors if "See root cause above" not in error]:
        return Diagnosis("died", f"{ended} ({_short(telling[0])}); its log says where")
    return Diagnosis("died", f"{ended} without a reason; start it again, and see its log")


def _worker_killed(log: str) -> bool:
    """Whether a worker ended without a word of its own, as one does that the kernel kills."""
    ended = "WorkerProc initialization failed" in log or "died unexpectedly" in log
    return ended and not re.search(r"WorkerProc failed to start|WorkerProc hit an exception", log)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _QUOTED else f"{line[:_QUOTED]}…"
