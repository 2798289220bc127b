"""Large payloads go around gRPC: a blob is put and got over HTTP."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from modal_proto import api_pb2 as pb

from tests.standins.modal.refusals import not_found
from tests.standins.modal.servicer import Caller

if TYPE_CHECKING:
    from tests.standins.modal.plane import ControlPlane


class Blobs:
    """Blobs lie as files under their ids."""

    def __init__(self, plane: ControlPlane) -> None:
        self.plane = plane
        self.folder = plane.options.state / "blobs"
        self.folder.mkdir()

    def path(self, blob_id: str) -> Path:
        """Where a blob lies."""
        return self.folder / Path(blob_id).name

    async def BlobCreate(self, request: pb.BlobCreateRequest, caller: Caller) -> pb.BlobCreateResponse:
        blob_id = self.plane.new_id("bl")
        url = f"{self.plane.http_url}/blob/{blob_id}?caller={caller.name}"
        return pb.BlobCreateResponse(
            blob_id=blob_id, blob_ids=[blob_id], upload_url=url, upload_urls=pb.UploadUrlList(items=[url])
        )

    async def BlobGet(self, request: pb.BlobGetRequest, caller: Caller) -> pb.BlobGetResponse:
        if not self.path(request.blob_id).exists():
            raise not_found(f"Blob '{request.blob_id}' not found.")
        return pb.BlobGetResponse(
            download_url=f"{self.plane.http_url}/blob/{request.blob_id}?caller={caller.name}"
        )
