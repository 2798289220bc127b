"""What containers hold that train or serve language models: the one place with these versions.

`trl` 1.16 takes vLLM up to 0.31, which takes exactly this torch, and transformers below 5.18.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from msgspec.structs import replace

from runner.manifest.common import Common, Image

PYTHON: Final = "3.11"
PINS: Final = {
    "trl": "1.16.0",
    "vllm": "0.31.0",
    "torch": "2.13.0",
    "transformers": "5.17.0",
    "peft": "0.21.2",
    "accelerate": "1.15.0",
    "datasets": "5.2.0",
    "openai": "3.54.0",
    "msgspec": "0.22.0",
    "wandb": "0.31.0",
}
CACHE: Final = "/cache"
"""Where a Volume is expected that keeps models from one run to the next."""

HUB_VARIABLE: Final = "HF_HOME"


def image_of(spec: Common, pins: Mapping[str, str] = PINS) -> Image:
    """The manifest's image, with the packages of `pins` in front of its own where it names no base.

    An image with `python`, `requirements`, `registry` or `dockerfile` is left as it is. Models are kept on
    the Volume at `/cache`, if there is one.
    """
    image = spec.image
    if names_base(image):
        return _with_cache(spec, image)
    packages = [f"{name}=={version}" for name, version in pins.items()]
    return _with_cache(spec, replace(image, python=PYTHON, pip=[*packages, *image.pip]))


def names_base(image: Image) -> bool:
    """Whether an image says itself what it is made from, and is left as it is."""
    return any((image.python, image.requirements, image.registry, image.dockerfile))


def _with_cache(spec: Common, image: Image) -> Image:
    if CACHE not in spec.volumes or HUB_VARIABLE in {*image.env, *spec.env}:
        return image
    return replace(image, env={HUB_VARIABLE: f"{CACHE}/huggingface", **image.env})
