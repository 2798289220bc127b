"""Apps: created, published, listed, stopped."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from google.protobuf.empty_pb2 import Empty
from modal_proto import api_pb2 as pb

from tests.standins.modal.refusals import check_name, check_tags, not_found
from tests.standins.modal.servicer import Caller

if TYPE_CHECKING:
    from tests.standins.modal.deployments import Deployment
    from tests.standins.modal.plane import ControlPlane


@dataclass
class App:
    """One app; a deployed one has a name and is found by it until it is stopped."""

    id: str
    environment: str
    description: str
    state: pb.AppState.ValueType
    tags: dict[str, str]
    name: str = ""
    functions: dict[str, str] = field(default_factory=dict)
    """Ids of functions by name."""
    classes: dict[str, str] = field(default_factory=dict)
    created_at: float = field(default_factory=time.time)
    deployed_at: float = 0.0
    stopped_at: float = 0.0
    version: int = 0
    history: list[Deployment] = field(default_factory=list)
    """All its versions, the first one first."""

    def done(self) -> bool:
        """Whether nothing of it can run any more."""
        return self.state == pb.APP_STATE_STOPPED

    def lifecycle(self) -> pb.AppLifecycle:
        """As the SDK asks for it."""
        return pb.AppLifecycle(
            app_state=self.state,
            created_at=self.created_at,
            deployed_at=self.deployed_at,
            version=self.version,
            stopped_at=self.stopped_at,
        )


class Apps:
    """All apps, stopped ones included."""

    def __init__(self, plane: ControlPlane) -> None:
        self.plane = plane
        self.by_id: dict[str, App] = {}
        self.deployed: dict[tuple[str, str], App] = {}

    def get(self, app_id: str) -> App:
        """The app of that id."""
        app = self.by_id.get(app_id)
        if app is None:
            raise not_found(f"App '{app_id}' not found.")
        return app

    def _create(
        self, environment: str, description: str, state: pb.AppState.ValueType, tags: dict[str, str]
    ) -> App:
        check_tags(tags)
        app = App(self.plane.new_id("ap"), self.plane.environment(environment), description, state, tags)
        self.by_id[app.id] = app
        return app

    async def AppCreate(self, request: pb.AppCreateRequest, caller: Caller) -> pb.AppCreateResponse:
        app = self._create(
            request.environment_name, request.description, request.app_state, dict(request.tags)
        )
        url = f"{self.plane.http_url}/apps/{app.id}"
        return pb.AppCreateResponse(app_id=app.id, app_page_url=url, app_logs_url=url)

    async def AppGetOrCreate(
        self, request: pb.AppGetOrCreateRequest, caller: Caller
    ) -> pb.AppGetOrCreateResponse:
        key = self.plane.environment(request.environment_name), request.app_name
        app = self.deployed.get(key)
        if app is None:
            if request.object_creation_type != pb.OBJECT_CREATION_TYPE_CREATE_IF_MISSING:
                raise not_found(f"App '{request.app_name}' not found in environment '{key[0]}'.")
            check_name("App", request.app_name)
            app = self._create(key[0], request.app_name, pb.APP_STATE_DEPLOYED, {})
            app.name = request.app_name
            self.deployed[key] = app
        return pb.AppGetOrCreateResponse(app_id=app.id)

    async def AppGetByDeploymentName(
        self, request: pb.AppGetByDeploymentNameRequest, caller: Caller
    ) -> pb.AppGetByDeploymentNameResponse:
        environment = self.plane.environment(request.environment_name)
        app = self.deployed.get((environment, request.name))
        if app is None:
            return pb.AppGetByDeploymentNameResponse(environment_name=environment)
        return pb.AppGetByDeploymentNameResponse(
            app_id=app.id, environment_name=environment, lifecycle=app.lifecycle()
        )

    async def AppGetLayout(self, request: pb.AppGetLayoutRequest, caller: Caller) -> pb.AppGetLayoutResponse:
        return pb.AppGetLayoutResponse(app_layout=self.layout(self.get(request.app_id)))

    def layout(self, app: App) -> pb.AppLayout:
        """All objects of an app; a container fails unless everything that its function depends on is here."""
        functions = [self.plane.functions.get(function_id) for function_id in app.functions.values()]
        objects = [
            pb.Object(object_id=function.id, function_handle_metadata=function.handle())
            for function in functions
        ]
        needed = {
            needed.object_id for function in functions for needed in function.definition.object_dependencies
        }
        objects += [self._dependency(object_id) for object_id in sorted(needed)]
        return pb.AppLayout(objects=objects, function_ids=app.functions, class_ids=app.classes)

    def _dependency(self, object_id: str) -> pb.Object:
        if object_id.startswith("vo-"):
            return pb.Object(
                object_id=object_id, volume_metadata=self.plane.volumes.get(object_id).metadata()
            )
        if object_id.startswith("mo-"):
            metadata = pb.MountHandleMetadata(content_checksum_sha256_hex="0" * 64)
            return pb.Object(object_id=object_id, mount_handle_metadata=metadata)
        return pb.Object(object_id=object_id)

    async def AppPublish(self, request: pb.AppPublishRequest, caller: Caller) -> pb.AppPublishResponse:
        app = self.get(request.app_id)
        if app.done():
            raise not_found(f"App '{app.id}' is stopped.")
        check_tags(dict(request.tags))
        if request.app_state == pb.APP_STATE_DEPLOYED:
            check_name("App", request.name)
            app.name = request.name
            self.deployed[app.environment, app.name] = app
        app.functions, app.classes = dict(request.function_ids), dict(request.class_ids)
        app.state, app.tags = request.app_state, dict(request.tags) or app.tags
        if request.app_state == pb.APP_STATE_DEPLOYED:
            self.plane.deployments.publish(app, request)
        self.plane.scheduler.deployed(app)
        return pb.AppPublishResponse(url=f"{self.plane.http_url}/apps/{app.id}", deployed_at=app.deployed_at)

    async def AppHeartbeat(self, request: pb.AppHeartbeatRequest, caller: Caller) -> Empty:
        return Empty()

    async def AppClientDisconnect(self, request: pb.AppClientDisconnectRequest, caller: Caller) -> Empty:
        app = self.get(request.app_id)
        if app.state in (pb.APP_STATE_EPHEMERAL, pb.APP_STATE_INITIALIZING):
            await self.stop(app)
        return Empty()

    async def AppStop(self, request: pb.AppStopRequest, caller: Caller) -> Empty:
        await self.stop(self.get(request.app_id))
        return Empty()

    async def stop(self, app: App) -> None:
        """Kill its containers, end what is queued, free its name."""
        if app.done():
            return
        app.state, app.stopped_at = pb.APP_STATE_STOPPED, time.time()
        if self.deployed.get((app.environment, app.name)) is app:
            del self.deployed[app.environment, app.name]
        await self.plane.scheduler.stop_app(app)
        self.plane.logs.of_app[app.id].changed.fire()

    async def AppGetLifecycle(
        self, request: pb.AppGetLifecycleRequest, caller: Caller
    ) -> pb.AppGetLifecycleResponse:
        return pb.AppGetLifecycleResponse(lifecycle=self.get(request.app_id).lifecycle())

    async def AppList(self, request: pb.AppListRequest, caller: Caller) -> pb.AppListResponse:
        environment = self.plane.environment(request.environment_name)
        running = self.plane.containers.running_by_app()
        items = [
            pb.AppListResponse.AppListItem(
                app_id=app.id,
                description=app.name or app.description,
                name=app.name,
                state=app.state,
                created_at=app.created_at,
                stopped_at=app.stopped_at,
                n_running_tasks=running[app.id],
            )
            for app in self.by_id.values()
            if app.environment == environment
        ]
        return pb.AppListResponse(apps=items)

    async def AppSetTags(self, request: pb.AppSetTagsRequest, caller: Caller) -> Empty:
        check_tags(dict(request.tags))
        self.get(request.app_id).tags = dict(request.tags)
        return Empty()

    async def AppGetTags(self, request: pb.AppGetTagsRequest, caller: Caller) -> pb.AppGetTagsResponse:
        return pb.AppGetTagsResponse(tags=self.get(request.app_id).tags)
