"""A manifest out of a configuration file with the sections modal, model, training, vllm and wandb. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from runner.errors import InputError
from runner.kinds.grpo.configuration import (
    BaseModel,
    ConfigurationFile,
    Modal,
    ModalGpu,
    TrainingSection,
)
from runner.kinds.grpo.spec import WandbProgress
from runner.kinds.language.environments import canonical, instead
from runner.kinds.language.spec import Vllm
from runner.manifest.common import API_VERSION
from runner.manifest.document import Document
from runner.manifest.finding import Path
from runner.wording import shown

USUAL_MODELS: Final = {"bfcl": "Salesforce/xLAM-2-3b-fc-r"}
"""The model of an environment where the file names none; `USUAL_MODEL` in all others."""

USUAL_MODEL: Final = "Qwen/Qwen2.5-0.5B-Instruct"
MOUNTS: Final = ("cache", "outputs")
KEY: Final = "WANDB_API_KEY"
MEBIBYTES_IN_GIBIBYTE: Final = 1024


class Imported(NamedTuple):
    """A manifest as plain data, what a person should know of it, and fields that it has no place for."""

    manifest: dict[str, Any]
    notes: tuple[str, ...]
    left_out: tuple[str, ...]


def imported(
    document: Document,
    variables: Mapping[str, str],
    *,
    name: str | None = None,
    environment: str | None = None,
    steps: int | None = None,
) -> Imported:
    """The manifest that says what a configuration file says.

    `environment` and `steps` take the place of those of the file, `variables` may hold EXPERIMENTER and
    EXPERIMENT_NAME. Raises ManifestError, with the place, for what cannot be carried over as it is meant.
    """
    file, notes = ConfigurationFile(document), list[str]()
    training, _ = file.part(("training",), TrainingSection)
    played = _environment(file, environment, training)
    model = _model(file, played)
    spec = {
        "model": model,
        "environment": played,
        "training": _training(file, steps, notes),
        "vllm": _vllm(file, notes),
        **_wandb(file),
        "resources": _resources(file),
        **_volumes(variables, notes),
    }
    metadata = {
        "name": name or f"grpo-{played.replace('_', '-')}",
        "description": f"{model.get('overrides', {}).get(played, model['name'])} learns {played}.",
    }
    manifest = {
        "apiVersion": API_VERSION,
        "kind": "GRPO",
        "metadata": metadata,
        "spec": {field: value for field, value in spec.items() if value != {}},
    }
    return Imported(manifest, tuple(notes), tuple(file.left_out()))


def _environment(file: ConfigurationFile, given: str | None, training: TrainingSection) -> str:
    """The environment by its one name: the one that was `given`, or the file's."""
    if given is not None:
        found = canonical(given)
        if found is None:
            message = f"there is no environment {shown(given)}"
            raise InputError("unknown-environment", message, place="--env", fix=instead(given))
        return found
    if training.environment is None:
        fix = "add training: {environment: wordle}, or give --env wordle"
        raise file.refusal(("training",), "the file names no environment", fix)
    return _canonical(file, ("training", "environment"), training.environment)


def _canonical(file: ConfigurationFile, path: Path, name: str) -> str:
    found = canonical(name)
    if found is None:
        raise file.refusal(path, f"there is no environment {shown(name)}", instead(name))
    return found


def _model(file: ConfigurationFile, played: str) -> dict[str, Any]:
    """The model, and those that take its place elsewhere."""
    base, told = file.part(("model",), BaseModel)
    path = ("model", "overrides")
    overrides = {_canonical(file, (*path, name), name): other for name, other in base.overrides.items()}
    found: dict[str, Any] = {"name": base.base_model or USUAL_MODELS.get(played, USUAL_MODEL)}
    found |= {field: told[field] for field in ("dtype", "attn_implementation") if field in told}
    return found | ({"overrides": overrides} if overrides else {})


