"""The call of `act` for one attempt."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tests.standins.actions.functions import as_text
from tests.standins.actions.preparing import Prepared, find_actions, lay_out_source, secrets_of
from tests.standins.actions.process import Errand
from tests.standins.actions.runs import WorkflowRun
from tests.standins.actions.secrecy import TOKEN
from tests.standins.actions.support import labels

if TYPE_CHECKING:
    from tests.standins.actions.execution import Premises


def errand(prepared: Prepared, run: WorkflowRun, premises: Premises, token: str) -> Errand:
    """Lays out the folders and says all that `act` must know."""
    start = prepared.start
    folder = premises.folder / "runs" / f"{run.run_id}-{run.attempt}"
    folder.mkdir(parents=True)
    lay_out_source(prepared, folder / "source")
    actions = find_actions(prepared, folder / "actions", premises.sources)
    return Errand(
        event=start.event,
        folder=folder,
        workflow=start.workflow.path,
        payload={**start.arrival.payload, **({"inputs": texts_of(start.inputs)} if start.inputs else {})},
        actor=run.actor,
        secrets={**secrets_of(prepared, premises.settings), TOKEN: token},
        variables={} if start.fork else premises.settings.variables,
        github=github(prepared, run, premises.server),
        labels=sorted({label for leaf in prepared.leaves for label in labels(leaf)}),
        actions=actions.found,
        environment={
            "RUNNER_GITHUB_PACE": "0",
            "SHIM_ADDRESS": premises.shims,
            **premises.settings.environment,
        },
    )


def texts_of(inputs: Mapping[str, Any]) -> dict[str, str]:
    """Inputs as an event's payload has them: all are strings."""
    return {name: as_text(value) for name, value in inputs.items()}


def github(prepared: Prepared, run: WorkflowRun, server: str) -> dict[str, str]:
    """The variables that `act` does not know by itself."""
    start = prepared.start
    return {
        "GITHUB_API_URL": server,
        "GITHUB_SERVER_URL": server,
        "GITHUB_GRAPHQL_URL": f"{server}/graphql",
        "GITHUB_REPOSITORY": start.workflow.source.name,
        "GITHUB_RUN_ID": str(run.run_id),
        "GITHUB_RUN_NUMBER": str(run.number),
        "GITHUB_RUN_ATTEMPT": str(run.attempt),
        "GITHUB_REF": start.ref,
        "GITHUB_TRIGGERING_ACTOR": run.actor,
    }
