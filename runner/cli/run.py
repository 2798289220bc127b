"""`runner run JOB`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from runner.cli.options import job_argument, json_option, overrides_of, plan_options


@click.command()
@job_argument
@click.option("--backend", help="Where tasks run; the settings' default otherwise.")
@plan_options
@click.option("--no-publish", is_flag=True, help="Make no pull request; the report stays with the run.")
@click.option("--dry-run", is_flag=True, help="Show the plan and stop.")
@json_option
@click.pass_context
def command(
    context: click.Context,
    /,
    manifest: str,
    backend: str | None,
    overrides: tuple[str, ...],
    only: tuple[str, ...],
    no_deploy: bool,
    no_publish: bool,
    dry_run: bool,
    as_json: bool,
    **shortcuts: Any,
) -> int:
    """Run a job in the foreground, the whole way to a pull request.

    ^C once ends it and keeps what it has; twice ends it at once. `runner retry` goes on with it.

    \b
    Examples:
      runner run jobs/skirmish-weights.yaml
      runner run skirmish-weights --only generalist --no-deploy
      runner run skirmish-weights --set spec.mode=validate-only --games 1500
    """
    from runner.cli.outcome import show_delivery
    from runner.cli.plan import command as plan
    from runner.cli.watch import watching
    from runner.pipeline import deliver
    from runner.pipeline.running import Options
    from runner.pipeline.workspace import open_workspace

    overrides = overrides_of(overrides, shortcuts)
    if dry_run:
        context.invoke(
            plan,
            manifest=manifest,
            overrides=overrides,
            only=only,
            no_deploy=no_deploy,
            form="text",
            as_json=as_json,
        )
        return 0
    workspace = open_workspace(Path.cwd())
    options = Options(
        overrides=overrides,
        only=only,
        backend=backend or workspace.settings.backend,
        deploy=not no_deploy,
        publish=not no_publish,
    )
    with watching(workspace, as_json=as_json) as watch:
        delivery = deliver(workspace, manifest, options, watch)
    return show_delivery(delivery, as_json=as_json)
