"""Files on Volumes, from outside of containers: only what is committed."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

from google.protobuf.empty_pb2 import Empty
from grpclib import Status
from modal_proto import api_pb2 as pb

from tests.standins.modal.contents import BLOCK
from tests.standins.modal.refusals import invalid, not_found, refusal
from tests.standins.modal.servicer import Caller
from tests.standins.modal.tree import File, Folder, Node, entry, parts_of, walk
from tests.standins.modal.volumes import Volume

if TYPE_CHECKING:
    from tests.standins.modal.plane import ControlPlane

PAGE = 500


class Files:
    """Uploads, listings, downloads and removals."""

    def __init__(self, plane: ControlPlane) -> None:
        self.plane = plane
        self.contents = plane.volumes.contents

    def _find(self, volume_id: str, path: str) -> Node:
        found = self.plane.volumes.get(volume_id).tree.find(parts_of(path))
        if found is None:
            raise not_found(f"No such file or directory: '{path}'")
        return found

    async def VolumePutFiles2(
        self, request: pb.VolumePutFiles2Request, caller: Caller
    ) -> pb.VolumePutFiles2Response:
        volume = self.plane.volumes.get(request.volume_id)
        self._check_upload(volume, request)
        missing = [
            pb.VolumePutFiles2Response.MissingBlock(
                file_index=number,
                block_index=index,
                put_url=f"{self.plane.http_url}/block/{self.plane.new_id('bk')}?caller={caller.name}",
            )
            for number, file in enumerate(request.files)
            for index, block in enumerate(file.blocks)
            if block.contents_sha256.hex() not in self.contents.blocks
        ]
        if missing:
            return pb.VolumePutFiles2Response(missing_blocks=missing)
        for file in request.files:
            content = self.contents.assemble(
                [block.contents_sha256.hex() for block in file.blocks], file.size
            )
            node = File(content, file.size, file.mode or 0o644, time.time_ns())
            volume.tree.put(parts_of(file.path), node)
        return pb.VolumePutFiles2Response()

    def _check_upload(self, volume: Volume, request: pb.VolumePutFiles2Request) -> None:
        growth = 0
        for file in request.files:
            found = volume.tree.find(parts_of(file.path))
            if isinstance(found, Folder):
                raise invalid(f"{file.path}: is a directory")
            if found and request.disallow_overwrite_existing_files:
                raise refusal(Status.ALREADY_EXISTS, f"{file.path}: already exists")
            growth += file.size - (found.size if isinstance(found, File) else 0)
        volume.make_room(growth)

    async def VolumeGetFile2(
        self, request: pb.VolumeGetFile2Request, caller: Caller
    ) -> pb.VolumeGetFile2Response:
        found = self._find(request.volume_id, request.path)
        if not isinstance(found, File):
            raise not_found(f"Not a file: '{request.path}'")
        end = min(found.size, request.start + request.len) if request.len else found.size
        blocks = range(request.start // BLOCK, -(-end // BLOCK))
        urls = []
        for block in blocks:
            first, last = max(request.start, block * BLOCK), min(end, (block + 1) * BLOCK)
            urls.append(
                f"{self.plane.http_url}/content/{found.content}/{first}/{last - first}?caller={caller.name}"
            )
        return pb.VolumeGetFile2Response(
            get_urls=urls, size=found.size, start=request.start, len=max(0, end - request.start)
        )

    async def VolumeListFiles2(
        self, request: pb.VolumeListFiles2Request, caller: Caller
    ) -> AsyncIterator[pb.VolumeListFiles2Response]:
        found = self._find(request.volume_id, request.path)
        place = "/".join(parts_of(request.path))
        if not isinstance(found, Folder):
            yield pb.VolumeListFiles2Response(entries=[entry(place, found)])
            return
        prefix = f"{place}/" if place else ""
        entries = [entry(prefix + path, node) for path, node in walk(found, request.recursive)]
        for start in range(0, len(entries), PAGE):
            yield pb.VolumeListFiles2Response(entries=entries[start : start + PAGE])

    async def VolumeRemoveFile2(self, request: pb.VolumeRemoveFile2Request, caller: Caller) -> Empty:
        found = self._find(request.volume_id, request.path)
        if isinstance(found, Folder) and not request.recursive:
            raise invalid(f"{request.path}: is a directory; remove it recursively")
        self.plane.volumes.get(request.volume_id).tree.remove(parts_of(request.path))
        return Empty()

    async def VolumeCopyFiles2(self, request: pb.VolumeCopyFiles2Request, caller: Caller) -> Empty:
        tree = self.plane.volumes.get(request.volume_id).tree
        into = isinstance(tree.find(parts_of(request.dst_path)), Folder) or len(request.src_paths) > 1
        for source in request.src_paths:
            found = self._find(request.volume_id, source)
            target = parts_of(request.dst_path) + (parts_of(source)[-1:] if into else ())
            inner = walk(found) if isinstance(found, Folder) else iter([("", found)])
            for path, node in inner:
                if not isinstance(node, Folder):
                    tree.put(target + parts_of(path), node)
        return Empty()
