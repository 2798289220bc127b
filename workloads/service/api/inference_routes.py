"""POST /generate-rollout and POST /evaluate-policy."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from typing import Any, Final

import msgspec
from fastapi import APIRouter
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from workloads.service.api.answers import Evaluation, Rollout
from workloads.service.api.orders import order_of
from workloads.service.api.refusals import refusals
from workloads.service.api.requests import EvaluationRequest, RolloutRequest
from workloads.service.errors import ApiError
from workloads.service.inference.folder import refused
from workloads.service.inference.inference import Inference
from workloads.service.inference.playing import Order
from workloads.service.inference.results import outcome, result_fields, summary_fields, turn_fields
from workloads.service.inference.shows import Show

NDJSON: Final = "application/x-ndjson"
_SEEDS: Final = 2**31
_REFUSALS: Final = refusals(400, 401, 408, 413, 415, 422, 429, 500, 503, 504)
_LINES: Final = {
    "description": "The episode; with `stream`, a line of JSON for each turn and one for its sums.",
    "content": {
        NDJSON: {
            "schema": {"type": "string", "description": "One JSON document in each line."},
            "example": '{"turn": {"step": 1, …}}\n{"summary": {…}, "model": …}\n',
        }
    },
}


def inference_router(inference: Inference) -> APIRouter:
    """The routes that play."""
    router = APIRouter(tags=["inference"])

    @router.post(
        "/generate-rollout",
        response_model=Rollout,
        responses={**_REFUSALS, 200: _LINES},
        summary="Play an episode",
    )
    async def generate_rollout(body: RolloutRequest) -> Any:
        order = order_of(body, inference)
        seed = secrets.randbelow(_SEEDS) if body.seed is None else body.seed
        if body.stream:
            return Shown(await inference.show(order, seed), order)
        episode = await inference.rollout(order, seed)
        turns = [turn_fields(step, turn) for step, turn in enumerate(episode.turns, 1)]
        return _json({"trajectory": turns, "summary": summary_fields(outcome(episode)), **_names(order)})

    @router.post(
        "/evaluate-policy", response_model=Evaluation, responses=_REFUSALS, summary="Play many episodes"
    )
    async def evaluate_policy(body: EvaluationRequest) -> Any:
        most = inference.settings.limits.episodes
        if body.eval_episodes > most:
            raise refused("eval_episodes", f"must be {most} at most")
        order = order_of(body, inference)
        first = secrets.randbelow(_SEEDS) if body.seed is None else body.seed
        found = await inference.evaluation(order, range(first, first + body.eval_episodes))
        episodes = [
            {"seed": one.seed, "reward": one.reward, "steps": one.steps, "success": one.success}
            for one in found
        ]
        return _json({"results": result_fields(found), "episodes": episodes, **_names(order)})

    return router


class Shown(StreamingResponse):
    """An episode in lines, which ends with whoever reads them."""

    def __init__(self, show: Show, order: Order) -> None:
        super().__init__(_lines(show, order), media_type=NDJSON)
        self._show = show

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Sends the lines; however that ends, the episode has then ended too."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._show.close()


async def _lines(show: Show, order: Order) -> AsyncIterator[bytes]:
    try:
        async for step, turn in show.turns():
            yield _line({"turn": turn_fields(step, turn)})
        summary = summary_fields(outcome(await show.episode()))
        yield _line({"summary": summary, **_names(order)})
    except ApiError as error:
        yield error.body() + b"\n"


def _names(order: Order) -> dict[str, Any]:
    strategies = {"none": "NO_HISTORY", "full": "FULL_HISTORY", "scratchpad": "SCRATCHPAD"}
    return {
        "model": order.model_name,
        "adapter": order.adapter_name,
        "env_type": order.environment,
        "history_strategy": strategies[order.history],
    }


def _line(document: dict[str, Any]) -> bytes:
    return msgspec.json.encode(document) + b"\n"


def _json(document: dict[str, Any]) -> Response:
    return Response(msgspec.json.encode(document), media_type="application/json")
