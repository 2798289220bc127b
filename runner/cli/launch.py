"""`runner launch [JOB…]`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from runner.cli import completing
from runner.cli.options import json_option, overrides_of, plan_options

if TYPE_CHECKING:
    from runner.pipeline.deploying import Deployed
    from runner.pipeline.launching import Launched


@click.command()
@click.argument("jobs", nargs=-1, metavar="[JOB]…", shell_complete=completing.jobs)
@click.option("--changed", metavar="BASE..HEAD", help="Every manifest under jobs/ that these commits change.")
@click.option("--backend", help="The provider; that of the settings, or else modal.")
@plan_options
@click.option("--no-publish", is_flag=True, help="Make no pull request when it is collected.")
@click.option("--again", is_flag=True, help="Another run, although the same was launched before.")
@click.option("--request", default="", help="Go on with what a workflow asked for, as the ledger names it.")
@click.option("--approve", is_flag=True, help="You agree to what the policy wants a person's approval for.")
@click.option("--dry-run", is_flag=True, help="Show the plans and stop.")
@json_option
@click.pass_context
def command(
    context: click.Context,
    /,
    jobs: tuple[str, ...],
    changed: str | None,
    backend: str | None,
    overrides: tuple[str, ...],
    only: tuple[str, ...],
    no_deploy: bool,
    no_publish: bool,
    again: bool,
    request: str,
    approve: bool,
    dry_run: bool,
    as_json: bool,
    **shortcuts: Any,
) -> int:
    """Start jobs at a provider and return at once; they go on by themselves.

    The same launch twice is one run: repeat it after a failure, from anywhere. A service is deployed, or
    deployed anew where its manifest or its code has changed.

    \b
    Examples:
      runner launch jobs/skirmish-weights.yaml
      runner launch skirmish-weights --set spec.seed=7 --dry-run
      runner launch service-textgames
      runner launch --changed origin/main..HEAD
    """
    from runner.cli.plan import command as plan
    from runner.pipeline.changes import changed_manifests
    from runner.pipeline.launching import provider_of
    from runner.pipeline.running import Options
    from runner.pipeline.workspace import open_workspace

    overrides = overrides_of(overrides, shortcuts)
    workspace = open_workspace(Path.cwd())
    wanted = [*jobs, *(changed_manifests(workspace.repository, changed) if changed else ())]
    if not wanted and changed is None:
        raise click.UsageError("Name a job, or say --changed BASE..HEAD.")
    if dry_run:
        shown = {"overrides": overrides, "only": only, "no_deploy": no_deploy, "form": "text"}
        for job in wanted:
            context.invoke(plan, manifest=job, as_json=as_json, **shown)
        return 0
    options = Options(
        overrides=overrides,
        only=only,
        backend=backend or provider_of(workspace.settings),
        deploy=not no_deploy,
        publish=not no_publish,
        again=again,
        request=request,
        approve=approve,
    )
    return _launch_all(workspace, wanted, options, as_json=as_json)


def _launch_all(workspace: Any, jobs: list[str], options: Any, *, as_json: bool) -> int:
    """Launches each; one that cannot be does not keep the others from it. Returns the exit code."""
    from runner.cli.main import show_error
    from runner.errors import RunnerError
    from runner.pipeline.launching_many import launch_all

    launched, code = [], 0
    for done in launch_all(workspace, jobs, options, lambda text: click.echo(f"note: {text}", err=True)):
        if isinstance(done, RunnerError):
            if len(jobs) == 1:
                raise done
            show_error(done, as_json=False)
            code = code or done.exit_code
        else:
            launched.append(done)
            if not as_json:
                _show(done, options.backend)
    if as_json:
        import msgspec

        click.echo(msgspec.json.encode(launched))
    elif not jobs:
        click.echo("no manifest changed, so nothing was launched")
    return code


def _show(done: Launched | Deployed, backend: str) -> None:
    from runner.pipeline.deploying import Deployed
    from runner.wording import dollars

    if isinstance(done, Deployed):
        _show_service(done, backend)
        return
    said = {
        "queued": f"is queued: it starts when {done.after} is over",
        "finished": "was launched before and has ended (another one: --again)",
    }.get(done.state, f"goes on at {backend}" if done.new else f"goes on at {backend} already")
    click.secho(f"{done.job} ", bold=True, nl=False)
    click.echo(f"{done.run} {said}; at most {dollars(done.bound)}")
    click.echo("next:")
    for line in (
        f"runner status {done.run}",
        f"runner logs {done.run} --follow",
        f"runner cancel {done.run}",
        f"runner collect {done.run}",
    ):
        click.echo(f"  {line}")


def _show_service(done: Deployed, backend: str) -> None:
    from runner.wording import dollars

    click.secho(f"{done.job} ", bold=True, nl=False)
    click.echo(f"stands at {backend}: {done.url}")
    if not done.new:
        click.echo("nothing has changed since it was deployed (deploy it anew: --again)")
    click.echo(f"an hour of one container costs {dollars(done.hourly_usd)}")
    click.echo("next:")
    for line in (f"runner service health --url {done.url}", "runner status"):
        click.echo(f"  {line}")
