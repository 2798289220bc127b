"""Weights files: safetensors, which can be read without running what is in them."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
import safetensors
import safetensors.numpy

from workloads.cartpole.arrays import Floats
from workloads.cartpole.files import read_tensors, write_in_one_step
from workloads.cartpole.policy import Policy

FORMAT: Final = "cartpole-ppo/v1"


class WeightsError(Exception):
    """A weights file cannot be used; the message names the file and says why."""


def save(path: Path, arrays: Mapping[str, Floats], about: Mapping[str, object]) -> None:
    """Write the parameters of a network, and what is to be known of them, in one step."""
    content = safetensors.numpy.save(dict(arrays), {"about": json.dumps({"format": FORMAT, **about})})
    write_in_one_step(path, content)


def load_policy(path: Path) -> tuple[Policy, dict[str, Any]]:
    """Read the policy and the description of a weights file. Raises WeightsError."""
    try:
        arrays, metadata = read_tensors(path)
    except (OSError, safetensors.SafetensorError) as error:
        raise WeightsError(f"{path} is no readable safetensors file ({error})") from None
    about = _about(metadata)
    if about.get("format") != FORMAT:
        raise WeightsError(f"{path} holds no weights of this program: its format is not {FORMAT}")
    try:
        layers = [
            (arrays[f"policy.{number}.weight"], arrays[f"policy.{number}.bias"])
            for number in range(sum(name.startswith("policy.") for name in arrays) // 2)
        ]
    except KeyError as error:
        raise WeightsError(f"{path} has no tensor {error}") from None
    if not (layers and all(_usable(*layer) for layer in layers) and _chained(layers)):
        raise WeightsError(f"{path} holds layers that do not fit together, or numbers that are not finite")
    return Policy(layers), about


def _about(metadata: Mapping[str, str]) -> dict[str, Any]:
    """Return the description in a file's metadata, empty where there is none."""
    try:
        about = json.loads(metadata.get("about", ""))
    except ValueError:
        return {}
    return about if isinstance(about, dict) else {}


def _usable(weight: Floats, bias: Floats) -> bool:
    return (
        weight.dtype == bias.dtype == np.float32
        and weight.ndim == 2
        and bias.shape == weight.shape[:1]
        and bool(np.isfinite(weight).all() and np.isfinite(bias).all())
    )


def _chained(layers: list[tuple[Floats, Floats]]) -> bool:
    """Say whether each layer takes what the one before gives, from 4 observations to 2 actions."""
    sizes = [4, *(len(bias) for _, bias in layers)]
    return sizes[-1] == 2 and [weight.shape[1] for weight, _ in layers] == sizes[:-1]
