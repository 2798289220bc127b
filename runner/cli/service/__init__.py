"""`runner service …`."""

from __future__ import annotations

import click

from runner.cli.lazy import LazyCommands

# As in the document that the service follows; then what concerns those that are deployed.
COMMANDS: dict[str, str] = {
    "health": "Say how a service is; needs no password.",
    "rollout": "Have a policy play one episode.",
    "evaluate": "Have a policy play many episodes.",
    "train": "Start a training.",
    "status": "List the trainings of a service, or show one.",
    "cancel": "End a training.",
    "hash": "Make an entry for SERVICE_PASSWORDS.",
    "list": "List the services, and whether they are what their manifests say.",
    "rollback": "Deploy a service as it was before.",
    "remove": "Take a service down.",
}
MODULES: dict[str, str] = {"list": "listing"}

EPILOG = """\b
Examples:
  runner service hash
  runner service health --url http://127.0.0.1:8000
  runner service rollout --job service-textgames --env-type tic_tac_toe
  runner service evaluate --url https://acme--serve.modal.run --eval-episodes 20

\b
Which service: --url, --job, or RUNNER_SERVICE_URL.
Which password: RUNNER_SERVICE_PASSWORD, else what --save kept, else a question.
"""


@click.group(cls=LazyCommands, package=__name__, listed=COMMANDS, modules=MODULES, epilog=EPILOG)
def command() -> None:
    """Ask a service, and look after those that are deployed."""
