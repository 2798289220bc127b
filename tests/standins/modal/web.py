"""The HTTP side: blobs and blocks of Volumes go in and out, and orders to the plane come in."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from aiohttp import web
from grpclib import GRPCError

from tests.standins.modal.contents import BLOCK
from tests.standins.modal.control import Control
from tests.standins.modal.faults import Fault, Whose, failing_after, suffer_before

if TYPE_CHECKING:
    from tests.standins.modal.plane import ControlPlane

LARGEST = 1 << 33
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Web:
    """Serves the URLs that RPCs hand out. Each is recorded and can be told to fail, as an RPC is."""

    def __init__(self, plane: ControlPlane) -> None:
        self.plane = plane
        self.application = web.Application(client_max_size=LARGEST)
        self.application.add_routes(
            [
                web.put("/blob/{id}", self._around("BlobPut", self.put_blob)),
                web.get("/blob/{id}", self._around("BlobGetContent", self.get_blob)),
                web.put("/block/{id}", self._around("BlockPut", self.put_block)),
                web.get("/content/{id}/{start}/{length}", self._around("BlockGet", self.get_content)),
                *Control(plane).routes(),
            ]
        )

    def _around(self, name: str, handler: Handler) -> Handler:
        async def handle(request: web.Request) -> web.StreamResponse:
            caller = request.query.get("caller", "client")
            told = request.path
            self.plane.recording.note(name, caller, told)
            whose: Whose = "client" if caller == "client" else "container"
            faults = self.plane.faults.striking(name, whose, told)
            try:
                await suffer_before(faults)
            except GRPCError:
                return refused(next(fault for fault in faults if fault.moment == "before"))
            response = await handler(request)
            lost = failing_after(faults)
            return refused(lost) if lost else response

        return handle

    async def put_blob(self, request: web.Request) -> web.StreamResponse:
        digest = hashlib.md5()
        with self.plane.blobs.path(request.match_info["id"]).open("wb") as stream:
            async for chunk in request.content.iter_any():
                stream.write(chunk)
                digest.update(chunk)
        return web.Response(headers={"ETag": f'"{digest.hexdigest()}"'})

    async def get_blob(self, request: web.Request) -> web.StreamResponse:
        return web.FileResponse(self.plane.blobs.path(request.match_info["id"]))

    async def put_block(self, request: web.Request) -> web.StreamResponse:
        block = await request.read()
        if len(block) > BLOCK:
            return web.Response(status=413, text="A block holds at most 8 MiB.")
        return web.Response(text=self.plane.volumes.contents.receive(request.match_info["id"], block))

    async def get_content(self, request: web.Request) -> web.StreamResponse:
        with self.plane.volumes.contents.path(request.match_info["id"]).open("rb") as stream:
            stream.seek(int(request.match_info["start"]))
            return web.Response(body=stream.read(int(request.match_info["length"])))


def refused(fault: Fault) -> web.Response:
    """An ordered failure over HTTP."""
    return web.Response(status=fault.http_status(), text=fault.message)
