"""A model by name: a folder of this machine, or a repository of the Hugging Face hub, fetched once.

A program resolves each model that it needs before anything else, and works on folders from then on.
HF_TOKEN, HF_ENDPOINT, HF_HOME and HF_HUB_OFFLINE mean what they mean to `huggingface_hub`.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from workloads.textgames.hub_download import ModelError, download

__all__ = ["ModelError", "resolve", "resolve_adapter"]

CONFIG: Final = "config.json"
ADAPTER_CONFIG: Final = "adapter_config.json"
_POINTER: Final = b"version https://git-lfs.github.com/spec/"
_A_PATH: Final = re.compile(r"[./~]|.*/.*/|.*\\")


def resolve(name: str, revision: str | None = None, *, timeout: float = 20.0) -> Path:
    """The folder of a model, with its config.json, its tokenizer and its weights as safetensors.

    A folder of that name comes before a repository. `timeout` bounds, in seconds, how long the hub may take
    to answer at all; a download takes as long as it takes. Raises ModelError.
    """
    folder = Path(name).expanduser()
    if name and folder.is_dir():
        if revision is not None:
            raise ModelError(f"{name} is a folder, which has no revision {revision}; leave the revision out")
        return _checked_model(folder.absolute())
    _refuse_paths(name)
    return _checked_model(download(name, revision, timeout))


def resolve_adapter(name: str, *, timeout: float = 20.0) -> Path:
    """The folder of an adapter: a folder here, or `owner/name` or `owner/name@revision` of the hub.

    Raises ModelError.
    """
    folder = Path(name).expanduser()
    if name and folder.is_dir():
        return _checked_adapter(folder.absolute())
    _refuse_paths(name)
    repository, _, revision = name.partition("@")
    return _checked_adapter(download(repository, revision or None, timeout))


def _refuse_paths(name: str) -> None:
    if not name or _A_PATH.match(name):
        raise ModelError(
            f"there is no folder {name or '(an empty name)'}; name a model's folder or owner/name"
        )


def _checked_model(folder: Path) -> Path:
    if not (folder / CONFIG).is_file():
        if (folder / ADAPTER_CONFIG).is_file():
            raise ModelError(f"{folder} is an adapter; name the model below it, and the adapter as `adapter`")
        raise ModelError(f"{folder} is not the folder of a model: it has no {CONFIG}")
    _check_weights(folder, "*.safetensors")
    return folder


def _checked_adapter(folder: Path) -> Path:
    if not (folder / ADAPTER_CONFIG).is_file():
        hint = "; it is a model of its own" if (folder / CONFIG).is_file() else ""
        raise ModelError(f"{folder} is not the folder of an adapter: it has no {ADAPTER_CONFIG}{hint}")
    _check_weights(folder, "adapter_model.safetensors")
    return folder


def _check_weights(folder: Path, pattern: str) -> None:
    """Raises ModelError where the weights are not there, or only Git LFS's word for them is."""
    files = sorted(folder.glob(pattern))
    if not files:
        raise ModelError(f"{folder} has no weights as safetensors ({pattern})")
    for path in files:
        with path.open("rb") as file:
            if file.read(len(_POINTER)) == _POINTER:
                raise ModelError(f"{path} is a Git LFS pointer, not weights; `git lfs pull` fetches them")
