"""What a container finds when it starts: files, mounts, arguments, environment."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from modal_proto import api_pb2 as pb

from tests.standins.modal.privacy import Layout

if TYPE_CHECKING:
    from tests.standins.modal.container import Container

SOCKET = "/run/modal.sock"
ARGUMENTS = "/run/modal-arguments"
SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


async def lay_out(container: Container, socket: Path) -> list[str]:
    """Lay everything out that a container is to find; the command that starts it."""
    plane, definition = container.plane, container.definition
    container.folder.mkdir(parents=True)
    for mount in definition.volume_mounts:
        copy = plane.volumes.working_copy(mount, container.folder / "volumes" / mount.volume_id)
        container.copies[mount.volume_id] = copy
        await copy.take()
    layout = Layout(container.folder, plane.privacy)
    plane.mounts.lay_out(definition.mount_ids, layout)
    told = container.folder / "arguments"
    told.write_bytes(arguments(container).SerializeToString())
    layout.bind(socket, SOCKET)
    layout.bind(told, ARGUMENTS, read_only=True)
    for mount in definition.volume_mounts:
        layout.bind(container.copies[mount.volume_id].folder, mount.mount_path, read_only=mount.read_only)
    return layout.command([sys.executable, "-m", "modal._container_entrypoint"], environment(container))


def arguments(container: Container) -> pb.ContainerArguments:
    """What the SDK's entrypoint is told."""
    app = container.function.app
    return pb.ContainerArguments(
        task_id=container.id,
        function_id=container.function.id,
        app_id=app.id,
        function_def=container.definition,
        environment_name=app.environment,
        app_layout=container.plane.apps.layout(app),
    )


def environment(container: Container) -> dict[str, str]:
    """Only what the service gives: nothing of the plane's own environment."""
    plane, definition = container.plane, container.definition
    variables = {
        "PATH": f"{Path(sys.executable).parent}:{SYSTEM_PATH}",
        "HOME": "/root",
        "LANG": "C.UTF-8",
        "PYTHONPATH": "/root",
        "PYTHONUNBUFFERED": "1",
        "MODAL_CONTAINER_ARGUMENTS_PATH": ARGUMENTS,
        "MODAL_ENVIRONMENT": container.function.app.environment,
        "MODAL_HEARTBEAT_INTERVAL": "1",
        "MODAL_IMAGE_ID": definition.image_id,
        "MODAL_IS_REMOTE": "1",
        "MODAL_SERVER_URL": f"unix://{SOCKET}",
        "MODAL_TASK_ID": container.id,
    }
    variables.update(plane.images.environment(definition.image_id))
    for secret_id in definition.secret_ids:
        variables.update(plane.secrets.by_id[secret_id].values)
    return variables
