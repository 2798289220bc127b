"""POST /start-training, GET /training-status, GET /training-status/{run}, POST /cancel-training/{run}."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Annotated, Any, Final, TypeVar

import msgspec
from fastapi import APIRouter, Header, Path
from starlette.responses import Response

from workloads.service import training
from workloads.service.api import answers
from workloads.service.api.orders import game_arguments
from workloads.service.api.refusals import refusals
from workloads.service.api.requests import StartTrainingRequest
from workloads.service.errors import ApiError, FieldError

T = TypeVar("T")

_REFUSALS: Final = refusals(401, 403, 404, 409, 422, 429, 500, 503, 504)
_OF_A_BODY: Final = refusals(400, 408, 413, 415)
_PLANNED: Final[dict[int | str, dict[str, Any]]] = {
    200: {"model": answers.PlannedTraining, "description": "With `dry_run`: the plan and its price."}
}

_Run = Annotated[
    str,
    Path(min_length=1, max_length=200, pattern=r"^[A-Za-z0-9._-]+$", description="The run, as it was told."),
]
_Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        max_length=200,
        pattern=r"^[!-~]*$",
        description="The same key starts the same training once.",
    ),
]


def training_router(trainings: training.Trainings | None) -> APIRouter:
    """The routes of training; without trainings, they say that there are none."""
    router = APIRouter(tags=["training"])

    def known() -> training.Trainings:
        if trainings is None:
            raise ApiError(404, "not_found", "this service does not train")
        return trainings

    @router.post(
        "/start-training",
        status_code=202,
        response_model=answers.StartedTraining,
        responses={**_REFUSALS, **_OF_A_BODY, **_PLANNED},
        summary="Start a training",
    )
    async def start_training(body: StartTrainingRequest, idempotency_key: _Key = None) -> Any:
        game_arguments(body.env_type, body.env_config)
        fields = body.model_dump(exclude={"password", "dry_run"})
        request = training.TrainingRequest(**fields)
        if body.dry_run:
            return _json(200, await _asked(known().plan(request)))
        started = await _asked(known().start(request, idempotency_key or ""))
        links = {"status": f"/training-status/{started.run}", "cancel": f"/cancel-training/{started.run}"}
        fields = msgspec.to_builtins(started)
        fields.pop("new")
        return _json(202, {**fields, "links": links})

    @router.get(
        "/training-status", response_model=answers.Trainings, responses=_REFUSALS, summary="All trainings"
    )
    async def all_trainings() -> Any:
        return _json(200, {"trainings": await _asked(known().list())})

    @router.get(
        "/training-status/{run}", response_model=answers.Training, responses=_REFUSALS, summary="One training"
    )
    async def training_status(run: _Run) -> Any:
        return _json(200, await _asked(known().status(run)))

    @router.post(
        "/cancel-training/{run}",
        response_model=answers.Training,
        responses={**_REFUSALS, **_OF_A_BODY},
        summary="End a training",
    )
    async def cancel_training(run: _Run) -> Any:
        return _json(200, await _asked(known().cancel(run)))

    return router


async def _asked(asked: Awaitable[T]) -> T:
    """Raises ApiError where trainings refuse."""
    try:
        return await asked
    except training.TrainingError as error:
        fields = tuple(FieldError(one.field, one.message) for one in error.fields)
        raise ApiError(error.status, error.code, error.message, fields, error.retry_after) from None


def _json(status: int, document: object) -> Response:
    return Response(msgspec.json.encode(document), status, media_type="application/json")
