"""A process that does one attempt after the other, for a driver at the other end of two pipes.

It reads one JSON line per order from its standard input: the `spec` of an attempt or of a service (see
`serving`), or `cancel` with a reason and maybe an `outcome` and a `grace`. It answers each spec with one
JSON line. When the driver is gone, it kills what it runs and ends.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import select
import sys
from typing import Any

from runner.worker.attempt import run_attempt
from runner.worker.processes import adopt_orphans
from runner.worker.serving import serve
from runner.worker.supervise import DriverGoneError, Halt
from runner.worker.trees import write_all


class PipeOrders:
    """Orders that come through a pipe, one JSON object a line."""

    def __init__(self, descriptor: int) -> None:
        """Reads from `descriptor`."""
        self._descriptor = descriptor
        self._rest = b""
        self._lines: list[bytes] = []
        self._poller = select.poll()
        self._poller.register(descriptor, select.POLLIN)

    def fileno(self) -> int:
        """Readable when the driver said something, or is gone."""
        return self._descriptor

    def cancelled(self) -> Halt | None:
        """Why and how the attempt that runs now should stop; does not wait. Raises DriverGoneError."""
        if self._poller.poll(0):
            self._read()
        halt = None
        for order in map(json.loads, self._lines):
            if "cancel" in order:
                halt = Halt(order["cancel"], order.get("outcome", "cancelled"), order.get("grace"))
        self._lines.clear()
        return halt

    def next_spec(self) -> dict[str, Any]:
        """Waits for the next attempt. Raises DriverGoneError."""
        while True:
            while self._lines:
                spec = json.loads(self._lines.pop(0)).get("spec")
                if spec is not None:
                    return dict(spec)
            self._read()

    def _read(self) -> None:
        data = os.read(self._descriptor, 1 << 16)
        if not data:
            raise DriverGoneError
        *lines, self._rest = (self._rest + data).split(b"\n")
        self._lines += lines


def main() -> None:
    """Serves until the driver is gone. From the second on, arguments name descriptors to hold until then."""
    for held in sys.argv[2:]:  # by this process, and not by the programs that it starts
        os.set_inheritable(int(held), False)
    orders, answers = PipeOrders(os.dup(0)), os.dup(1)
    os.dup2(2, 1)
    adopt_orphans()
    with contextlib.suppress(DriverGoneError, BrokenPipeError):
        while True:
            answer = _answer(orders.next_spec(), orders)
            write_all(answers, json.dumps(answer).encode() + b"\n")


def _answer(spec: dict[str, Any], orders: PipeOrders) -> dict[str, Any]:
    if "service" in spec:
        return serve(spec, orders)
    try:
        return run_attempt(spec, orders)
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        return {"task": spec["task"], "attempt": spec["attempt"], "outcome": "disk-full"}
