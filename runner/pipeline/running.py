"""Plan → Run: written down first, then executed until it is finished."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct

from runner.backends import open_backend
from runner.engine.execute import execute
from runner.engine.layout import RunLayout
from runner.engine.loop import Watch
from runner.engine.record import RunRecord, create_run, new_run_id, read_plan, read_record
from runner.engine.state import State
from runner.errors import InputError
from runner.manifest.dump import dump
from runner.manifest.load import Loaded
from runner.manifest.units import size_in_bytes
from runner.pipeline.planning import PricedPlan
from runner.pipeline.workspace import Workspace
from runner.plan.model import Plan
from runner.plan.seeds import seeded
from runner.repository.dotenv import dotenv
from runner.repository.snapshot import archive
from runner.repository.source import archive_source
from runner.wording import printable
from runner.worker.masking import SHORTEST


class Options(Struct, frozen=True, kw_only=True):
    """What a person may ask of a run beyond the manifest.

    `request` tells this run from others of the same (a workflow's run, a scheduled time). Only for
    launches: `again` makes another run of what was launched before, `approve` says that a person agreed
    to what the policy asks approval for, `thread` is where its end is told (see `Forge.thread`).
    """

    overrides: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    backend: str = "local"
    deploy: bool = True
    publish: bool = True
    again: bool = False
    approve: bool = False
    request: str = ""
    thread: str = ""


def begin(workspace: Workspace, loaded: Loaded, priced: PricedPlan, options: Options) -> RunLayout:
    """Writes a run of this machine down. Nothing has started when this returns.

    Raises InputError when a secret is missing or the plan asks for what only a provider has,
    ProviderError when the disk does not take it.
    """
    _refuse_volumes(priced.plan)
    secrets_of(workspace, priced.plan)
    created = time.time()
    return write_down(workspace, loaded, priced, options, new_run_id(created, os.urandom(3)), created)


def write_down(
    workspace: Workspace, loaded: Loaded, priced: PricedPlan, options: Options, run: str, created: float
) -> RunLayout:
    """Writes down what is to be run, under a name that the caller chose."""
    plan = seeded(priced.plan, run)
    record = RunRecord(
        run=run,
        job=plan.job,
        backend=options.backend,
        created=created,
        base=workspace.repository.head(),
        manifest_path=loaded.document.name,
        manifest_sha256=loaded.document.digest(),
        overrides=loaded.overrides,
        only=options.only,
        publish=options.publish,
        wake=_wake_address(workspace),
        request=options.request,
    )
    return create_run(workspace.state_directory, record, plan, resolved_manifest(loaded))


def _wake_address(workspace: Workspace) -> str:
    """Whom a provider tells that the run has finished; empty where nobody is to be told, or can be."""
    if not workspace.settings.github.wake:
        return ""
    from runner.forge.github.client import wake_address

    try:
        return wake_address(workspace.repository)
    except InputError:  # the doctor says so
        return ""


def resolved_manifest(loaded: Loaded) -> str:
    """The manifest as it runs: as it was written, or with overrides and included files laid over it."""
    if not loaded.overrides and not loaded.document.included:
        return loaded.document.text
    said = "".join(f"# {document.name}\n" for document in loaded.document.included.values())
    said += "".join(f"# --set {override}\n" for override in map(printable, loaded.overrides))
    return f"# {loaded.document.name}, with\n{said}{dump(loaded.data)}"


def carry_on(workspace: Workspace, layout: RunLayout, watch: Watch, *, retry: bool = False) -> State:
    """Executes what is left of a run; with `retry`, also what failed. Returns what became of it."""
    plan = read_plan(layout)
    most_output = size_in_bytes(workspace.settings.limits.output_size)
    backend = open_backend(read_record(layout).backend, secrets_of(workspace, plan), most_output)
    if not layout.snapshot.exists():
        write_snapshot(workspace, plan, layout.snapshot)
    return execute(plan, layout, backend, watch, retry=retry)


def secrets_of(workspace: Workspace, plan: Plan) -> Mapping[str, str]:
    """The secrets that the plan names, from the environment or an untracked `.env`.

    Raises InputError when one is missing, or too short to be masked.
    """
    names = {name for stage in plan.stages for name in stage.secrets}
    if not names:
        return {}
    known = {**dotenv(workspace.repository), **os.environ}
    if missing := sorted(names - known.keys()):
        raise InputError(
            "secret-missing",
            f"the secret {missing[0]} is not set"
            + (f", nor {', '.join(missing[1:])}" if missing[1:] else ""),
            fix=f"export {missing[0]}=…, or put it into an untracked file .env at the repository's root",
        )
    if short := sorted(name for name in names if len(known[name].strip()) < SHORTEST):
        raise InputError(
            "secret-short",
            f"the secret {short[0]} has fewer than {SHORTEST} characters, so it cannot be masked in logs",
            fix="give a longer one, or put what is no secret into spec.env",
        )
    return {name: known[name] for name in names}


def write_snapshot(workspace: Workspace, plan: Plan, destination: Path) -> None:
    """Writes the code that the plan pins to `destination`, as an archive."""
    if plan.source.repository:
        source = plan.source
        archive_source(workspace.repository, source.repository, source.commit, source.tree, destination)
    else:
        archive(workspace.repository, plan.source.tree, destination)


def _refuse_volumes(plan: Plan) -> None:
    for stage in plan.stages:
        for path in stage.volumes:
            raise InputError(
                "volumes-local",
                f"the stage {stage.name} mounts a Volume at {path}, which this machine does not have",
                place="spec.volumes",
                fix="add --backend modal, or leave spec.volumes out",
            )
