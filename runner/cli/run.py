"""`runner run JOB`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from runner.cli.options import job_argument, json_option, overrides_of, plan_options

if TYPE_CHECKING:
    from runner.pipeline.running import Options
    from runner.pipeline.serving import Serving
    from runner.pipeline.workspace import Workspace


@click.command()
@job_argument
@click.option("--backend", help="Where tasks run; the settings' default otherwise.")
@plan_options
@click.option("--no-publish", is_flag=True, help="Make no pull request; the report stays with the run.")
@click.option("--dry-run", is_flag=True, help="Show the plan and stop.")
@click.option("--detach", is_flag=True, help="Return at once; a process of its own drives the run.")
@click.option(
    "--request", default="", help="With --detach: what asks for it; asking again finds the same run."
)
@click.option("--host", metavar="ADDRESS", help="Service: where it listens; 127.0.0.1 otherwise.")
@click.option(
    "--port", type=click.IntRange(0, 65535), help="Service: its port, 8000 otherwise; 0 is a free one."
)
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
    detach: bool,
    request: str,
    host: str | None,
    port: int | None,
    as_json: bool,
    **shortcuts: Any,
) -> int:
    """Run a job in the foreground, the whole way to a pull request.

    ^C once ends it and keeps what it has; twice ends it at once. `runner retry` goes on with it.

    A service is served instead, until ^C.

    \b
    Examples:
      runner run jobs/skirmish-weights.yaml
      runner run jobs/skirmish-weights.yaml --detach
      runner run jobs/service-textgames.yaml --port 9000
      runner run skirmish-weights --only generalist --no-deploy
      runner run skirmish-weights --set spec.mode=validate-only --games 1500
    """
    from runner.cli.outcome import show_delivery
    from runner.cli.plan import command as plan
    from runner.cli.watch import watching
    from runner.pipeline import deliver
    from runner.pipeline.loading import load_job
    from runner.pipeline.running import Options
    from runner.pipeline.wanted import is_service
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
        request=request,
    )
    if request and not detach:
        raise click.UsageError("--request goes with --detach.")
    served = is_service(workspace.repository.root, manifest)
    if not served and (host is not None or port is not None):
        load_job(workspace, manifest, overrides)  # what is wrong with it is said first
        raise click.UsageError("--host and --port are for services.")
    if detach:
        return _detach(workspace, manifest, options, as_json=as_json)
    if served:
        return _serve(workspace, manifest, options, host, port, as_json=as_json)
    with watching(workspace, as_json=as_json) as watch:
        delivery = deliver(workspace, manifest, options, watch)
    return show_delivery(delivery, as_json=as_json)


def _detach(workspace: Workspace, manifest: str, options: Options, *, as_json: bool) -> int:
    """Starts a run and returns."""
    from runner.pipeline.detaching import detach
    from runner.wording import dollars

    made = detach(workspace, manifest, options, lambda text: click.echo(f"note: {text}", err=True))
    if as_json:
        import msgspec

        click.echo(msgspec.json.encode(made))
        return 0
    click.secho(f"{made.job} ", bold=True, nl=False)
    goes = "goes on" if made.new else "was started by the same request before"
    click.echo(
        f"{made.run} {goes} on this machine; at most {dollars(made.bound_usd)} at the provider's prices"
    )
    click.echo("next:")
    for line in ("status", "logs", "cancel"):
        click.echo(f"  runner {line} {made.run}")
    return 0


def _serve(
    workspace: Workspace,
    manifest: str,
    options: Options,
    host: str | None,
    port: int | None,
    *,
    as_json: bool,
) -> int:
    """Serves until ^C; what the service prints goes to standard error."""
    from runner.cli.terminal import say
    from runner.pipeline.addresses import Address
    from runner.pipeline.serving import serve

    def ready(serving: Serving) -> None:
        if as_json:
            import msgspec

            say(msgspec.json.encode(serving).decode())
        else:
            say(f"serving {serving.service} on {serving.url} (docs: {serving.url}/docs); ^C ends it")

    default = Address()
    address = Address(default.host if host is None else host, default.port if port is None else port)
    reason = serve(workspace, manifest, options, address, ready)
    click.echo(f"ended: {reason}", err=True)
    return 0
