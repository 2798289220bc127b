"""One attempt at a task, from its claim to its result."""

from __future__ import annotations

import errno
import json
import os
import tarfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from runner.worker.claim import Claim, take
from runner.worker.ending import Ending
from runner.worker.environment import environment, filled
from runner.worker.given import InputMissingError, read_variables, write_files
from runner.worker.harvest import Harvest
from runner.worker.log import Log
from runner.worker.masking import Mask
from runner.worker.outputs import MAX_BYTES, MAX_FILES, OutputError, Weight, collect, vet, without_secrets
from runner.worker.snapshot import snapshot
from runner.worker.supervise import DriverGoneError, Limits, Orders, Supervisor
from runner.worker.trees import UnsafePathError, copy_file, inside, lend_tree, remove_tree
from runner.worker.working_copy import WorkingCopy, put_away
from runner.worker.working_copy import take as take_copy

RESULT = "result.json"
DUPLICATE = "duplicate"
GRACE = 10.0
"""Seconds that a program has to end by itself after it was asked to, unless told otherwise."""

_DISK_FULL = (errno.ENOSPC, errno.EDQUOT)


def run_attempt(spec: Mapping[str, Any], orders: Orders | None = None) -> dict[str, Any]:
    """Does one attempt and returns its result, which then also stands in `result.json`.

    An attempt that somebody claimed before is left alone: its outcome is `duplicate`. Raises
    DriverGoneError when the driver went away, and OSError when the disk is full; there is no result
    then. `spec` holds, in plain JSON types:

        run task attempt seed parameters      who it is
        directory checkpoint                  its folder, and the one that survives attempts
        snapshot baseline                     the archive, and the files of it that are the champion
        scratch                               optional: a folder for working copies between attempts
        inputs restore                        {task: output folder}, [[output folder, [path…]]…]
        build steps weights                   an argument list, a list of them, the files to collect
        files                                 optional: {name: text}, written where ${files} says
        env_from                              optional: {variable: a path below the input folder}
        variables                             optional: variables that the environment may overrule; they
                                              may hold the worker's placeholders
        harvest                               optional: whether W&B's files are read for metrics
        environment secrets                   secrets go nowhere but into the programs' environment
        timeout stall_timeout grace           in seconds
        memory max_output_bytes max_output_files
    """
    directory = Path(spec["directory"])
    claim = take(directory)
    if claim is None:
        return {"task": spec["task"], "attempt": spec["attempt"], "outcome": DUPLICATE}
    try:
        result = _Attempt(spec, directory, claim, orders).run()
    finally:
        claim.close()
    _write_result(directory / RESULT, result)
    return result


def _write_result(path: Path, result: Mapping[str, Any]) -> None:
    half = path.with_suffix(".half")
    remove_tree(half)
    remove_tree(path)  # nothing of ours is there yet, but a program may have guessed the name
    half.write_text(json.dumps(result))
    half.replace(path)


