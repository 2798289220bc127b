"""Local files that an image brings along: uploaded once by content, laid out in every container."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from modal_proto import api_pb2 as pb

from tests.standins.modal.refusals import not_found
from tests.standins.modal.servicer import Caller

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.standins.modal.plane import ControlPlane
    from tests.standins.modal.privacy import Layout

PUBLISHED = "mo-published"
"""What stands for the mounts that the SDK expects the service to have, such as its own package."""


class Mounts:
    """All mounts: for each file where it goes, its content's hash and its mode."""

    def __init__(self, plane: ControlPlane) -> None:
        self.plane = plane
        self.folder = plane.options.state / "files"
        self.folder.mkdir()
        self.files: dict[str, list[pb.MountFile]] = {PUBLISHED: []}

    def lay_out(self, mount_ids: Iterable[str], layout: Layout) -> None:
        """Put the files of mounts into a container's root."""
        for mount_id in mount_ids:
            for file in self.files.get(mount_id, []):
                layout.copy(self.folder / file.sha256_hex, file.filename, file.mode or 0o644)

    async def MountBatchedCheckExistence(
        self, request: pb.MountBatchedCheckExistenceRequest, caller: Caller
    ) -> pb.MountBatchedCheckExistenceResponse:
        missing = [sha for sha in request.sha256_hex_hashes if not (self.folder / sha).exists()]
        return pb.MountBatchedCheckExistenceResponse(missing_sha256_hex_hashes=missing)

    async def MountPutFile(self, request: pb.MountPutFileRequest, caller: Caller) -> pb.MountPutFileResponse:
        file = self.folder / Path(request.sha256_hex).name
        if request.HasField("data"):
            file.write_bytes(request.data)
        elif request.HasField("data_blob_id"):
            shutil.copyfile(self.plane.blobs.path(request.data_blob_id), file)
        return pb.MountPutFileResponse(exists=file.exists())

    async def MountGetOrCreate(
        self, request: pb.MountGetOrCreateRequest, caller: Caller
    ) -> pb.MountGetOrCreateResponse:
        published = request.deployment_name and not request.object_creation_type
        mount_id = PUBLISHED if published else self.plane.new_id("mo")
        if not published:
            lost = [file.filename for file in request.files if not (self.folder / file.sha256_hex).exists()]
            if lost:
                raise not_found(f"These files were never uploaded: {', '.join(lost)}")
            self.files[mount_id] = list(request.files)
        return pb.MountGetOrCreateResponse(
            mount_id=mount_id, handle_metadata=pb.MountHandleMetadata(content_checksum_sha256_hex="0" * 64)
        )
