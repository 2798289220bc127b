"""Fetches one file of a data set of the Hugging Face hub, and says in one sentence why that failed.

HF_TOKEN, HF_ENDPOINT, HF_HOME and HF_HUB_OFFLINE mean what they mean to `huggingface_hub`.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from workloads.textgames.envs.base import GameError

DOWNLOAD_TIMEOUT: Final = 60.0
"""Seconds. The files are of a few MB."""


class _TooLateError(Exception):
    """No answer within the time."""


def fetch(repository: str, name: str, revision: str, timeout: float = 10.0) -> Path:
    """The file in the hub's cache, fetched if it is not there yet. Raises GameError.

    `timeout` bounds, in seconds, how long the hub may take to answer at all; the download has a minute.
    """
    try:
        from huggingface_hub import HfApi, hf_hub_download, try_to_load_from_cache
    except ImportError:
        raise GameError(
            f"{repository} is fetched with huggingface_hub; pip install 'runner[grpo]', or give `path`"
        ) from None

    def cached() -> Path | None:
        found = try_to_load_from_cache(repository, name, revision=revision, repo_type="dataset")
        return Path(found) if isinstance(found, str) else None

    def commit() -> str:
        return str(HfApi().dataset_info(repository, revision=revision, timeout=timeout).sha)

    def download() -> str:
        return str(hf_hub_download(repository, name, repo_type="dataset", revision=exact))

    try:
        kept = cached() if re.fullmatch("[0-9a-f]{40}", revision) else None
        if kept is not None:
            return kept
        exact = _within(timeout, commit)
        return Path(_within(DOWNLOAD_TIMEOUT, download))
    except Exception as error:
        raise GameError(_explanation(error, repository, revision)) from None


def _within(timeout: float, question: Callable[[], str]) -> str:
    """The answer, if it comes in time: the client tries again and again, and looking up a name takes long."""
    answers: list[str] = []
    errors: list[Exception] = []

    def ask() -> None:
        try:
            answers.append(question())
        except Exception as error:
            errors.append(error)

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(timeout)
    if errors:
        raise errors[0]
    if not answers:
        raise _TooLateError
    return answers[0]


def _explanation(error: Exception, repository: str, revision: str) -> str:
    from huggingface_hub import constants, errors

    where: Any = constants.ENDPOINT
    if isinstance(error, errors.OfflineModeIsEnabled):
        return (
            f"{repository} is not in the cache, and HF_HUB_OFFLINE is set; unset it, fetch it first "
            f"(hf download {repository} --repo-type dataset --revision {revision}), or give `path`"
        )
    if isinstance(error, errors.RevisionNotFoundError):
        return f"{repository} has no revision {revision} at {where}; leave `revision` out, or give `path`"
    if isinstance(error, errors.GatedRepoError):
        return (
            f"{repository} is given only to those who agreed to its terms at {where}; do so, and set HF_TOKEN"
        )
    if isinstance(error, errors.RepositoryNotFoundError):
        return f"there is no data set {repository} at {where}; check HF_ENDPOINT and HF_TOKEN, or give `path`"
    if isinstance(error, errors.EntryNotFoundError) and not isinstance(error, FileNotFoundError):
        return (
            f"{repository} at {revision} has other files than are read; leave `revision` out, or give `path`"
        )
    if isinstance(error, _TooLateError):
        said = "it did not answer in time"
    else:
        said = " ".join(f"{type(error).__name__}: {error}".split())[:200]
    return f"{repository} cannot be fetched from {where} ({said}); check the network, or give `path`"
