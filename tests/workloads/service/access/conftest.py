"""A small application behind the layers, on a real server."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, Request
from fastapi.responses import StreamingResponse

from tests.workloads.service.leaks import Password, Recorder
from tests.workloads.service.serving import served
from workloads.service.access.passwords import Passwords
from workloads.service.access.protect import protect
from workloads.service.errors import ApiError
from workloads.service.settings import Access, Limits, ServiceSettings
from workloads.textgames.settings import Model


class Clock:
    """A clock that is set by hand, in seconds."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Service:
    """The application on its server, and who may come in."""

    url: str
    recorder: Recorder
    passwords: Passwords
    everyone: dict[str, Password]
    begun: list[str] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)

    def client(self, who: str | None = None, **options: Any) -> httpx.Client:
        headers = self.everyone[who].bearer if who else {}
        return self.recorder.client(self.url, headers=headers, **options)

    def get(self, path: str, headers: dict[str, str] | None = None) -> httpx.Response:
        with self.client() as client:
            return client.get(path, headers=headers)

    def post(self, path: str, **options: Any) -> httpx.Response:
        with self.client() as client:
            return client.post(path, **options)


def application(begun: list[str], ended: list[str]) -> FastAPI:
    """Says what reached it."""
    app = FastAPI(docs_url=None, redoc_url=None, redirect_slashes=False)

    @app.get("/health-check")
    async def health() -> dict[str, str]:
        return {"status": "ok"}

    @app.post("/generate-rollout")
    @app.post("/start-training")
    async def echo(request: Request) -> dict[str, Any]:
        principal = request.state.principal
        return {
            "who": principal.name,
            "headers": sorted(request.headers.keys()),
            "length": request.headers["content-length"],
            "body": (await request.body()).decode(),
        }

    @app.get("/training-status/{run}")
    async def status(run: str) -> dict[str, str]:
        return {"run": run}

    @app.post("/sleep")
    async def sleep(request: Request) -> dict[str, str]:
        begun.append("sleep")
        try:
            await asyncio.sleep((await request.json())["seconds"])
        finally:
            ended.append("sleep")
        return {"slept": "well"}

    @app.post("/stream")
    async def stream(request: Request) -> StreamingResponse:
        wanted = await request.json()

        async def lines() -> Any:
            for number in range(wanted["lines"]):
                yield json.dumps({"turn": number}) + "\n"
                await asyncio.sleep(wanted["pause"])

        return StreamingResponse(lines(), media_type="application/x-ndjson")

    @app.post("/refuse")
    async def refuse() -> None:
        raise ApiError(409, "refused", "this is not to be had")

    @app.post("/break")
    async def fail() -> None:
        hidden = "a-local-value"
        raise KeyError(len(hidden))

    return app


@contextmanager
def service(
    recorder: Recorder,
    access: Access | None = None,
    limits: Limits | None = None,
    people: dict[str, str] | None = None,
    **options: Any,
) -> Iterator[Service]:
    """A service of its own, for people with a scope each."""
    everyone = {
        name: recorder.password(name, scope)
        for name, scope in (people or {"ada": "all", "bob": "inference"}).items()
    }
    passwords = Passwords.parse("\n".join(password.entry for password in everyone.values()))
    settings = ServiceSettings(
        name="games", model=Model(name="tiny"), access=access or Access(), limits=limits or Limits()
    )
    begun: list[str] = []
    ended: list[str] = []
    app = protect(application(begun, ended), settings, passwords, **options)
    with served(app, behind_proxy=options.get("proxy", False)) as url:
        yield Service(url, recorder, passwords, everyone, begun, ended)


@pytest.fixture(scope="module")
def games(recorded: Recorder) -> Iterator[Service]:
    """One that takes many wrong passwords, for all tests of a module."""
    with service(
        recorded, Access(attempts=1000), Limits(body=4096, requests=64), body_seconds=1.0
    ) as started:
        yield started
