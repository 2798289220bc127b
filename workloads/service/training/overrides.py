"""From a request to the values that are laid over the manifest: `--set PATH=VALUE`, each value JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from workloads.service.training.model import FieldProblem, TrainingError, TrainingRequest
from workloads.textgames.envs.base import GameError
from workloads.textgames.envs.registry import make

HISTORIES: Final = {"NO_HISTORY": "none", "FULL_HISTORY": "full", "SCRATCHPAD": "scratchpad"}
MODELS: Final = "models"
"""The folder where weights land, where the service's own models lie on a Volume."""
LONGEST: Final = 200

_PART: Final = r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,95}"
_NAME: Final = re.compile(rf"{_PART}(/{_PART})?")
_PATH: Final = re.compile(rf"{_PART}(/{_PART}){{0,7}}")


class Overrides:
    """What requests may change of one manifest, and how."""

    def __init__(self, repository: Path, models: str, budget: float | None) -> None:
        """`models` is the folder of models, `budget` the most that a training may cost in US dollars."""
        self._repository = repository
        self._models = models.strip("/") if not models.startswith("/") else MODELS
        self._budget = budget

    def of(self, request: TrainingRequest, spec: Mapping[str, Any]) -> list[str]:
        """The overrides for a manifest with this `spec`. Raises TrainingError (422) naming the fields."""
        return list(self._of(request, spec))

    def _of(self, request: TrainingRequest, spec: Mapping[str, Any]) -> Iterator[str]:
        if request.model_name is not None:
            yield _set("model", self._model(request.model_name, spec.get("model")))
        yield _set("environment", environment_of(request))
        training = {
            "learning_rate": request.learning_rate,
            "batch_size": request.batch_size,
            "steps": request.max_steps,
        }
        for name, value in training.items():
            if value is not None:
                yield _set(f"training.{name}", value)
        if request.tensor_parallel_size is not None:
            yield _set("vllm.tensor_parallel_size", request.tensor_parallel_size)
        if request.wandb_project is not None:
            known = spec.get("wandb") or {}
            yield _set("wandb", {**known, "enabled": True, "project": request.wandb_project})
        if request.output_dir is not None:
            yield f"spec.weights={self._weights(request.output_dir)}"
        if (budget := self._most(spec)) is not None:
            yield _set("budget", {"usd": budget})

    def _model(self, name: str, known: Any) -> dict[str, Any]:
        """The model under another name; what was said of the former one's files no longer holds."""
        below = f"{self._models}/"
        path = bool(_PATH.fullmatch(name)) and name.startswith(below) and len(name) <= LONGEST
        if path and not self._is_folder(name):
            raise _wrong("model_name", f"there is no such folder below {below}")
        if not path and (not _NAME.fullmatch(name) or len(name) > LONGEST):
            raise _wrong("model_name", f"give a name of the Hugging Face hub, or a folder below {below}")
        kept = known if isinstance(known, dict) else {}
        if kept.get("name") != name:
            kept = {field: value for field, value in kept.items() if field not in ("revision", "overrides")}
        return {**kept, "name": name}

    def _is_folder(self, name: str) -> bool:
        models = (self._repository / self._models).resolve()
        found = (self._repository / name).resolve()
        return found.is_dir() and found.is_relative_to(models)

    def _weights(self, folder: str) -> str:
        """Where the weights land; a name is one below the folder of models, whether that is said or not."""
        plain = folder.removeprefix(f"{self._models}/").removesuffix("/")
        if not _PATH.fullmatch(plain) or len(plain) > LONGEST:
            raise _wrong("output_dir", f"give a path below {self._models}/, such as {self._models}/my-model")
        return f"{self._models}/{plain}"

    def _most(self, spec: Mapping[str, Any]) -> float | None:
        """The smaller one of the manifest's budget and the service's; None where neither has one."""
        own = (spec.get("budget") or {}).get("usd")
        budgets = [float(each) for each in (own, self._budget) if each is not None]
        return min(budgets, default=None)


def environment_of(request: TrainingRequest) -> dict[str, Any]:
    """The environment as manifests have it. Raises TrainingError for one that cannot be made."""
    arguments = dict(request.env_config)
    size = request.env_size
    if size is not None and arguments.setdefault("size", size) != size:
        raise _wrong("env_size", "env_config.size says something else")
    try:
        make(request.env_type, arguments)
    except GameError as error:
        field = "env_config" if size is None or "size" in request.env_config else "env_size"
        raise _wrong(field, str(error)) from None
    made: dict[str, Any] = {
        "name": request.env_type,
        "arguments": arguments,
        "history": HISTORIES[request.history_strategy],
    }
    if request.rollout_max_steps is not None:
        made["max_turns"] = request.rollout_max_steps
    return made


def _set(path: str, value: Any) -> str:
    return f"spec.{path}={json.dumps(value, ensure_ascii=False)}"


def _wrong(field: str, message: str) -> TrainingError:
    return TrainingError("invalid", 422, "the request cannot be used", fields=(FieldProblem(field, message),))
