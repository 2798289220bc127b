"""Secrets: named ones, and those that an app brings along."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from modal_proto import api_pb2 as pb

from tests.standins.modal.refusals import check_name, not_found
from tests.standins.modal.servicer import Caller

if TYPE_CHECKING:
    from tests.standins.modal.plane import ControlPlane


@dataclass
class Secret:
    """Variables for containers."""

    id: str
    name: str
    values: dict[str, str]
    created_at: float = field(default_factory=time.time)


class Secrets:
    """All Secrets, by id and by environment and name."""

    def __init__(self, plane: ControlPlane) -> None:
        self.plane = plane
        self.by_id: dict[str, Secret] = {}
        self.by_name: dict[tuple[str, str], Secret] = {}
        self.forget()

    def forget(self) -> None:
        """Leave no name but those that the plane was started with."""
        self.by_name.clear()
        for name, values in self.plane.options.secrets.items():
            self.put(name, values)

    def put(self, name: str, values: dict[str, str], environment: str = "") -> Secret:
        """Create a Secret, or give one new values."""
        secret = Secret(self.plane.new_id("st"), name, values)
        self.by_id[secret.id] = secret
        if name:
            self.by_name[self.plane.environment(environment), name] = secret
        return secret

    async def SecretGetOrCreate(
        self, request: pb.SecretGetOrCreateRequest, caller: Caller
    ) -> pb.SecretGetOrCreateResponse:
        if request.deployment_name and request.object_creation_type == pb.OBJECT_CREATION_TYPE_UNSPECIFIED:
            secret = self._find(request)
        else:
            if request.deployment_name:
                check_name("Secret", request.deployment_name)
            secret = self.put(request.deployment_name, dict(request.env_dict), request.environment_name)
        metadata = pb.SecretMetadata(name=secret.name, keys=sorted(secret.values))
        return pb.SecretGetOrCreateResponse(secret_id=secret.id, metadata=metadata)

    def _find(self, request: pb.SecretGetOrCreateRequest) -> Secret:
        environment = self.plane.environment(request.environment_name)
        secret = self.by_name.get((environment, request.deployment_name))
        if secret is None:
            raise not_found(f"Secret '{request.deployment_name}' not found in environment '{environment}'.")
        missing = sorted(set(request.required_keys) - set(secret.values))
        if missing:
            raise not_found(f"Secret '{secret.name}' is missing key(s): {', '.join(missing)}")
        return secret

    async def SecretList(self, request: pb.SecretListRequest, caller: Caller) -> pb.SecretListResponse:
        wanted = self.plane.environment(request.environment_name)
        before = request.pagination.created_before or float("inf")
        found = [
            secret
            for (environment, _), secret in self.by_name.items()
            if environment == wanted and secret.created_at < before
        ]
        found.sort(key=lambda secret: -secret.created_at)
        items = [
            pb.SecretListItem(
                label=secret.name,
                secret_id=secret.id,
                created_at=secret.created_at,
                environment_name=wanted,
                metadata=pb.SecretMetadata(
                    name=secret.name, creation_info=pb.CreationInfo(created_at=secret.created_at)
                ),
            )
            for secret in found[: request.pagination.max_objects or None]
        ]
        return pb.SecretListResponse(items=items, environment_name=wanted)
