"""How a training becomes stages: the training, and the evaluation of what it made."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from msgspec.structs import asdict, replace

from runner.errors import InputError
from runner.kinds.grpo.spec import GrpoJob
from runner.kinds.grpo.weights import MODEL, TRAIN, files_of, folder_of
from runner.kinds.language.gpus import used_by_evaluation, used_by_training, with_fewer
from runner.kinds.language.notes import (
    count,
    environment_note,
    idle_note,
    model_note,
    playing_vllm_note,
    training_vllm_note,
)
from runner.kinds.language.settings import (
    environment_settings,
    model_settings,
    sampling_settings,
    vllm_settings,
)
from runner.kinds.language.stages import EVALUATE, literal, program_stage, start
from runner.plan.model import Stage
from runner.wording import printable

EVALUATED: Final = f"{EVALUATE}/trained"


def stages_of(job: GrpoJob) -> tuple[Stage, ...]:
    """The stages of a training. Raises InputError for an environment that is not known."""
    if job.spec.evaluation.episodes == 1:
        raise InputError(
            "one-episode",
            "one episode cannot say how sure a result is",
            place=job.metadata.name,
            fix="write evaluation: {episodes: 200}, or 0 for none",
        )
    training = _train(job)
    return (training,) if job.spec.evaluation.episodes == 0 else (training, _evaluate(job))


def train_settings(job: GrpoJob) -> dict[str, Any]:
    """What the training program is told. Raises InputError."""
    spec, name = job.spec, job.metadata.name
    return {
        "job": name,
        "model": model_settings(spec.model, spec.environment, name),
        "environment": environment_settings(spec.environment, name),
        "training": asdict(spec.training),
        "sampling": sampling_settings(spec.sampling),
        "vllm": vllm_settings(spec.vllm),
        "lora": None if spec.lora is None else asdict(spec.lora),
        "wandb": asdict(spec.wandb),
        "publish": asdict(spec.publish),
    }


def evaluate_settings(job: GrpoJob) -> dict[str, Any]:
    """What the evaluating program is told: replies may be as long as in training. Raises InputError."""
    spec, name = job.spec, job.metadata.name
    return {
        "job": name,
        "model": model_settings(spec.model, spec.environment, name),
        "environment": environment_settings(spec.environment, name),
        "against": None,
        "endpoint": None,
        "episodes": spec.evaluation.episodes,
        "concurrency": spec.evaluation.parallel_episodes,
        "sampling": sampling_settings(spec.evaluation.sampling, spec.sampling.max_tokens),
        "vllm": vllm_settings(spec.vllm),
    }


def _train(job: GrpoJob) -> Stage:
    spec, settings = job.spec, train_settings(job)
    return program_stage(
        job,
        TRAIN,
        (*start(spec.script), "--checkpoint", "${checkpoint}", "--seed", "${seed}"),
        settings,
        build=spec.build,
        resources=spec.resources,
        notes=tuple(_training_notes(job, settings)),
    )


def _evaluate(job: GrpoJob) -> Stage:
    spec = job.spec
    resources = with_fewer(spec.resources, used_by_evaluation(spec.vllm))
    if spec.evaluation.timeout is not None:
        resources = replace(resources, timeout=spec.evaluation.timeout)
    champion = f"${{baseline}}/{literal(folder_of(job))}"
    played = ("--trained", f"${{input}}/{TRAIN}/{MODEL}", "--champion", champion)
    made = program_stage(
        job,
        EVALUATED,
        (*start(spec.evaluation.script), "--seed", "${seed}", *played),
        evaluate_settings(job),
        build=spec.build,
        resources=resources,
        notes=tuple(_playing_notes(job)),
    )
    return replace(made, inputs=(TRAIN.partition("/")[0],))


def _training_notes(job: GrpoJob, settings: dict[str, Any]) -> Iterator[str]:
    spec, training = job.spec, job.spec.training
    model = model_note(settings["model"])
    rank = "" if spec.lora is None else f"adapters of rank {spec.lora.rank} over "
    yield f"trains {rank or 'all weights of '}{model}"
    yield f"on {environment_note(settings['environment'])}"
    completions = training.batch_size * training.gradient_accumulation_steps
    groups = completions // training.num_generations
    yield (
        f"{count(training.steps, 'step')} of {count(completions, 'completion')}: "
        f"{count(groups, 'episode')}, each {training.num_generations} times"
    )
    yield training_vllm_note(spec.vllm, spec.resources)
    yield from idle_note(spec.resources, used_by_training(spec.vllm))
    kept = (("the W&B artifact", spec.publish.wandb), ("the hub's repository", spec.publish.huggingface))
    yield from (f"the weights also go to {place} {printable(name)}" for place, name in kept if name)
    if spec.deploy.enabled:
        what = "the whole model" if spec.lora is None else "the adapter"
        yield f"{what} lands in {printable(folder_of(job))}, in {count(len(files_of(job)), 'file')}"


def _playing_notes(job: GrpoJob) -> Iterator[str]:
    episodes = count(job.spec.evaluation.episodes, "episode")
    folder = printable(folder_of(job))
    yield f"{episodes} each for the trained model, the start and the champion in {folder}, on the same seeds"
    yield playing_vllm_note(job.spec.vllm)
