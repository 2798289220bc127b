"""Functions as they are defined: resources, images, mounts, and variants of them with other options."""

from __future__ import annotations

import copy
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from modal_proto import api_pb2 as pb

from tests.standins.modal.hardware import check_resources
from tests.standins.modal.refusals import check_name, invalid, not_found
from tests.standins.modal.servicer import Caller

if TYPE_CHECKING:
    from tests.standins.modal.apps import App
    from tests.standins.modal.calls import Input
    from tests.standins.modal.container import Container
    from tests.standins.modal.plane import ControlPlane

LONGEST = 24 * 3600


@dataclass(eq=False)
class Function:
    """One function of an app, or a variant with options of its own (`base` is then the original's id)."""

    id: str
    app: App
    definition: pb.Function
    """The first choice, where there is a list of GPUs."""
    ranked: list[pb.Function]
    base: str = ""
    queue: OrderedDict[Input, None] = field(default_factory=OrderedDict)
    """Inputs that wait for a container."""
    containers: set[Container] = field(default_factory=set)
    failed_starts: int = 0
    web_url: str = ""
    """Where a web function answers."""

    @property
    def name(self) -> str:
        """Its name in the app."""
        return self.definition.function_name

    def limit(self) -> int:
        """The most containers that it may have; 0 is no limit."""
        return self.definition.autoscaler_settings.max_containers or self.definition.concurrency_limit

    def least(self) -> int:
        """How many containers are kept, also without work."""
        return self.definition.autoscaler_settings.min_containers or self.definition.warm_pool_size

    def current(self) -> list[Container]:
        """Its containers but those of earlier definitions, which take no more inputs."""
        return [container for container in self.containers if not container.outdated()]

    def handle(self) -> pb.FunctionHandleMetadata:
        """What a client knows it by."""
        return pb.FunctionHandleMetadata(
            function_name=self.name,
            function_type=self.definition.function_type,
            definition_id="de-" + self.id[3:],
            function_schema=self.definition.function_schema,
            supported_input_formats=self.definition.supported_input_formats,
            supported_output_formats=self.definition.supported_output_formats,
            app_id=self.app.id,
            base_function_id=self.base,
            web_url=self.web_url,
        )

    def data(self) -> pb.FunctionData:
        """Its description; SDK 1.6 refuses one without ranked functions."""
        return pb.FunctionData(
            module_name=self.definition.module_name,
            function_name=self.name,
            function_type=self.definition.function_type,
            timeout_secs=self.definition.timeout_secs,
            untrusted=self.definition.untrusted,
            webhook_config=self.definition.webhook_config,
            web_url=self.web_url,
            autoscaler_settings=self.definition.autoscaler_settings,
            ranked_functions=[
                pb.FunctionData.RankedFunction(rank=rank, function=function)
                for rank, function in enumerate(self.ranked)
            ],
        )


