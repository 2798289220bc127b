"""What a person should know of a service before it stands."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from runner.kinds.language.notes import count, model_note
from runner.kinds.service.image import serves_vllm
from runner.kinds.service.spec import ServedModel, ServiceJob, ServiceSpec
from runner.wording import choices, dollars, printable


def notes_of(job: ServiceJob) -> Iterator[str]:
    """Who answers, who may come in, what one request may take, what may be trained."""
    spec = job.spec
    yield f"{model_note(_told(spec.model))} answers; {_engine(spec)}"
    yield from _access(spec)
    limits = spec.limits
    yield (
        f"a request has at most {limits.body_size} and {spec.resources.timeout}; at once "
        f"{count(spec.scaling.concurrent_requests, 'request')} and {count(limits.rollouts, 'episode')}"
    )
    yield _training(spec)


def _told(model: str | ServedModel) -> dict[str, Any]:
    whole = ServedModel(name=model) if isinstance(model, str) else model
    return {"name": whole.name, "revision": whole.revision, "adapter": whole.adapter}


def _engine(spec: ServiceSpec) -> str:
    if spec.endpoint is not None:
        return f"the endpoint {printable(spec.endpoint.url)} generates"
    if spec.engine == "auto":
        return "vLLM generates" if serves_vllm(spec) else "transformers generates, without a GPU"
    return "vLLM generates" if spec.engine == "vllm" else "transformers generates"


def _access(spec: ServiceSpec) -> Iterator[str]:
    access = spec.access
    yield (
        f"whoever has a password in {access.passwords} may come in; a client waits after "
        f"{count(access.attempts, 'wrong one')}, up to {access.longest_delay}"
    )
    if access.origins:
        yield f"pages of {choices(access.origins, 'and')} may call it from a browser"


def _training(spec: ServiceSpec) -> str:
    if spec.training is None:
        return "it trains nothing"
    job, budget = printable(spec.training.job), spec.budget
    most = "as much as its own budget allows" if budget is None else f"at most {dollars(budget.usd)}"
    return f"requests may launch {job}, {spec.training.at_once} at a time, each for {most}"
