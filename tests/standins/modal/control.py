"""Orders to the plane and questions about it, as JSON over HTTP; client.py is the other side."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from aiohttp import web
from grpclib import Status
from modal_proto import api_pb2 as pb

from tests.standins.modal.faults import HTTP_CALLS, Fault
from tests.standins.modal.servicer import RPCS

if TYPE_CHECKING:
    from tests.standins.modal.container import Container
    from tests.standins.modal.functions import Function
    from tests.standins.modal.plane import ControlPlane

Order = Callable[[dict[str, Any]], Any]


class Control:
    """Every public method is an order: its name is the URL, its argument the body, its result the answer."""

    def __init__(self, plane: ControlPlane) -> None:
        self.plane = plane

    def routes(self) -> list[web.RouteDef]:
        """One for each order."""
        orders: list[Order] = [
            self.fail, self.clear_faults, self.calls, self.counts, self.reset_calls, self.unimplemented,
            self.hold, self.release, self.preempt, self.kill, self.stop, self.containers, self.apps,
            self.functions, self.volume_limit, self.expire_outputs, self.image_fails, self.rates, self.secret,
            self.forget_secrets, self.options,
        ]  # fmt: skip
        return [web.post(f"/control/{order.__name__}", answering(order)) for order in orders]

    # Faults and the record ---------------------------------------------------------------------------------

    def fail(self, order: dict[str, Any]) -> None:
        fault = Fault(**order)
        if fault.rpc not in RPCS | HTTP_CALLS:
            raise web.HTTPBadRequest(text=f"There is no RPC named {fault.rpc}.")
        if fault.status not in Status.__members__:
            raise web.HTTPBadRequest(text=f"There is no gRPC status named {fault.status}.")
        self.plane.faults.orders.append(fault)

    def clear_faults(self, order: dict[str, Any]) -> None:
        self.plane.faults.orders.clear()

    def calls(self, order: dict[str, Any]) -> list[dict[str, Any]]:
        return self.plane.recording.as_json()

    def counts(self, order: dict[str, Any]) -> dict[str, int]:
        return dict(self.plane.recording.counts)

    def reset_calls(self, order: dict[str, Any]) -> None:
        self.plane.recording.reset()

    def unimplemented(self, order: dict[str, Any]) -> dict[str, int]:
        return dict(self.plane.unimplemented)

    # Containers --------------------------------------------------------------------------------------------

    def hold(self, order: dict[str, Any]) -> None:
        self.plane.scheduler.held.append(order["functions"])

    def release(self, order: dict[str, Any]) -> None:
        self.plane.scheduler.held.clear()
        for function in self.plane.functions.by_id.values():
            if function.queue:
                self.plane.scheduler.dispatch(function)

    def _named(self, pattern: str) -> list[Container]:
        return [
            container
            for container in self.plane.containers.running.values()
            if fnmatchcase(container.function.name, pattern)
        ]

    def preempt(self, order: dict[str, Any]) -> list[str]:
        grace = order.get("grace")
        named = self._named(order["functions"])
        for container in named:
            container.preempt(self.plane.options.grace if grace is None else grace)
        return [container.id for container in named]

    async def kill(self, order: dict[str, Any]) -> list[str]:
        """Kill as a crash does; `fails` says that its inputs are not given to another container."""
        named = self._named(order["functions"])
        for container in named:
            container.kill("fails" if order.get("fails") else None)
        for container in named:
            await container.gone.wait()
        return [container.id for container in named]

    async def stop(self, order: dict[str, Any]) -> None:
        for app in list(self.plane.apps.by_id.values()):
            if fnmatchcase(app.name or app.description, order["apps"]):
                await self.plane.apps.stop(app)

    def containers(self, order: dict[str, Any]) -> list[dict[str, Any]]:
        return [
            {
                "id": container.id,
                "function": container.function.name,
                "app": container.function.app.name or container.function.app.description,
                "app_id": container.function.app.id,
                "pid": container.process_id,
                "calls": [entered.call.id for entered in container.current.values()],
                "started_at": container.started_at,
            }
            for container in self.plane.containers.running.values()
        ]

    # What there is -----------------------------------------------------------------------------------------

    def apps(self, order: dict[str, Any]) -> list[dict[str, Any]]:
        return [
            {
                "id": app.id,
                "name": app.name,
                "description": app.description,
                "environment": app.environment,
                "state": pb.AppState.Name(app.state).removeprefix("APP_STATE_").lower(),
                "tags": app.tags,
                "functions": sorted(app.functions),
            }
            for app in self.plane.apps.by_id.values()
        ]

    def functions(self, order: dict[str, Any]) -> list[dict[str, Any]]:
        return [self._function(function) for function in self.plane.functions.by_id.values()]

    def _function(self, function: Function) -> dict[str, Any]:
        definition = function.definition
        resources = definition.resources
        secrets = [self.plane.secrets.by_id[secret_id] for secret_id in definition.secret_ids]
        return {
            "id": function.id,
            "name": function.name,
            "app": function.app.name or function.app.description,
            "base": function.base,
            "cpu": resources.milli_cpu / 1000,
            "memory": resources.memory_mb,
            "ephemeral_disk": resources.ephemeral_disk_mb,
            "gpus": [gpu_text(ranked) for ranked in function.ranked if ranked.resources.gpu_config.gpu_type],
            "timeout": definition.timeout_secs,
            "startup_timeout": definition.startup_timeout_secs,
            "retries": definition.retry_policy.retries,
            "max_containers": function.limit(),
            "regions": list(definition.scheduler_placement.regions),
            "cloud": definition.cloud_provider_str,
            "nonpreemptible": definition.scheduler_placement.nonpreemptible,
            "restricted": definition.untrusted,
            "single_use": definition.single_use_containers,
            "restricted_output": pb.DATA_FORMAT_PICKLE not in definition.supported_output_formats,
            "block_network": definition.block_network,
            "volumes": {mount.mount_path: self._mount(mount) for mount in definition.volume_mounts},
            "secrets": [
                {"id": secret.id, "name": secret.name, "keys": sorted(secret.values)} for secret in secrets
            ],
            "image": self.plane.images.commands(definition.image_id),
            "module": definition.module_name,
            "implementation": definition.implementation_name,
            "waiting": len(function.queue),
            "web_url": function.web_url,
        }

    def _mount(self, mount: pb.VolumeMount) -> dict[str, Any]:
        volume = self.plane.volumes.get(mount.volume_id)
        return {"name": volume.name, "sub_path": mount.sub_path, "read_only": mount.read_only}

    # Settings ----------------------------------------------------------------------------------------------

    def volume_limit(self, order: dict[str, Any]) -> None:
        named = [volume for volume in self.plane.volumes.by_id.values() if volume.name == order["name"]]
        if not named:
            raise web.HTTPBadRequest(text=f"There is no Volume named {order['name']}.")
        for volume in named:
            volume.limit = order["bytes"]

    def expire_outputs(self, order: dict[str, Any]) -> None:
        for call in self.plane.calls.by_id.values():
            call.expired = call.expired or bool(call.finished)

    def image_fails(self, order: dict[str, Any]) -> None:
        self.plane.images.unbuildable.append(order["text"])

    def rates(self, order: dict[str, Any]) -> None:
        self.plane.billing.rates = dict(order)

    def secret(self, order: dict[str, Any]) -> None:
        self.plane.secrets.put(order["name"], order["values"])

    def forget_secrets(self, order: dict[str, Any]) -> None:
        self.plane.secrets.forget()

    def options(self, order: dict[str, Any]) -> None:
        for name, setting in order.items():
            if not hasattr(self.plane.options, name):
                raise web.HTTPBadRequest(text=f"There is no option named {name}.")
            setattr(self.plane.options, name, setting)


def gpu_text(definition: pb.Function) -> str:
    """A GPU as it is written in code."""
    gpu = definition.resources.gpu_config
    return f"{gpu.gpu_type}:{gpu.count}" if gpu.count > 1 else gpu.gpu_type


def answering(order: Order) -> Callable[[web.Request], Awaitable[web.Response]]:
    """An order as an HTTP handler."""

    async def handle(request: web.Request) -> web.Response:
        answer = order(await request.json())
        return web.json_response(await answer if isinstance(answer, Awaitable) else answer)

    return handle
