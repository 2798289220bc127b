"""Deployments of apps: every version is kept, and an earlier one can be brought back."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from modal_proto import api_pb2 as pb

from tests.standins.modal.clients import WORKSPACE
from tests.standins.modal.refusals import not_found, refused_as_it_stands
from tests.standins.modal.servicer import Caller

if TYPE_CHECKING:
    from tests.standins.modal.apps import App
    from tests.standins.modal.plane import ControlPlane


@dataclass(frozen=True)
class Deployment:
    """One version of an app, with all that is needed to bring it back."""

    told: pb.AppDeploymentHistory
    functions: dict[str, str]
    classes: dict[str, str]
    definitions: dict[str, list[pb.Function]]
    """By the ids of functions."""


class Deployments:
    """The versions of all apps."""

    def __init__(self, plane: ControlPlane) -> None:
        self.plane = plane

    def publish(self, app: App, request: pb.AppPublishRequest, back_to: int = 0) -> None:
        """Write down what an app has become; `back_to` is the version that it is again."""
        app.version += 1
        app.deployed_at = time.time()
        told = pb.AppDeploymentHistory(
            app_id=app.id,
            version=app.version,
            client_version=request.client_version,
            deployed_at=app.deployed_at,
            deployed_by=WORKSPACE,
            tag=request.deployment_tag,
            commit_info=request.commit_info if request.HasField("commit_info") else None,
            rollback_version=back_to,
            rollback_allowed=True,
            deployment_type=pb.DEPLOYMENT_TYPE_ROLLBACK if back_to else pb.DEPLOYMENT_TYPE_STANDARD,
        )
        functions = map(self.plane.functions.get, app.functions.values())
        definitions = {function.id: function.ranked for function in functions}
        app.history.append(Deployment(told, dict(app.functions), dict(app.classes), definitions))

    async def AppDeploymentHistory(
        self, request: pb.AppDeploymentHistoryRequest, caller: Caller
    ) -> pb.AppDeploymentHistoryResponse:
        app = self.plane.apps.get(request.app_id)
        return pb.AppDeploymentHistoryResponse(
            app_deployment_histories=[deployment.told for deployment in reversed(app.history)],
            production_app_version=app.version,
        )

    async def AppRollback(self, request: pb.AppRollbackRequest, caller: Caller) -> pb.AppRollbackResponse:
        app = self.plane.apps.get(request.app_id)
        if app.state != pb.APP_STATE_DEPLOYED:
            raise refused_as_it_stands(f"App '{app.id}' is not deployed.")
        version = app.version - 1 if request.version == -1 else request.version
        if not 1 <= version <= app.version:
            raise not_found(f"App '{app.name}' has no version {version}.")
        chosen = app.history[version - 1]
        for function_id, ranked in chosen.definitions.items():
            function = self.plane.functions.get(function_id)
            function.definition, function.ranked = ranked[0], ranked
        app.functions, app.classes = dict(chosen.functions), dict(chosen.classes)
        self.publish(app, pb.AppPublishRequest(client_version=chosen.told.client_version), version)
        self.plane.scheduler.deployed(app)
        url = f"{self.plane.http_url}/apps/{app.id}"
        return pb.AppRollbackResponse(url=url, deployed_at=app.deployed_at)
