"""Bringing all of a launched run to this machine, large files included."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from runner.engine.layout import RunLayout
from runner.engine.record import read_plan
from runner.engine.remote import Remote
from runner.errors import InputError, ProviderError
from runner.pipeline.concluding import conclude
from runner.pipeline.finding import find, remote_of
from runner.pipeline.reading_state import fetch_state, is_over
from runner.pipeline.workspace import Workspace
from runner.repository.lfs import describe
from runner.results.left import left_behind
from runner.results.model import Report


def bring_everything(workspace: Workspace, name: str) -> Iterator[str]:
    """Brings what is not here yet, and yields the name of each file that was large.

    Nothing happens for a run of this machine, or one that only the repository's results know. Raises
    InputError for a run that still goes on, ProviderError for a file that is not what was reported.
    """
    try:
        found = find(workspace, name)
    except InputError:
        return
    if found.entry is None:
        return
    remote, layout = remote_of(workspace, found.entry), found.layout
    if not layout.report.is_dir():
        if not found.entry.driver:
            raise InputError(
                "never-began",
                f"nothing of the run {layout.run} has begun, so there is nothing to bring",
                fix=f"see how it stands with: runner status {layout.run}",
            )
        state = fetch_state(remote, layout)
        if not is_over(state, found.entry.retries):
            raise InputError(
                "run-going",
                f"the run {layout.run} has not come to its end",
                fix=f"wait for it (runner status {layout.run}), or go on with it: runner retry {layout.run}",
            )
        remote.bring(layout)
        conclude(workspace, layout, state)
    yield from _brought(remote, layout, _tasks_with_more(layout))


def bring_for_lfs(remote: Remote, layout: RunLayout, report: Report) -> None:
    """Brings the deployed files that stayed at the provider and land through Git LFS.

    Raises ProviderError for a file that is not what was reported.
    """
    deployed = {file.task for file in report.weights if file.lfs}
    for _ in _brought(remote, layout, deployed.intersection(_tasks_with_more(layout))):
        pass


def _brought(remote: Remote, layout: RunLayout, tasks: Collection[str]) -> Iterator[str]:
    """Brings all that the tasks wrote, and yields the name of each file."""
    stayed = left_behind(layout)
    for path in remote.download(layout, tasks, layout.directory / "tasks"):
        name = path.relative_to(layout.directory).as_posix()
        if name in stayed and describe(path).sha256 != stayed[name].sha256:
            path.unlink()
            raise ProviderError(
                "file-changed",
                f"{name} is not what the run's report says that it is: its SHA-256 is another",
                fix="it was changed at the provider after the run; the pointer names the sum it had",
            )
        yield name


def _tasks_with_more(layout: RunLayout) -> list[str]:
    """The tasks of which a file has stayed at the provider."""
    missing = {path for path in left_behind(layout) if not (layout.directory / path).is_file()}
    return [
        task
        for task in read_plan(layout).tasks()
        if any(path.startswith(f"tasks/{task}/") for path in missing)
    ]
