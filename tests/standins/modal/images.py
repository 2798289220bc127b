"""Images: not built, but judged. Their commands are recorded, and their ENV lines reach the containers."""

from __future__ import annotations

import hashlib
import shlex
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from modal_proto import api_pb2 as pb

from tests.standins.modal.clients import IMAGE_BUILDER
from tests.standins.modal.refusals import not_found
from tests.standins.modal.servicer import Caller

if TYPE_CHECKING:
    from tests.standins.modal.plane import ControlPlane

FAILURE = pb.GenericResult.GENERIC_STATUS_FAILURE
SUCCESS = pb.GenericResult.GENERIC_STATUS_SUCCESS


@dataclass
class Image:
    """One layer; those that it stands on are images of their own."""

    id: str
    definition: pb.Image
    culprit: str
    """The command that cannot be built, where there is one."""

    def result(self) -> pb.GenericResult:
        """How its build ended."""
        if not self.culprit:
            return pb.GenericResult(status=SUCCESS)
        return pb.GenericResult(
            status=FAILURE,
            exitcode=1,
            exception=f"Terminating task due to error: failed to run: {self.culprit}",
        )


class Images:
    """All images, by the hash of their definition."""

    def __init__(self, plane: ControlPlane) -> None:
        self.plane = plane
        self.by_id: dict[str, Image] = {}
        self.unbuildable: list[str] = ["does-not-exist"]
        """Texts that make a build fail when a command holds one."""

    def commands(self, image_id: str) -> list[str]:
        """The Dockerfile of an image, all its layers in order."""
        image = self.by_id.get(image_id)
        if image is None:
            return []
        below = [line for base in image.definition.base_images for line in self.commands(base.image_id)]
        return below + list(image.definition.dockerfile_commands)

    def environment(self, image_id: str) -> dict[str, str]:
        """The variables that ENV lines set."""
        variables: dict[str, str] = {}
        for line in self.commands(image_id):
            if line.startswith("ENV "):
                words = shlex.split(line[4:])
                variables.update(word.partition("=")[::2] for word in words if "=" in word)
        return variables

    async def ImageGetOrCreate(
        self, request: pb.ImageGetOrCreateRequest, caller: Caller
    ) -> pb.ImageGetOrCreateResponse:
        content = request.image.SerializeToString(deterministic=True)
        image_id = "im-" + hashlib.sha256(content).hexdigest()[:20]
        known = self.by_id.get(image_id)
        culprit = next(filter(self._fails, request.image.dockerfile_commands), "")
        self.by_id[image_id] = image = Image(image_id, request.image, culprit)
        built = known is not None and not known.culprit and not culprit
        return pb.ImageGetOrCreateResponse(
            image_id=image_id, result=image.result() if built else None, metadata=self._metadata()
        )

    def _fails(self, command: str) -> bool:
        return any(text in command for text in self.unbuildable)

    @staticmethod
    def _metadata() -> pb.ImageMetadata:
        return pb.ImageMetadata(image_builder_version=IMAGE_BUILDER, python_version_info="3.11.7")

    async def ImageJoinStreaming(
        self, request: pb.ImageJoinStreamingRequest, caller: Caller
    ) -> AsyncIterator[pb.ImageJoinStreamingResponse]:
        image = self._get(request.image_id)
        lines = [f"Step {number}: {line}" for number, line in enumerate(image.definition.dockerfile_commands)]
        lines += [f"ERROR: {image.culprit}"] if image.culprit else []
        logs = [
            pb.TaskLogs(data=line + "\n", timestamp=time.time(), file_descriptor=pb.FILE_DESCRIPTOR_STDOUT)
            for line in lines
        ]
        yield pb.ImageJoinStreamingResponse(task_logs=logs, entry_id="1-0")
        yield pb.ImageJoinStreamingResponse(
            result=image.result(), metadata=self._metadata(), entry_id="2-0", eof=True
        )

    async def ImageFromId(self, request: pb.ImageFromIdRequest, caller: Caller) -> pb.ImageFromIdResponse:
        return pb.ImageFromIdResponse(image_id=self._get(request.image_id).id, metadata=self._metadata())

    def _get(self, image_id: str) -> Image:
        image = self.by_id.get(image_id)
        if image is None:
            raise not_found(f"Image '{image_id}' not found.")
        return image