class Functions:
    """All functions of all apps."""

    def __init__(self, plane: ControlPlane) -> None:
        self.plane = plane
        self.by_id: dict[str, Function] = {}
        self._variants: dict[bytes, Function] = {}

    def get(self, function_id: str) -> Function:
        """The function of that id."""
        function = self.by_id.get(function_id)
        if function is None:
            raise not_found(f"Function '{function_id}' not found.")
        return function

    async def FunctionPrecreate(
        self, request: pb.FunctionPrecreateRequest, caller: Caller
    ) -> pb.FunctionPrecreateResponse:
        check_name("Function", request.function_name)
        known = self.by_id.get(request.existing_function_id)
        if known is None:
            definition = pb.Function(
                function_name=request.function_name,
                function_type=request.function_type,
                function_schema=request.function_schema,
                supported_input_formats=request.supported_input_formats,
                supported_output_formats=request.supported_output_formats,
                webhook_config=request.webhook_config,
            )
            app = self.plane.apps.get(request.app_id)
            known = Function(self.plane.new_id("fu"), app, definition, [definition])
            self.by_id[known.id] = known
            await self.plane.webhooks.publish(known)
        return pb.FunctionPrecreateResponse(function_id=known.id, handle_metadata=known.handle())

    async def FunctionCreate(
        self, request: pb.FunctionCreateRequest, caller: Caller
    ) -> pb.FunctionCreateResponse:
        ranked = [rank.function for rank in request.function_data.ranked_functions] or [request.function]
        for definition in ranked:
            self._check(definition)
        function = self.by_id.get(request.existing_function_id)
        if function is None:
            app = self.plane.apps.get(request.app_id)
            function = Function(self.plane.new_id("fu"), app, ranked[0], ranked)
            self.by_id[function.id] = function
        function.definition, function.ranked = ranked[0], ranked
        await self.plane.webhooks.publish(function)
        return pb.FunctionCreateResponse(
            function_id=function.id,
            function=function.definition,
            handle_metadata=function.handle(),
            function_data=function.data(),
        )

    def _check(self, definition: pb.Function) -> None:
        check_name("Function", definition.function_name)
        check_resources(definition.resources)
        if not 1 <= definition.timeout_secs <= LONGEST:
            raise invalid(
                f"Function timeout must be from 1 second to 24 hours, got {definition.timeout_secs} seconds."
            )
        for secret_id in definition.secret_ids:
            if secret_id not in self.plane.secrets.by_id:
                raise not_found(f"Secret '{secret_id}' not found.")
        for mount in definition.volume_mounts:
            self.plane.volumes.get(mount.volume_id)

    async def FunctionGet(self, request: pb.FunctionGetRequest, caller: Caller) -> pb.FunctionGetResponse:
        environment = self.plane.environment(request.environment_name)
        app = self.plane.apps.deployed.get((environment, request.app_name))
        if app is None:
            raise not_found(f"App '{request.app_name}' not found in environment '{environment}'.")
        function_id = app.functions.get(request.object_tag)
        if function_id is None:
            raise not_found(f"App '{request.app_name}' has no function '{request.object_tag}'.")
        function = self.get(function_id)
        return pb.FunctionGetResponse(
            function_id=function.id, handle_metadata=function.handle(), function=function.data()
        )

    async def FunctionBindParams(
        self, request: pb.FunctionBindParamsRequest, caller: Caller
    ) -> pb.FunctionBindParamsResponse:
        base = self.get(request.function_id)
        key = request.SerializeToString(deterministic=True) + base.definition.SerializeToString()
        if key not in self._variants:
            ranked = [with_options(definition, request.function_options) for definition in base.ranked]
            for definition in ranked:
                self._check(definition)
            variant = Function(self.plane.new_id("fu"), base.app, ranked[0], ranked, base.id)
            self.by_id[variant.id] = self._variants[key] = variant
        variant = self._variants[key]
        return pb.FunctionBindParamsResponse(bound_function_id=variant.id, handle_metadata=variant.handle())


def with_options(definition: pb.Function, options: pb.FunctionOptions) -> pb.Function:
    """A definition with what `with_options` gave. Secrets and volumes take the place of its own."""
    variant = copy.deepcopy(definition)
    variant.resources.MergeFrom(options.resources)
    for name in ("timeout_secs", "cloud_provider_str"):
        if options.HasField(name):
            setattr(variant, name, getattr(options, name))
    if options.HasField("concurrency_limit"):
        variant.concurrency_limit = options.concurrency_limit
        variant.autoscaler_settings.max_containers = options.concurrency_limit
    if options.HasField("retry_policy"):
        variant.retry_policy.CopyFrom(options.retry_policy)
    if options.HasField("scheduler_placement"):
        variant.scheduler_placement.CopyFrom(options.scheduler_placement)
    if options.replace_secret_ids:
        variant.secret_ids[:] = options.secret_ids
    if options.replace_volume_mounts:
        del variant.volume_mounts[:]
        variant.volume_mounts.extend(options.volume_mounts)
    return variant
