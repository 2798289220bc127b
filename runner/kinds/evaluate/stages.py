"""How an evaluation becomes a stage."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from msgspec.structs import asdict

from runner.kinds.evaluate.spec import EvaluateJob
from runner.kinds.language.gpus import used_by_evaluation
from runner.kinds.language.notes import count, environment_note, idle_note, model_note, playing_vllm_note
from runner.kinds.language.settings import (
    environment_settings,
    model_settings,
    sampling_settings,
    vllm_settings,
)
from runner.kinds.language.stages import EVALUATE, program_stage, start
from runner.plan.model import Stage
from runner.wording import printable

EVALUATED: Final = f"{EVALUATE}/model"


def stages_of(job: EvaluateJob) -> tuple[Stage, ...]:
    """The one stage of an evaluation. Raises InputError for an environment that is not known."""
    spec, settings = job.spec, evaluate_settings(job)
    made = program_stage(
        job,
        EVALUATED,
        (*start(spec.script), "--seed", "${seed}"),
        settings,
        build=spec.build,
        resources=spec.resources,
        notes=tuple(_notes(job, settings)),
    )
    return (made,)


def evaluate_settings(job: EvaluateJob) -> dict[str, Any]:
    """What the evaluating program is told. Raises InputError."""
    spec, name = job.spec, job.metadata.name
    against = None if spec.against is None else model_settings(spec.against, spec.environment, name)
    return {
        "job": name,
        "model": model_settings(spec.model, spec.environment, name),
        "environment": environment_settings(spec.environment, name),
        "against": against,
        "endpoint": None if spec.endpoint is None else asdict(spec.endpoint),
        "episodes": spec.episodes,
        "concurrency": spec.parallel_episodes,
        "sampling": sampling_settings(spec.sampling),
        "vllm": vllm_settings(spec.vllm),
    }


def _notes(job: EvaluateJob, settings: dict[str, Any]) -> Iterator[str]:
    spec, episodes = job.spec, count(job.spec.episodes, "episode")
    yield f"{model_note(settings['model'])} plays {episodes}"
    if settings["against"] is not None:
        yield f"{model_note(settings['against'])} plays the same episodes, as the champion"
    yield f"of {environment_note(settings['environment'])}"
    if spec.endpoint is not None:
        yield f"through the endpoint {printable(spec.endpoint.url)}"
        yield from idle_note(spec.resources, 0)
    else:
        yield playing_vllm_note(spec.vllm)
        yield from idle_note(spec.resources, used_by_evaluation(spec.vllm))
