"""What a job would run and may cost, for the summary of a step or a reply."""

from __future__ import annotations

from runner.pipeline.loading import load_job
from runner.pipeline.planning import make_plan
from runner.pipeline.running import Options
from runner.pipeline.workspace import Workspace
from runner.plan.model import PinnedSource
from runner.results.markdown import code, escape
from runner.workflows.check_document import job_plan
from runner.workflows.plan_page import plan_paragraphs


def plan_section(workspace: Workspace, manifest: str, options: Options) -> str:
    """The plan of a manifest as Markdown; other repositories are not asked for their code.

    Raises InputError where it cannot be planned.
    """
    loaded = load_job(workspace, manifest, options.overrides)
    source = loaded.job.spec.source
    elsewhere = None if source is None else PinnedSource(source.ref, "", source.repository)
    priced = make_plan(workspace, loaded, only=options.only, deploy=options.deploy, source=elsewhere)
    asked = [*options.overrides, *(f"only {task}" for task in options.only)]
    heading = f"#### {code(priced.plan.job)} ({escape(priced.plan.kind)}, {code(loaded.document.name)})"
    with_what = f"With {', '.join(map(code, asked))}." if asked else ""
    return "\n\n".join(filter(None, [heading, with_what, *plan_paragraphs(job_plan(priced))]))
