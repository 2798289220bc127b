"""One service: what is done before it serves, then its server, until it ends or is told to."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping
from math import inf
from pathlib import Path
from typing import Any, Final

from runner.worker.claim import CLAIM, end_leftovers, take
from runner.worker.ending import Ending
from runner.worker.environment import filled
from runner.worker.given import write_files
from runner.worker.log import Log
from runner.worker.masking import Mask
from runner.worker.processes import end_told, leave_orphans
from runner.worker.supervise import Limits, Orders, Supervisor
from runner.worker.trees import remove_tree, write_all

FOLDER: Final = "RUNNER_SERVICE_FOLDER"
"""The variable by which all that came of a service is known. What is to outlive it goes without."""


STATE: Final = "state"
LOG: Final = "log.txt"


class EchoingLog(Log):
    """A log that is also printed, as long as somebody reads it, and goes on where the disk is full."""

    _listener = 2

    def _append(self, data: bytes) -> None:
        with contextlib.suppress(OSError):
            super()._append(data)
        try:
            write_all(self._listener, data)
        except OSError:  # nobody reads it any more; the service goes on
            self._listener = os.open(os.devnull, os.O_WRONLY | os.O_CLOEXEC)


def serve(spec: Mapping[str, Any], orders: Orders | None = None) -> dict[str, Any]:
    """Runs the programs of a service, one after the other, and returns how the last one ended.

    Nothing of them is left then. Raises DriverGoneError when the driver went away, and OSError where the
    folders cannot be made. `spec` holds, in plain JSON types:

        service                 the folder that is the service's own; `state` in it is the programs' to keep
        work                    where its programs run
        files                   {name: text}, written where ${files} says
        steps                   a list of argument lists; the last one is the server
        environment secrets     secrets go nowhere but into the programs' environment
        memory grace            the most bytes that it takes; the seconds that it has to end by itself
    """
    leave_orphans()
    folder = Path(spec["service"])
    end_remains(folder)
    for name in (CLAIM, LOG, "files"):
        remove_tree(folder / name)
    claim = take(folder)
    if claim is None:
        return {"outcome": "duplicate", "exit_code": None, "reason": "another process serves it already"}
    folders = {"files": folder / "files", "output": folder / STATE}
    for each in folders.values():
        each.mkdir(exist_ok=True)
    write_files(spec["files"], folders["files"])
    told = {**spec["environment"], **spec["secrets"], FOLDER: str(folders["output"])}
    mask = Mask(spec["secrets"].values())
    log = EchoingLog(folder / LOG, mask)
    try:
        limits = Limits(inf, None, spec["memory"], spec["grace"])
        supervisor = Supervisor(log, claim, limits, folders["output"] / "metrics.jsonl", orders)
        ending = _run(spec, supervisor, folders, told)
    finally:
        end_told(_assignment(folder))
        log.close()
        claim.close()
    reason = mask.text(ending.sentence)
    return {"outcome": ending.outcome, "exit_code": ending.exit_code, "reason": reason}


def end_remains(folder: Path) -> None:
    """Ends whatever is left of a service, also where what looked after it was killed with it."""
    end_leftovers(folder)
    end_told(_assignment(folder))


def _assignment(folder: Path) -> bytes:
    return f"{FOLDER}=".encode() + os.fsencode(folder / STATE)


def _run(
    spec: Mapping[str, Any], supervisor: Supervisor, folders: Mapping[str, Path], told: Mapping[str, str]
) -> Ending:
    *before, _ = spec["steps"]
    ending = Ending("succeeded", 0)
    for number, step in enumerate(spec["steps"]):
        ending = supervisor.run(filled(step, 0, folders, told), Path(spec["work"]), told)
        if ending.outcome != "succeeded":
            built = number >= len(before)
            return ending if built else ending._replace(reason=f"the build failed: {ending.sentence}")
    return ending
