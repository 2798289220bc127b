"""Report → pull request."""

from __future__ import annotations

from pathlib import Path

from runner.engine.layout import RunLayout
from runner.engine.record import read_plan, read_record
from runner.forge import open_forge
from runner.forge.base import Proposal, PullRequest
from runner.pipeline.workspace import Workspace
from runner.plan.model import Plan
from runner.results.headline import title, verdict_line
from runner.results.model import Report
from runner.results.pointer import SUFFIX, large_paths, pointer
from runner.results.summary import summary


def require_room(workspace: Workspace, plan: Plan) -> None:
    """Finds out before anything runs whether its results could land. Raises InputError."""
    paths = {f"{_folder(plan.job, 'run')}/result.json", *(file.to for file in plan.deploy)}
    forge = open_forge(workspace.repository, workspace.settings)
    forge.require_room(plan.job, workspace.repository.head(), paths)


def propose(workspace: Workspace, layout: RunLayout, report: Report) -> PullRequest | None:
    """Opens the job's pull request, or rebuilds it. A draft, unless the verdict is `pass`.

    None where the run was told not to publish, was cancelled, or nothing in it succeeded.
    """
    record = read_record(layout)
    if not record.publish or report.state == "cancelled":
        return None
    if not any(task.did_its_part for task in report.tasks):
        return None
    forge = open_forge(workspace.repository, workspace.settings)
    made = forge.propose(
        Proposal(
            job=report.job,
            run=report.run,
            title=title(report),
            page=lambda links: summary(report, links),
            draft=report.verdict != "pass",
            verdict=report.verdict,
            verdict_line=verdict_line(report),
            owners=tuple(read_plan(layout).manifest["metadata"].get("owners", ())),
            base=forge.base(),
            large=large_paths(report.weights),
            files={**_results(layout, report), **_weights(layout, report)},
            date=report.ended,
            assets=_charts(layout),
        )
    )
    read_at = made.page if made.page.startswith(("https://", "http://")) else made.branch
    layout.proposed.write_text(f"{read_at}\n", encoding="utf-8")
    return made


def _folder(job: str, run: str) -> str:
    return f"results/{job}/{run}"


def _results(layout: RunLayout, report: Report) -> dict[str, Path]:
    folder = layout.report
    prefix = _folder(report.job, report.run)
    return {
        f"{prefix}/{path.relative_to(folder).as_posix()}": path
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def _charts(layout: RunLayout) -> dict[str, str]:
    return {
        path.stem: path.read_text(encoding="utf-8") for path in sorted(layout.report.glob("charts/*.svg"))
    }


def _weights(layout: RunLayout, report: Report) -> dict[str, Path | bytes]:
    files: dict[str, Path | bytes] = {}
    for weight in report.weights:
        if weight.pointer:
            files[weight.path + SUFFIX] = pointer(weight, report.job, report.run)
        else:
            files[weight.path] = layout.directory / weight.source
    return files
