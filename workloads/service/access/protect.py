"""The layers around an application, in the order in which a request meets them."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any, Final

from starlette.middleware.cors import CORSMiddleware

from workloads.service.access import body, credentials, document, logs
from workloads.service.access.answer import Answer
from workloads.service.access.asgi import App, Message, Receive, Scope, Send, header
from workloads.service.access.clients import client_of
from workloads.service.access.door import Door, unauthorized
from workloads.service.access.entries import Principal
from workloads.service.access.idle import Idle
from workloads.service.access.passwords import Passwords
from workloads.service.access.paths import is_open_path, is_training_path
from workloads.service.access.running import Slots, run
from workloads.service.access.throttle import Throttle
from workloads.service.errors import ApiError
from workloads.service.settings import Limits, ServiceSettings

_CLIENT_GONE: Final = 499


def protect(
    app: App,
    settings: ServiceSettings,
    passwords: Passwords,
    *,
    proxy: bool = False,
    idle: Idle | None = None,
    body_seconds: float = 15.0,
    clock: Callable[[], float] = time.monotonic,
) -> App:
    """`app` behind all layers; the pages `/health-check`, `/openapi.json`, `/docs` and below it are open.

    For `app`: a request that reaches it has passed. `scope["state"]["principal"]` says whose it is and
    `scope["state"]["request_id"]` its id. No password is left in its headers or its body, which is complete,
    and empty or valid JSON. An ApiError may be raised as long as no answer has begun, and anything else
    becomes a 500. Who goes away from an inference has it cancelled (`asyncio.CancelledError` at its next
    await, so endpoints should be `async def`), as has whoever takes longer than `limits.request` seconds;
    a training's request is only told by `receive`. A response's own Content-Security-Policy stays.

    `proxy`: browsers come over https only (Modal). `idle` is told what is being done, and watches
    while the application lives; without one, `settings.idle_shutdown` makes it. A body has to arrive within
    `body_seconds`; on `clock`, in seconds, clients wait that had wrong passwords. The server must neither
    write requests down nor believe `X-Forwarded-For` itself: `uvicorn --no-access-log --no-proxy-headers`.
    """
    logs.configure()
    if idle is None and settings.idle_shutdown is not None:
        idle = Idle(settings.idle_shutdown)
    throttle = Throttle(settings.access.attempts, settings.access.longest_delay)
    door = Door(passwords, throttle, clock)
    made: Any = Protected(app, settings.limits, door, proxy=proxy, idle=idle, body_seconds=body_seconds)
    if settings.access.origins:
        made = CORSMiddleware(
            made,
            allow_origins=settings.access.origins,
            allow_methods=["GET", "POST"],
            allow_headers=["Authorization", "Content-Type", "Idempotency-Key"],
            expose_headers=["Retry-After", "X-Request-Id"],
        )
    layers: App = made
    return layers


class Protected:
    """An application of ASGI behind its layers; `protect` makes it."""

    def __init__(
        self,
        app: App,
        limits: Limits,
        door: Door,
        *,
        proxy: bool,
        idle: Idle | None,
        body_seconds: float,
    ) -> None:
        self._app = app
        self._limits = limits
        self._door = door
        self._proxy = proxy
        self._idle = idle
        self._body_seconds = body_seconds
        self._slots = Slots(limits.requests)
        self._strangers = Slots(limits.requests)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, or the life of the application. Other connections are refused."""
        if scope["type"] == "http":
            await self._request(scope, receive, send)
        elif scope["type"] == "lifespan":
            await self._live(scope, receive, send)
        else:
            await send({"type": "websocket.close", "code": 1008})

    async def _live(self, scope: Scope, receive: Receive, send: Send) -> None:
        watching: list[asyncio.Task[None]] = []

        async def watched(message: Message) -> None:
            if message["type"] == "lifespan.startup.complete" and self._idle is not None:
                watching.append(asyncio.create_task(self._idle.watch()))
            await send(message)

        try:
            await self._app(scope, receive, watched)
        finally:
            for task in watching:
                task.cancel()
            self._door.close()

    async def _request(self, scope: Scope, receive: Receive, send: Send) -> None:
        began = time.monotonic()
        state = {**scope.get("state", {}), "request_id": uuid.uuid4().hex, "principal": None}
        scope = {**scope, "state": state}
        is_open = is_open_path(scope["path"])
        answer = Answer(send, state["request_id"], protected=not is_open, proxy=self._proxy)
        try:
            if is_open:
                await self._run(scope, receive, answer, b"", ExitStack())
            else:
                await self._enter(scope, receive, answer)
        except ApiError as error:
            await answer.refuse(error)
        except body.ClientGoneError:
            pass
        except asyncio.CancelledError:  # the server ends, and has waited long enough
            await answer.refuse(_ending())
        except Exception as error:
            logs.crashed(error, answer.request_id)
            await answer.refuse(_internal(answer.request_id))
        finally:
            principal: Principal | None = state["principal"]
            logs.answered(
                answer.request_id,
                scope["method"],
                getattr(scope.get("route"), "path", scope["path"]),
                answer.status or _CLIENT_GONE,
                time.monotonic() - began,
                principal.name if principal else None,
            )

    async def _enter(self, scope: Scope, receive: Receive, answer: Answer) -> None:
        """Finds out whose the request is: by its header before its body is read, or by its body."""
        said = credentials.from_header(scope)
        if said is not None:
            principal = await self._door.enter(client_of(scope), said.name, said.password)
            with ExitStack() as held:
                self._admit(scope, principal, held)
                raw = await self._body(scope, receive)
                await self._run(scope, receive, answer, raw, held.pop_all())
            return
        with self._strangers.one():
            raw = await self._body(scope, receive)
        password = document.password_in(raw) if raw else None
        if password is None:
            raise unauthorized()
        principal = await self._door.enter(client_of(scope), None, password)
        with ExitStack() as held:
            self._admit(scope, principal, held)
            await self._run(scope, receive, answer, raw, held.pop_all())

    def _admit(self, scope: Scope, principal: Principal, held: ExitStack) -> None:
        scope["state"]["principal"] = principal
        if principal.scope == "inference" and is_training_path(scope["path"]):
            raise ApiError(403, "inference_only", "this password opens inference only, not training")
        held.enter_context(self._slots.one())
        if self._idle is not None:
            held.enter_context(self._idle.working())

    async def _body(self, scope: Scope, receive: Receive) -> bytes:
        """The whole body, which says that it is JSON, or is empty."""
        raw = await body.read(scope, receive, self._limits.body, self._body_seconds)
        kind = (header(scope, b"content-type") or "").partition(";")[0].strip().lower()
        coding = (header(scope, b"content-encoding") or "identity").strip().lower()
        if raw and (kind != "application/json" or coding != "identity"):
            raise ApiError(415, "not_json", "a body must be plain application/json")
        return raw

    async def _run(self, scope: Scope, receive: Receive, answer: Answer, raw: bytes, held: ExitStack) -> None:
        with held:
            found = document.without_password(raw) if raw else b""
            held = held.pop_all()
        scope["headers"] = body.with_length(credentials.without_header(scope), len(found))
        await run(
            self._app,
            scope,
            receive,
            answer,
            found,
            seconds=self._limits.request,
            leaves=not is_training_path(scope["path"]),
            held=held,
        )


def _ending() -> ApiError:
    return ApiError(503, "ending", "the service ends before this is done; ask again later", retry_after=30)


def _internal(request_id: str) -> ApiError:
    return ApiError(500, "internal", f"something went wrong here; the log has it under {request_id}")
