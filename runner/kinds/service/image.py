"""What the container of a service holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from msgspec.structs import replace

from runner.kinds.language import image as language
from runner.kinds.service.spec import ServiceSpec
from runner.manifest.common import Image

SERVING: Final = {
    "fastapi": "0.136.3",
    "fastapi-offline": "1.7.7",
    "uvicorn": "0.54.0",
    "argon2-cffi": "25.1.0",
}
"""vLLM 0.31 takes FastAPI below 0.137, and both must go into one image."""

ASKING: Final = ("openai", "msgspec")
GENERATING: Final = ("torch", "transformers", "peft", "accelerate")

LAUNCHING: Final = {
    "click": "8.5.1",
    "cronsim": "2.8",
    "jsonschema": "4.26.0",
    "markdown-it-py": "4.3.0",
    "modal": "1.6.4",
    "packaging": "26.3",
    "pygithub": "2.10.0",
    "pyyaml": "6.0.3",
    "rich": "15.0.0",
    "tzdata": "2026.6",
    "wandb": "0.31.0",
}
"""What `runner launch` needs, beside `msgspec`."""


def image_of(spec: ServiceSpec) -> Image:
    """The manifest's image, with what serves in front of its own packages where it names no base."""
    made = language.image_of(spec, _pins(spec))
    if spec.training is None or language.names_base(spec.image) or "git" in made.apt:
        return made
    return replace(made, apt=["git", *made.apt])


def serves_vllm(spec: ServiceSpec) -> bool:
    """Whether the service starts vLLM where it is deployed."""
    return spec.endpoint is None and spec.engine != "transformers" and spec.resources.gpu is not None


def _pins(spec: ServiceSpec) -> Mapping[str, str]:
    generating = () if spec.endpoint is not None else GENERATING
    names = (*ASKING, *generating, *(("vllm",) if serves_vllm(spec) else ()))
    launching = {} if spec.training is None else LAUNCHING
    return SERVING | {name: language.PINS[name] for name in names} | launching
