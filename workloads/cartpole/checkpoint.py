"""The checkpoint of a run: all that its next update follows from, so that it goes on to the same bytes."""

import json
from collections import deque
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import safetensors
import safetensors.numpy
import torch

from workloads.cartpole import environment
from workloads.cartpole.files import Tensors, read_tensors, write_in_one_step
from workloads.cartpole.training import RECENT, Progress, Training

FILE_NAME: Final = "cartpole.safetensors"
_FORMAT: Final = 1
_ENVIRONMENT: Final = "environment."


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A checkpoint file in a folder; without a folder nothing is saved."""

    folder: Path | None

    def save(self, training: Training) -> None:
        """Write the state of a run in one step."""
        if self.folder is None:
            return
        state = environment.state_of(training.environments)
        arrays: Tensors = {
            "parameters": training.network.flat.numpy(),
            "first": training.adam.first.numpy(),
            "second": training.adam.second.numpy(),
            "best": training.best.numpy(),
            "observations": training.observations,
            "running": training.running,
        }
        arrays |= {_ENVIRONMENT + name: array for name, array in state.items()}
        document = {
            "adam_steps": training.adam.steps,
            "random": training.random.bit_generator.state,
            "progress": asdict(training.progress) | {"recent": list(training.progress.recent)},
        }
        metadata = {"identity": _identity(training), "state": json.dumps(document)}
        write_in_one_step(self.folder / FILE_NAME, safetensors.numpy.save(arrays, metadata))

    def restore(self, training: Training) -> str:
        """Put a run that has just begun where its checkpoint was; return a line about it, or nothing."""
        if self.folder is None or not (self.folder / FILE_NAME).exists():
            return ""
        path = self.folder / FILE_NAME
        try:
            arrays, metadata = read_tensors(path)
        except (OSError, safetensors.SafetensorError):
            return f"ignoring the checkpoint {path}: it cannot be read"
        if metadata.get("identity") != _identity(training):
            return f"ignoring the checkpoint {path}: it belongs to another run"
        _put_back(training, arrays, json.loads(metadata["state"]))
        return f"resuming after {training.progress.steps:,} steps from {path}"


def _identity(training: Training) -> str:
    """Return what tells checkpoints of different runs apart."""
    return json.dumps({"format": _FORMAT, **asdict(training.plan)})


def _put_back(training: Training, arrays: Tensors, state: Mapping[str, Any]) -> None:
    for tensor, name in (
        (training.network.flat, "parameters"),
        (training.adam.first, "first"),
        (training.adam.second, "second"),
        (training.best, "best"),
    ):
        tensor.copy_(torch.from_numpy(arrays[name]))
    training.adam.steps = state["adam_steps"]
    training.random.bit_generator.state = state["random"]
    training.observations, training.running = arrays["observations"], arrays["running"]
    played = {name.removeprefix(_ENVIRONMENT): array for name, array in arrays.items()}
    environment.restore(training.environments, played)
    recent = deque(map(tuple, state["progress"]["recent"]), RECENT)
    training.progress = Progress(**{**state["progress"], "recent": recent})
