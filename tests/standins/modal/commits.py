"""Commits and reloads: the only ways between a container's copy of a Volume and the Volume."""

from __future__ import annotations

from typing import TYPE_CHECKING

from google.protobuf.empty_pb2 import Empty
from grpclib import Status
from modal_proto import api_pb2 as pb

from tests.standins.modal.copies import WorkingCopy
from tests.standins.modal.openfiles import open_file
from tests.standins.modal.refusals import not_found, refusal
from tests.standins.modal.servicer import Caller

if TYPE_CHECKING:
    from tests.standins.modal.container import Container
    from tests.standins.modal.plane import ControlPlane


class Commits:
    """What containers ask for their Volumes."""

    def __init__(self, plane: ControlPlane) -> None:
        self.plane = plane

    def _mounted(self, caller: Caller, volume_id: str) -> tuple[Container, WorkingCopy]:
        container = caller.container
        if container is None or volume_id not in container.copies:
            raise not_found(f"Volume '{volume_id}' is not mounted in this container.")
        return container, container.copies[volume_id]

    async def VolumeCommit(self, request: pb.VolumeCommitRequest, caller: Caller) -> pb.VolumeCommitResponse:
        _, copy = self._mounted(caller, request.volume_id)
        async with copy.busy:
            await self._commit(request.volume_id, copy)
        return pb.VolumeCommitResponse(skip_reload=not self.plane.options.commit_reloads)

    async def _commit(self, volume_id: str, copy: WorkingCopy) -> None:
        changes = await copy.changes()
        if changes:
            self.plane.volumes.get(volume_id).make_room(copy.grows_by(changes))
            copy.commit(changes)

    async def VolumeReload(self, request: pb.VolumeReloadRequest, caller: Caller) -> Empty:
        container, copy = self._mounted(caller, request.volume_id)
        async with copy.busy:
            if open_file(container.process_id, container.mount_path(request.volume_id), copy.folder):
                sentence = "there are open files preventing the operation"
                raise refusal(Status.FAILED_PRECONDITION, sentence)
            await self._commit(request.volume_id, copy)
            await copy.refresh()
        return Empty()
