"""Fetches a repository of the Hugging Face hub, and says in one sentence why that failed."""

from __future__ import annotations

import errno
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

PATTERNS: Final = ("*.safetensors", "*.json", "*.jinja", "*.txt", "*.model")
"""What is fetched: weights that can be loaded without running code, and what belongs to them."""
IGNORED: Final = ("original/*", "onnx/*", "runs/*", "checkpoint-*/*")

_NO_ROOM: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class ModelError(Exception):
    """A model cannot be had: one sentence with the cause, and what to do."""


class _TooLateError(Exception):
    """No answer within the time."""


def download(repository: str, revision: str | None, timeout: float) -> Path:
    """The folder with a repository's files, fetched where they are not there yet.

    Where the hub does not answer within `timeout` seconds, what an earlier download of the revision has left
    is taken. Raises ModelError.
    """
    try:
        from huggingface_hub import HfApi
    except ImportError:
        raise ModelError(
            f"{repository} is no folder here, and fetching it from the hub needs huggingface_hub; "
            "pip install 'runner[grpo]'"
        ) from None
    try:
        _within(timeout, lambda: HfApi().model_info(repository, revision=revision, timeout=timeout))
        return _fetch(repository, revision, cached=False)
    except Exception as error:
        folder = _cached(repository, revision) if _means_unreachable(error) else None
        if folder is None:
            raise ModelError(_explanation(error, repository, revision, timeout)) from None
        print(f"the hub cannot be reached; {repository} is the copy of it in {folder}", flush=True)
        return folder


def _fetch(repository: str, revision: str | None, cached: bool) -> Path:
    from huggingface_hub import snapshot_download

    folder: str = snapshot_download(
        repository,
        revision=revision,
        allow_patterns=list(PATTERNS),
        ignore_patterns=list(IGNORED),
        local_files_only=cached,
    )
    return Path(folder)


def _cached(repository: str, revision: str | None) -> Path | None:
    """What an earlier download has left, if it is all there."""
    try:
        return _fetch(repository, revision, cached=True)
    except (OSError, ValueError):
        return None


def _within(timeout: float, ask: Callable[[], object]) -> None:
    """Asks, and raises what that raises, in time at any rate: looking up a name has no timeout of its own."""
    ended: list[Exception | None] = []

    def run() -> None:
        try:
            ask()
            ended.append(None)
        except Exception as error:
            ended.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(timeout)
    if not ended:
        raise _TooLateError
    if ended[0] is not None:
        raise ended[0]


def _means_unreachable(error: Exception) -> bool:
    import httpx
    from huggingface_hub.errors import OfflineModeIsEnabled

    status = getattr(getattr(error, "response", None), "status_code", 0)
    return isinstance(error, _TooLateError | OfflineModeIsEnabled | httpx.TransportError) or status >= 500


def _explanation(error: Exception, repository: str, revision: str | None, timeout: float) -> str:
    from huggingface_hub import constants, errors, get_token

    where: Any = constants.ENDPOINT
    known = get_token() is not None
    if isinstance(error, errors.OfflineModeIsEnabled):
        return (
            f"{repository} is neither a folder here nor in the cache, and HF_HUB_OFFLINE is set; "
            f"unset it, or fetch the model first: hf download {repository}"
        )
    if isinstance(error, errors.HFValidationError):
        return f"{repository} is neither a folder here nor a repository's name; name a folder or owner/name"
    if isinstance(error, errors.GatedRepoError):
        fix = "ask for access there with the account of HF_TOKEN" if known else "accept them and set HF_TOKEN"
        return f"{repository} is given only to those who agreed to its terms, at {where}/{repository}; {fix}"
    if isinstance(error, errors.RevisionNotFoundError):
        return f"{repository} has no revision {revision}; see {where}/{repository}/commits/main"
    status = getattr(getattr(error, "response", None), "status_code", 0)
    if isinstance(error, errors.RepositoryNotFoundError) or status in (401, 403, 404):
        fix = (
            "or whether HF_TOKEN is still good and may read it"
            if known
            else "or set HF_TOKEN if it is private"
        )
        return (
            f"there is no model {repository}, neither as a folder here nor at {where}; check the name, {fix}"
        )
    if _means_unreachable(error):
        said = f"it answered {status}" if status else _one_line(error) or f"no answer within {timeout:.0f} s"
        return f"{repository} cannot be fetched from {where} ({said}); check the network, or name a folder"
    if isinstance(error, OSError) and error.errno in _NO_ROOM:
        return f"there is no room for {repository} in {constants.HF_HUB_CACHE}; free some, or set HF_HOME"
    said = f"{type(error).__name__}: {_one_line(error)}"
    return f"{repository} was not fetched from {where} ({said}); start it again"


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:300]
