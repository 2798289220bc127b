"""A configuration file with the sections modal, model, training, vllm and wandb, part by part."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, Any, Final, TypeVar

from msgspec import Meta, Struct, ValidationError, convert, to_builtins

from runner.errors import InputError
from runner.kinds.grpo.spec import Training
from runner.kinds.language.spec import Attention, Dtype, EnvironmentName, ModelName
from runner.manifest.document import Document
from runner.manifest.finding import Path, path_text, refusal
from runner.wording import printable

SECTIONS: Final = ("modal", "model", "training", "vllm", "wandb")

S = TypeVar("S", bound=Struct)


class Modal(Struct, frozen=True):
    """The section `modal` but for its GPU: memory in MiB, the timeout in seconds."""

    cpus: Annotated[float, Meta(ge=0.125, le=64)] = 8.0
    memory: Annotated[int, Meta(ge=1, le=999_999_999)] = 32768
    timeout: Annotated[int, Meta(ge=1, le=999_999)] = 14400


class ModalGpu(Struct, frozen=True):
    """The GPUs of one container; none where their number is 0."""

    type: Annotated[str, Meta(min_length=1, max_length=50)] = "A100-40GB"
    count: Annotated[int, Meta(ge=0, le=8)] = 1


class BaseModel(Struct, frozen=True):
    """The section `model`. `max_token_length` counts the tokens of a prompt and its reply."""

    base_model: ModelName | None = None
    max_token_length: Annotated[int, Meta(ge=1)] | None = None
    dtype: Dtype = "auto"
    attn_implementation: Attention = "sdpa"
    overrides: dict[str, ModelName] = {}


class TrainingSection(Training, frozen=True, kw_only=True):
    """The section `training`: the parameters, and what is played."""

    environment: EnvironmentName | None = None


class ConfigurationFile:
    """The parsed file. What its parts do not take is left out, and known."""

    def __init__(self, document: Document) -> None:
        """Raises ManifestError for a file that has none of the sections."""
        self._document = document
        self._taken: dict[Path, set[str]] = {(): set(SECTIONS)}
        if not isinstance(document.value, dict) or not {*SECTIONS} & set(document.value):
            message = "the file has none of the sections of a configuration file"
            raise self.refusal((), message, f"it should have the sections {', '.join(SECTIONS)}")

    def part(self, path: Path, kind: type[S], besides: tuple[str, ...] = ()) -> tuple[S, dict[str, Any]]:
        """The part at `path` with its defaults, and what the file itself says of it.

        Text is taken for a number, as readers of YAML 1.1 make text of 3e-6. Fields that other parts
        take are named by `besides`. Raises ManifestError.
        """
        value = self.at(path)
        if not isinstance(value, dict | None):
            raise self.refusal(path, f"{path_text(path)} is no mapping", "write one field below the other")
        fields = kind.__struct_fields__
        self._taken[path] = {*fields, *besides}
        given = {field: value[field] for field in fields if value and value.get(field) is not None}
        try:
            found = convert(given, kind, strict=False)
        except ValidationError as error:
            message, _, where = str(error).partition(" - at `$.")
            inner = tuple(re.findall(r"[^.`]+", where))
            about = f"{path_text((*path, *inner))} cannot be used: {printable(message.replace('`', ''))}"
            raise self.refusal((*path, *inner), about, "correct it in the file") from None
        return found, {field: to_builtins(getattr(found, field)) for field in given}

    def at(self, path: Path) -> Any:
        """The value at a path; None where there is none."""
        value = self._document.value
        for step in path:
            value = value.get(step) if isinstance(value, dict) else None
        return value

    def left_out(self) -> Iterator[str]:
        """The fields that no part took."""
        for path, taken in self._taken.items():
            value = self.at(path)
            for field in value if isinstance(value, dict) else ():
                if field not in taken:
                    yield path_text((*path, field))

    def refusal(self, path: Path, message: str, fix: str) -> InputError:
        """The error about what stands at a path."""
        document = self._document
        return refusal(document.name, document.place(path), "bad-configuration", message, fix, document.text)