def _training(file: ConfigurationFile, steps: int | None, notes: list[str]) -> dict[str, Any]:
    """The parameters, with groups that make up a step where the file does not say how large they are."""
    training, told = file.part(("training",), TrainingSection)
    told.pop("environment", None)
    if steps is not None:
        told["steps"] = steps
    completions = training.batch_size * training.gradient_accumulation_steps
    if "num_generations" in told or completions % training.num_generations == 0:
        return told
    fitting = [size for size in range(2, training.num_generations) if completions % size == 0]
    if not fitting:
        message = f"{completions} completions in a step cannot be divided into groups of 2 to 8"
        fix = "change batch_size or gradient_accumulation_steps, or add num_generations"
        raise file.refusal(("training",), message, fix)
    notes.append(f"num_generations is {fitting[-1]}, which divides the {completions} completions of a step")
    return {**told, "num_generations": fitting[-1]}


def _vllm(file: ConfigurationFile, notes: list[str]) -> dict[str, Any]:
    """How vLLM is run. The longest sequence is the shorter one, where model and vllm each name one."""
    base, _ = file.part(("model",), BaseModel)
    vllm, told = file.part(("vllm",), Vllm)
    longest = base.max_token_length
    if longest is None:
        return told
    if vllm.max_model_len is not None and "max_model_len" in told:
        if longest < vllm.max_model_len:
            notes.append(f"vllm.max_model_len is {longest}, as model.max_token_length is the shorter one")
        longest = min(longest, vllm.max_model_len)
    return {**told, "max_model_len": longest}


def _wandb(file: ConfigurationFile) -> dict[str, Any]:
    """Progress at W&B, and the secret for it."""
    wandb, told = file.part(("wandb",), WandbProgress)
    return {"wandb": told} | ({"secrets": [KEY]} if wandb.enabled else {})


def _resources(file: ConfigurationFile) -> dict[str, Any]:
    """What one task may use: as the file says, or as usual."""
    modal, _ = file.part(("modal",), Modal, ("gpu",))
    gibibytes, rest = divmod(modal.memory, MEBIBYTES_IN_GIBIBYTE)
    gpu = _gpu(file)
    return {
        "cpu": int(modal.cpus) if modal.cpus.is_integer() else modal.cpus,
        "memory": f"{modal.memory}MiB" if rest else f"{gibibytes}GiB",
        **({} if gpu is None else {"gpu": gpu}),
        "timeout": _duration(modal.timeout),
    }


def _gpu(file: ConfigurationFile) -> str | None:
    """The GPUs by the provider's name; None where the file says null or a count of 0."""
    modal = file.at(("modal",))
    if isinstance(modal, dict) and "gpu" in modal and modal["gpu"] is None:
        return None
    gpu, _ = file.part(("modal", "gpu"), ModalGpu)
    if gpu.count == 0:
        return None
    return gpu.type.upper() if gpu.count == 1 else f"{gpu.type.upper()}:{gpu.count}"


def _duration(seconds: int) -> str:
    """`14400` as `4h`, `5400` as `1h30m`."""
    hours, minutes, rest = seconds // 3600, seconds // 60 % 60, seconds % 60
    parts = ((hours, "h"), (minutes, "m"), (rest, "s"))
    return "".join(f"{number}{unit}" for number, unit in parts if number)


def _volumes(variables: Mapping[str, str], notes: list[str]) -> dict[str, Any]:
    """The Volumes of a person's experiment, and who and what that is."""
    experimenter = _slug(variables.get("EXPERIMENTER", ""))
    experiment = _slug(variables.get("EXPERIMENT_NAME", "")) or "default"
    if not experimenter:
        notes.append("EXPERIMENTER is not set, so the Volumes belong to nobody: set spec.experimenter")
    owner = "${experimenter}-${experiment}" if experimenter else "${experiment}"
    told = {
        "experimenter": experimenter,
        "experiment": experiment,
        "volumes": {f"/{mount}": f"verifiers-{mount}-{owner}" for mount in MOUNTS},
    }
    return {field: value for field, value in told.items() if value}


def _slug(text: str) -> str:
    """A name as manifests take it: lower-case letters, digits and hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:50].strip("-")
