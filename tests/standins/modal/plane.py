"""The plane: its parts, what they share, and its two servers."""

from __future__ import annotations

import asyncio
import itertools
import os
import shutil
from collections import Counter, defaultdict
from collections.abc import Callable
from pathlib import Path
from tempfile import mkdtemp

from aiohttp import web
from grpclib.server import Server
from modal._utils.grpc_utils import custom_detail_codec

from tests.standins.modal.apps import Apps
from tests.standins.modal.billing import Billing
from tests.standins.modal.blobs import Blobs
from tests.standins.modal.calls import Calls
from tests.standins.modal.clients import Clients
from tests.standins.modal.commits import Commits
from tests.standins.modal.containers import Containers
from tests.standins.modal.deployments import Deployments
from tests.standins.modal.endings import Endings
from tests.standins.modal.faults import Faults
from tests.standins.modal.files import Files
from tests.standins.modal.functions import Functions
from tests.standins.modal.images import Images
from tests.standins.modal.logs import Logs
from tests.standins.modal.mounts import Mounts
from tests.standins.modal.options import Options
from tests.standins.modal.privacy import find_privacy
from tests.standins.modal.recording import Recording
from tests.standins.modal.scheduler import Scheduler
from tests.standins.modal.secrets import Secrets
from tests.standins.modal.servicer import Caller, handlers_of, make_servicer
from tests.standins.modal.streams import Streams
from tests.standins.modal.volumes import Volumes
from tests.standins.modal.web import Web
from tests.standins.modal.webhooks import Webhooks

HOST = "127.0.0.1"
LONGEST_PATH = 90


def folder_for_sockets(state: Path) -> Path:
    """A folder for the sockets of containers. The kernel takes no long paths for them."""
    folder = state / "sockets"
    if len(os.fsencode(folder)) > LONGEST_PATH:
        return Path(mkdtemp(prefix="plane-"))
    folder.mkdir()
    return folder


class ControlPlane:
    """One loopback control plane."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.privacy = find_privacy()
        self.sockets = folder_for_sockets(options.state)
        self._numbers: dict[str, itertools.count[int]] = defaultdict(lambda: itertools.count(1))
        self.recording, self.faults = Recording(), Faults()
        self.unimplemented: Counter[str] = Counter()
        self.scheduler, self.endings = Scheduler(self), Endings(self)
        self.apps, self.functions, self.calls = Apps(self), Functions(self), Calls(self)
        self.containers, self.images, self.mounts = Containers(self), Images(self), Mounts(self)
        self.secrets, self.blobs, self.volumes = Secrets(self), Blobs(self), Volumes(self)
        self.logs, self.billing = Logs(self), Billing(self)
        self.streams, self.webhooks, self.deployments = Streams(self), Webhooks(self), Deployments(self)
        self.handlers = handlers_of(
            [
                Clients(self), self.apps, self.functions, self.calls, self.containers, self.images,
                self.mounts, self.secrets, self.blobs, self.volumes, Files(self), Commits(self), self.logs,
                self.billing, self.streams, self.deployments,
            ]
        )  # fmt: skip
        self._grpc = Server([make_servicer(self, Caller())], status_details_codec=custom_detail_codec)
        self._web = web.AppRunner(Web(self).application, access_log=None, shutdown_timeout=0.5)
        self.url = self.http_url = ""
        self.announce: Callable[[str], None] = lambda text: None
        """Told where a web function answers, for the people who watch."""

    def new_id(self, kind: str) -> str:
        """An id as the service gives them: the kind of thing, and something unique."""
        return f"{kind}-{next(self._numbers[kind]):08d}"

    def environment(self, name: str) -> str:
        """The environment of a request; the first one where it names none."""
        return name or self.options.environments[0]

    async def start(self) -> None:
        """Listen for clients."""
        await self._web.setup()
        site = web.TCPSite(self._web, HOST, 0)
        await site.start()
        self.http_url = f"http://{HOST}:{self._web.addresses[0][1]}"
        await self._grpc.start(HOST, self.options.port)
        listening = self._grpc._server  # grpclib tells the port in no other way
        assert isinstance(listening, asyncio.Server)
        self.url = f"http://{HOST}:{listening.sockets[0].getsockname()[1]}"

    async def close(self) -> None:
        """End every container and stop listening."""
        self.scheduler.close()
        self._grpc.close()
        await self.containers.close()
        await self.webhooks.close()
        await self._web.cleanup()
        shutil.rmtree(self.sockets, ignore_errors=True)
