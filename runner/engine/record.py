"""What a run was asked to do, so that any later process can go on with it, and where runs lie."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from threading import Lock
from typing import Final, TypeVar

import msgspec
from msgspec import Struct

from runner.engine.layout import RunLayout
from runner.errors import InputError, ProviderError
from runner.plan.model import Plan
from runner.wording import printable

Decoded = TypeVar("Decoded")

_ONE_AT_A_TIME: Final = Lock()
"""msgspec ends the process where two threads meet a type for the first time."""

LONGEST_NAME: Final = 100
"""Characters of a name that a message quotes."""
RECORD = "run.json"
MANIFEST = "manifest.yaml"
PLAN = "plan.json"


class RunRecord(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One launch of a job. `created` is in seconds since the epoch; `base` the commit to propose on.

    `wake` is the address that a provider tells, with the settings' token, that the run has finished.
    `request` names what asked for it, so that asking again finds it.
    """

    run: str
    job: str
    backend: str
    created: float
    base: str
    manifest_path: str
    manifest_sha256: str
    overrides: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    publish: bool = True
    wake: str = ""
    request: str = ""


def runs_directory(state_directory: Path) -> Path:
    """Where the runs of a repository lie."""
    return state_directory / "runs"


def new_run_id(created: float, entropy: bytes) -> str:
    """A name that sorts by time (UTC) and does not collide: `20261120-150405-3f9a1c`.

    The last six digits are the fraction of the second, in steps of 1/4096, and chance.
    """
    import time

    fraction = int(created % 1 * 4096)
    return f"{time.strftime('%Y%m%d-%H%M%S', time.gmtime(created))}-{fraction:03x}{entropy.hex()[:3]}"


def create_run(state_directory: Path, record: RunRecord, plan: Plan, manifest: str) -> RunLayout:
    """Writes down what is to be run. The folder appears whole or not at all.

    One that is there already, as another process of the same launch was first or was killed over it,
    gets what it lacks, its record last: without that it is no run.

    Raises ProviderError when the disk does not take it.
    """
    final = runs_directory(state_directory) / record.run
    staging = final.with_name(f".{record.run}.{os.urandom(4).hex()}.new")
    try:
        staging.mkdir(parents=True)
        (staging / RECORD).write_bytes(msgspec.json.encode(record))
        (staging / PLAN).write_bytes(msgspec.json.encode(plan))
        (staging / MANIFEST).write_text(manifest, encoding="utf-8")
        if final.is_dir():
            for name in (PLAN, MANIFEST, RECORD):
                (staging / name).replace(final / name)
            staging.rmdir()
        else:
            staging.rename(final)
    except OSError as error:
        shutil.rmtree(staging, ignore_errors=True)
        raise ProviderError(
            "cannot-write-run",
            f"the run could not be written down: {error.strerror}",
            place=os.fspath(final),
            fix="free some space or fix the folder's permissions, then run the same command again",
        ) from None
    return RunLayout(final)


def read_record(layout: RunLayout) -> RunRecord:
    """The record of a run. Raises InputError when it cannot be read."""
    return _decode(layout.directory / RECORD, RunRecord)


def read_plan(layout: RunLayout) -> Plan:
    """The plan of a run. Raises InputError when it cannot be read."""
    return _decode(layout.directory / PLAN, Plan)


def find_run(state_directory: Path, name: str) -> RunLayout:
    """The run with this id, with a unique beginning of it, or the `latest`.

    Raises InputError when there is none, or more than one.
    """
    return RunLayout(runs_directory(state_directory) / choose_run(list_runs(state_directory), name))


def choose_run(ids: list[str], name: str) -> str:
    """The one of `ids` (oldest first) that `name` means: the id, a unique beginning, or `latest`.

    Raises InputError when there is none, or more than one.
    """
    found = ids[-1:] if name == "latest" else [run for run in ids if run.startswith(name)]
    if name in found:
        found = [name]
    if len(found) == 1:
        return found[0]
    shown = printable(name)[:LONGEST_NAME]
    if found:
        raise InputError(
            "ambiguous-run", f"{shown} is the beginning of {len(found)} runs", fix=", ".join(found[:10])
        )
    raise InputError(
        "unknown-run", f"there is no run {shown} here", fix="runner status lists the runs that are known"
    )


def list_runs(state_directory: Path) -> list[str]:
    """The ids of all runs on this machine, oldest first."""
    folder = runs_directory(state_directory)
    if not folder.is_dir():
        return []
    names = (entry.name for entry in folder.iterdir() if (entry / RECORD).is_file())
    return sorted(name for name in names if not name.startswith("."))


def _decode(path: Path, kind: type[Decoded]) -> Decoded:
    try:
        with _ONE_AT_A_TIME:
            return msgspec.json.decode(path.read_bytes(), type=kind)
    except (OSError, msgspec.DecodeError) as error:
        raise InputError(
            "unreadable-run",
            f"{path.name} of the run cannot be read: {error}",
            place=os.fspath(path),
            fix="the run was made by another version, or damaged; start the job again",
        ) from None
