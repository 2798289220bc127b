"""The application that the layers of `access` stand around."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.middleware.errors import ServerErrorMiddleware
from starlette.types import ASGIApp

from workloads.service.api.answers import Health
from workloads.service.api.documentation import completed
from workloads.service.api.inference_routes import inference_router
from workloads.service.api.pages import pages_router
from workloads.service.api.refusals import answer, refusals
from workloads.service.api.training_routes import training_router
from workloads.service.errors import ApiError
from workloads.service.inference.inference import Inference
from workloads.service.training import Trainings

_DESCRIPTION: Final = (
    "Plays episodes of text games with a language model, and trains it. Every request but that for "
    "/health-check needs a password: `Authorization: Bearer PASSWORD`, or Basic with a name."
)


class Service(FastAPI):
    """Leaves what nobody foresaw to the layers around it, which know how to answer and what to log."""

    def build_middleware_stack(self) -> ASGIApp:
        """The layers of FastAPI without the outermost."""
        outermost = super().build_middleware_stack()
        return outermost.app if isinstance(outermost, ServerErrorMiddleware) else outermost

    def openapi(self) -> dict[str, Any]:
        """The document at /openapi.json."""
        if self.openapi_schema is None:
            self.openapi_schema = completed(super().openapi(), self.state.episodes)
        return self.openapi_schema


def application(inference: Inference, trainings: Trainings | None, version: str) -> Service:
    """All routes, with models that are loaded while the application lives."""
    name = inference.settings.name
    began = time.monotonic()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        inference.start()
        try:
            yield
        finally:
            await inference.close()

    app = Service(
        title=name,
        version=version or "0",
        description=_DESCRIPTION,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        generate_unique_id_function=lambda route: route.name,
    )
    app.state.episodes = inference.settings.limits.episodes
    for kind in (ApiError, RequestValidationError, HTTPException):
        app.add_exception_handler(kind, answer)

    @app.get(
        "/health-check",
        response_model=Health,
        response_model_exclude_none=True,
        responses=refusals(500, 503),
        tags=["health"],
        summary="How the service is",
    )
    async def health_check() -> Health:
        ready, reason = inference.state()
        return Health(
            status="failed" if reason else "ok",
            service=name,
            version=version,
            model=inference.settings.model.name,
            engine=inference.engine,
            ready=ready,
            uptime_seconds=round(time.monotonic() - began, 3),
            rollouts_running=inference.running,
            training=trainings is not None,
            reason=reason or None,
        )

    app.include_router(inference_router(inference))
    app.include_router(training_router(trainings))
    app.include_router(pages_router(name))
    return app
