"""What GitHub refuses, in our words: which right is missing, which setting is off, when to come back."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from runner.errors import ProviderError
from runner.wording import printable

if TYPE_CHECKING:
    from github import GithubException

_LONGEST: Final = 300
_ACTIONS_SETTING: Final = (
    "In the repository, under Settings → Actions → General, tick “Allow GitHub Actions to create and approve "
    "pull requests”, or give RUNNER_APP_TOKEN the token of a GitHub App."
)


@contextmanager
def in_words(doing: str) -> Iterator[None]:
    """Raises ProviderError for whatever goes wrong with GitHub inside; `doing` completes "could not …"."""
    from github import GithubException
    from github.GithubException import BadAttributeException

    try:
        yield
    except GithubException as error:
        raise refusal(doing, error) from error
    except BadAttributeException as error:
        raise ProviderError(
            "github-answer",
            f"could not {doing}: GitHub's answer cannot be understood",
            fix="Try again later.",
        ) from error
    except OSError as error:  # what `requests` raises is one
        raise ProviderError(
            "github-unreachable",
            f"could not {doing}: GitHub did not answer ({type(error).__name__})",
            fix="Check the network, then run the same command again: what was done already is found again.",
        ) from error


def refusal(doing: str, error: GithubException) -> ProviderError:
    """GitHub's refusal as an error that says what to change."""
    code, fix = _remedy(error)
    return ProviderError(code, f"could not {doing}: {said(error)}", fix=fix)


def noted(what: str, act: Callable[[], object]) -> tuple[str, ...]:
    """Does what may fail without harm; where it does, the note says what did not come about."""
    from github import GithubException

    try:
        act()
    except GithubException as error:
        return (f"{what}: {said(error).rstrip('.')}.",)
    except OSError:  # what `requests` raises is one
        return (f"{what}: GitHub did not answer.",)
    return ()


def said(error: GithubException) -> str:
    """What GitHub gives as the reason, on one line."""
    data: Any = error.data
    if not isinstance(data, Mapping):
        return f"GitHub answered {error.status}"
    details = data.get("errors")
    listed = details[:3] if isinstance(details, list) else []
    parts = [str(data.get("message") or ""), *map(_detail, listed)]
    text = printable("; ".join(dict.fromkeys(filter(None, parts)))) or f"GitHub answered {error.status}"
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def _detail(detail: Any) -> str:
    if not isinstance(detail, Mapping):
        return str(detail)
    return str(
        detail.get("message") or " ".join(str(detail[key]) for key in ("field", "code") if key in detail)
    )


def _remedy(error: GithubException) -> tuple[str, str]:
    """The code of the error, and what to do about it."""
    from github import RateLimitExceededException

    if isinstance(error, RateLimitExceededException) or error.status == 429:
        return "github-rate-limit", f"GitHub takes requests again {_reset(error)}. Run the same command then."
    if error.status == 401:
        return (
            "github-token",
            "The token is wrong, or has expired: give RUNNER_APP_TOKEN or GITHUB_TOKEN a valid one.",
        )
    if error.status == 403:
        return _forbidden(error)
    if error.status == 404:
        return (
            "github-missing",
            "Check GITHUB_REPOSITORY, and that the token may see the repository and what is asked for.",
        )
    if error.status >= 500:
        return "github-failed", "GitHub has trouble of its own. Run the same command again: nothing is lost."
    return "github-refused", ""


def _forbidden(error: GithubException) -> tuple[str, str]:
    if "not permitted to create or approve pull requests" in said(error):
        return "github-setting", _ACTIONS_SETTING
    wanted = _permissions(error)
    if wanted:
        return (
            "github-permission",
            f"Give the token the permission {wanted}: in a workflow under `permissions:` of the job, "
            "for a GitHub App in its settings.",
        )
    return (
        "github-permission",
        "The token lacks a permission for this: see `permissions:` of the job, or the GitHub App's settings.",
    )


def _permissions(error: GithubException) -> str:
    """What GitHub says it would accept, such as `pull-requests: write`."""
    headers = {key.lower(): value for key, value in (error.headers or {}).items()}
    listed = str(headers.get("x-accepted-github-permissions", ""))
    names = re.findall(r"([a-z_]+)=(read|write|admin)", listed)
    return " or ".join(f"`{name.replace('_', '-')}: {level}`" for name, level in names[:4])


def _reset(error: GithubException) -> str:
    """When GitHub says that the limit ends."""
    headers = {key.lower(): str(value) for key, value in (error.headers or {}).items()}
    after, reset = headers.get("retry-after", ""), headers.get("x-ratelimit-reset", "")
    if after.isdecimal():
        return f"after {_clock(time.time() + int(after))}"
    if reset.isdecimal() and int(reset) > time.time():
        return f"after {_clock(int(reset))}"
    return "in some minutes"


def _clock(seconds: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(min(seconds, 1e11)))
