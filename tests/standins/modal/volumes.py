"""Volumes: files that outlive containers, seen by others only once they are committed."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from google.protobuf.empty_pb2 import Empty
from grpclib import Status
from modal_proto import api_pb2 as pb

from tests.standins.modal.contents import Contents
from tests.standins.modal.copies import WorkingCopy
from tests.standins.modal.refusals import check_name, invalid, not_found, refusal
from tests.standins.modal.servicer import Caller
from tests.standins.modal.tree import Tree, parts_of

if TYPE_CHECKING:
    from tests.standins.modal.plane import ControlPlane

V2 = pb.VOLUME_FS_VERSION_V2


@dataclass
class Volume:
    """One Volume and its committed state."""

    id: str
    name: str
    environment: str
    tree: Tree = field(default_factory=Tree)
    created_at: float = field(default_factory=time.time)
    limit: int | None = None
    """Bytes that it takes at most."""

    def metadata(self) -> pb.VolumeMetadata:
        """What a client knows it by."""
        creation = pb.CreationInfo(created_at=self.created_at, created_by="standin")
        return pb.VolumeMetadata(version=V2, name=self.name, creation_info=creation)

    def make_room(self, growth: int) -> None:
        """Refuse what would not fit."""
        if self.limit is not None and self.tree.used + growth > self.limit:
            raise refusal(
                Status.RESOURCE_EXHAUSTED,
                f"No space left on Volume '{self.name}': it holds {self.tree.used} of {self.limit} bytes.",
            )


class Volumes:
    """All Volumes, by id and by environment and name. Every one is of version 2."""

    def __init__(self, plane: ControlPlane) -> None:
        self.plane = plane
        self.contents = Contents(plane.options.state)
        self.by_id: dict[str, Volume] = {}
        self.by_name: dict[tuple[str, str], Volume] = {}

    def get(self, volume_id: str) -> Volume:
        """The Volume of that id."""
        volume = self.by_id.get(volume_id)
        if volume is None:
            raise not_found(f"Volume '{volume_id}' not found.")
        return volume

    def working_copy(self, mount: pb.VolumeMount, folder: Path) -> WorkingCopy:
        """A container's own copy, not yet filled."""
        tree = self.get(mount.volume_id).tree
        return WorkingCopy(tree, self.contents, parts_of(mount.sub_path), folder, mount.read_only)

    async def VolumeGetOrCreate(
        self, request: pb.VolumeGetOrCreateRequest, caller: Caller
    ) -> pb.VolumeGetOrCreateResponse:
        key = self.plane.environment(request.environment_name), request.deployment_name
        volume = self.by_name.get(key)
        if volume and request.object_creation_type == pb.OBJECT_CREATION_TYPE_CREATE_FAIL_IF_EXISTS:
            raise refusal(Status.ALREADY_EXISTS, f"Volume '{key[1]}' already exists.")
        if volume is None:
            if request.object_creation_type == pb.OBJECT_CREATION_TYPE_UNSPECIFIED:
                raise not_found(f"Volume '{key[1]}' not found in environment '{key[0]}'.")
            if request.version == pb.VOLUME_FS_VERSION_V1:
                raise invalid("The stand-in has only Volumes of version 2.")
            volume = self._create(*key)
        return pb.VolumeGetOrCreateResponse(volume_id=volume.id, version=V2, metadata=volume.metadata())

    def _create(self, environment: str, name: str) -> Volume:
        volume = Volume(self.plane.new_id("vo"), name, environment)
        self.by_id[volume.id] = volume
        if name:
            check_name("Volume", name)
            self.by_name[environment, name] = volume
        return volume

    async def VolumeGetById(
        self, request: pb.VolumeGetByIdRequest, caller: Caller
    ) -> pb.VolumeGetByIdResponse:
        volume = self.get(request.volume_id)
        return pb.VolumeGetByIdResponse(volume_id=volume.id, metadata=volume.metadata())

    async def VolumeList(self, request: pb.VolumeListRequest, caller: Caller) -> pb.VolumeListResponse:
        environment = self.plane.environment(request.environment_name)
        before = request.pagination.created_before or float("inf")
        volumes = [
            volume
            for volume in reversed(self.by_name.values())
            if volume.environment == environment and volume.created_at < before
        ]
        items = [
            pb.VolumeListItem(
                label=volume.name,
                volume_id=volume.id,
                created_at=volume.created_at,
                metadata=volume.metadata(),
            )
            for volume in volumes[: request.pagination.max_objects or None]
        ]
        return pb.VolumeListResponse(items=items, environment_name=environment)

    async def VolumeHeartbeat(self, request: pb.VolumeHeartbeatRequest, caller: Caller) -> Empty:
        return Empty()

    async def VolumeDelete(self, request: pb.VolumeDeleteRequest, caller: Caller) -> Empty:
        volume = self.get(request.volume_id)
        del self.by_id[volume.id]
        self.by_name.pop((volume.environment, volume.name), None)
        return Empty()
