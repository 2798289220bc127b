"""The repository, accounts, roles, limits."""

from __future__ import annotations

import time

from tests.standins.github.operations import Answer, Call, operation
from tests.standins.github.refusals import Refusal, not_found
from tests.standins.github.shapes import account, permissions_shape, repository_shape

LEGACY = {"triage": "read", "maintain": "write"}
"""What the property `permission` calls roles that came later."""


@operation("repos/get", "metadata:read")
def get_repository(call: Call) -> Answer:
    shape = repository_shape(call.world.base_url, call.repository)
    shape["permissions"] = permissions_shape(call.repository.role(call.who))
    if call.repository.parent:
        parent = call.world.repositories[call.repository.parent]
        shape["parent"] = shape["source"] = repository_shape(call.world.base_url, parent)
    return Answer(200, shape)


@operation("repos/get-collaborator-permission-level", "metadata:read")
def get_permission(call: Call) -> Answer:
    login = call.parameters["username"]
    if not call.world.knows(login):
        raise Refusal(404, f"{login} is not a user")
    role = call.repository.roles.get(login, "none" if call.repository.private else "read")
    user = account(call.world.base_url, login) | {"permissions": permissions_shape(role), "role_name": role}
    return Answer(200, {"permission": LEGACY.get(role, role), "role_name": role, "user": user})


@operation("users/get-authenticated")
def get_me(call: Call) -> Answer:
    if call.who.kind != "user":
        raise Refusal(403, "Resource not accessible by integration")
    return Answer(200, account(call.world.base_url, call.who.login))


@operation("users/get-by-username")
def get_user(call: Call) -> Answer:
    login = call.parameters["username"]
    if not call.world.knows(login):
        raise not_found()
    return Answer(200, account(call.world.base_url, login))


@operation("rate-limit/get")
def get_limits(call: Call) -> Answer:
    left = max(call.who.limit - call.who.used, 0)
    core = {
        "limit": call.who.limit,
        "used": call.who.used,
        "remaining": left,
        "reset": int(time.time()) + 3600,
    }
    return Answer(200, {"resources": {"core": core, "search": core, "graphql": core}, "rate": core})
