"""Who is there: hello, the workspace, its environments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from google.protobuf.empty_pb2 import Empty
from modal_proto import api_pb2 as pb

from tests.standins.modal.refusals import not_found
from tests.standins.modal.servicer import Caller

if TYPE_CHECKING:
    from tests.standins.modal.plane import ControlPlane

IMAGE_BUILDER = "2025.06"
WORKSPACE = "standin"


class Clients:
    """The calls that every client begins with."""

    def __init__(self, plane: ControlPlane) -> None:
        self.plane = plane

    async def ClientHello(self, request: Empty, caller: Caller) -> pb.ClientHelloResponse:
        return pb.ClientHelloResponse(image_builder_version=IMAGE_BUILDER)

    async def WorkspaceNameLookup(self, request: Empty, caller: Caller) -> pb.WorkspaceNameLookupResponse:
        return pb.WorkspaceNameLookupResponse(workspace_name=WORKSPACE, username=WORKSPACE)

    async def EnvironmentGetOrCreate(
        self, request: pb.EnvironmentGetOrCreateRequest, caller: Caller
    ) -> pb.EnvironmentGetOrCreateResponse:
        name = request.deployment_name or self.plane.options.environments[0]
        if name not in self.plane.options.environments:
            raise not_found(f"Environment '{name}' not found.")
        settings = pb.EnvironmentSettings(image_builder_version=IMAGE_BUILDER)
        return pb.EnvironmentGetOrCreateResponse(
            environment_id=f"en-{name}", metadata=pb.EnvironmentMetadata(name=name, settings=settings)
        )

    async def EnvironmentList(self, request: Empty, caller: Caller) -> pb.EnvironmentListResponse:
        return pb.EnvironmentListResponse(
            items=[
                pb.EnvironmentListItem(name=name, environment_id=f"en-{name}", default=number == 0)
                for number, name in enumerate(self.plane.options.environments)
            ]
        )