class _Attempt:
    def __init__(
        self,
        spec: Mapping[str, Any],
        directory: Path,
        claim: Claim,
        orders: Orders | None,
    ) -> None:
        self.spec = spec
        self.claim = claim
        self.orders = orders
        self.work = directory / "work"
        self.working_copy: WorkingCopy | None = None
        self.scratch = Path(spec["scratch"]) if "scratch" in spec else None
        self.folders = {
            "output": directory / "output",
            "input": directory / "input",
            "baseline": directory / "baseline",
            "checkpoint": Path(spec["checkpoint"]),
        }
        if spec.get("files"):
            self.folders["files"] = directory / "files"
        self.harvest = Harvest(self.folders["output"]) if spec.get("harvest") else None
        self.mask = Mask(spec.get("secrets", {}).values())
        self.log = Log(directory / "log.txt", self.mask)
        self.weights: dict[str, Weight] = {}
        self.left_out: list[str] = []
        self.peak: int | None = None

    def run(self) -> dict[str, Any]:
        # The clock of the machine may be set meanwhile; a duration must not change with it.
        started, began = time.time(), time.monotonic()
        try:
            ending = self._worked()
            if ending.reason:
                self.log.note(f"{ending.outcome}: {ending.reason}")
        except DriverGoneError:
            self.log.close()
            raise  # the next driver clears up; this process should be gone soon
        except OSError:
            self._clean_up()
            raise
        self._clean_up()
        return {
            "task": self.spec["task"],
            "attempt": self.spec["attempt"],
            "outcome": ending.outcome,
            "exit_code": ending.exit_code,
            "reason": self.mask.text(ending.sentence),
            "started": started,
            "ended": started + time.monotonic() - began,
            "peak_memory": self.peak,
            "weights": {path: weight._asdict() for path, weight in self.weights.items()},
            "left_out": self.left_out,
        }

    def _worked(self) -> Ending:
        """Prepares the folders and runs the programs."""
        try:
            self._prepare()
        except OSError as error:
            if error.errno in _DISK_FULL:
                raise
            return Ending("infrastructure", None, f"the working copy cannot be made: {error}")
        except (UnsafePathError, tarfile.TarError) as error:
            return Ending("infrastructure", None, f"the working copy cannot be made: {error}")
        try:
            read = read_variables(self.spec.get("env_from", {}), self.folders["input"])
        except InputMissingError as error:
            return Ending("failed", None, str(error))
        return self._accepted(self._run_programs(environment(self.spec, self.folders, read)))

    def _prepare(self) -> None:
        spec = self.spec
        code = snapshot(Path(spec["snapshot"]))
        self.working_copy = take_copy(code, self.work)
        for folder in self.folders.values():
            folder.mkdir(parents=True, exist_ok=True)
        if "files" in self.folders:
            write_files(spec["files"], self.folders["files"])
        code.extract(spec.get("baseline", []), self.folders["baseline"])
        for task, output in spec.get("inputs", {}).items():
            lend_tree(Path(output), self.folders["input"] / task)
        for output, paths in spec.get("restore", []):
            for path in paths:
                copy_file(inside(Path(output), f"weights/{path}"), inside(self.work, path))

    def _clean_up(self) -> None:
        self.log.close()
        if self.harvest is not None:
            self.harvest.close()
        if self.working_copy is not None:
            spare = None if self.scratch is None else self.scratch / str(os.getpid())
            put_away(self.working_copy, spare)
        for name, folder in [("work", self.work), *self.folders.items()]:
            if name not in ("output", "checkpoint"):
                remove_tree(folder)

    def _run_programs(self, told: Mapping[str, str]) -> Ending:
        spec = self.spec
        limits = Limits(spec["timeout"], spec.get("stall_timeout"), spec["memory"], spec.get("grace", GRACE))
        progress = self.folders["output"] / "metrics.jsonl"
        look = None if self.harvest is None else self.harvest.look
        supervisor = Supervisor(self.log, self.claim, limits, progress, self.orders, look)
        ending = Ending("succeeded", 0)
        for number, step in enumerate([spec.get("build", []), *spec["steps"]]):
            if step and ending.outcome == "succeeded":
                ending = supervisor.run(filled(step, spec["seed"], self.folders, told), self.work, told)
                if number == 0 and ending.outcome == "failed":
                    ending = ending._replace(reason=f"the build failed: {ending.reason}")
        self.peak = supervisor.peak or None
        return ending

    def _accepted(self, ending: Ending) -> Ending:
        """Collects the weights of a success, and looks over what lies in the output folder."""
        output = self.folders["output"]
        try:
            if self.harvest is not None:
                self.harvest.finish()
            taken_out = vet(
                output,
                self.spec.get("max_output_bytes", MAX_BYTES),
                self.spec.get("max_output_files", MAX_FILES),
            )
            self.left_out = [self.mask.text(name) for name in taken_out]
            if ending.outcome == "succeeded":
                self.weights = collect(self.spec.get("weights", []), self.work, output)
            if self.spec.get("secrets") and (leaking := without_secrets(output, self.mask)):
                raise OutputError(f"{', '.join(leaking[:3])} held the value of a secret and was removed")
        except OutputError as error:
            return Ending("failed", ending.exit_code, str(error)) if ending.outcome == "succeeded" else ending
        except OSError as error:
            if error.errno in _DISK_FULL:
                raise
            return Ending("failed", ending.exit_code, f"the output folder cannot be read: {error}")
        for name in self.left_out:
            self.log.note(f"left out of the output, as it is no plain file: {name}")
        return ending
