"""What is said to a Git LFS server: one request at a time, and its refusals in our words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import IO, TYPE_CHECKING, Final

import msgspec
from msgspec import Struct

from runner.errors import ProviderError
from runner.wording import printable

if TYPE_CHECKING:
    from requests import PreparedRequest

JSON: Final = "application/vnd.git-lfs+json"
_MOST_ANSWER: Final = 1 << 20
_TIMEOUT: Final = (10.0, 120.0)
_LONGEST: Final = 300
_PASSING: Final = frozenset({408, 429, *range(500, 600)} - {501, 507, 509})
"""Answers after which the same request may succeed."""
_CODES: Final = {401: "lfs-token", 403: "lfs-permission", 404: "lfs-missing"}
_FIXES: Final = {
    401: "The token is wrong, or has expired: give RUNNER_APP_TOKEN or GITHUB_TOKEN a valid one.",
    403: "Give the token the permission `contents: write`, and see that there is room for Git LFS.",
    404: 'Turn Git LFS on for the repository, or set limits.large_files = "pointer" in runner.toml.',
}


class Trouble(Exception):
    """What went wrong this time and may go well the next, with the seconds to wait that the server names."""

    def __init__(self, why: str, wait: float = 0.0) -> None:
        super().__init__(why)
        self.why = why
        self.wait = wait


class Answer(Struct, frozen=True):
    """What the server answered; of a long answer the beginning."""

    status: int
    content: bytes
    retry_after: str

    def require_success(self, what: str) -> None:
        """Raises Trouble for what may pass, ProviderError for a refusal."""
        if 200 <= self.status < 300:
            return
        if self.status in _PASSING:
            wait = float(self.retry_after) if self.retry_after.isdecimal() else 0.0
            raise Trouble(f"{what}: {self.said}", wait)
        raise refusal(self.status, f"{what}: {self.said}")

    @property
    def said(self) -> str:
        """The reason that the server gives, on one line."""
        try:
            message = msgspec.json.decode(self.content, type=_Message).message
        except msgspec.DecodeError:
            message = ""
        return shortened(message) or f"it answered {self.status}"


class _Message(Struct):
    message: str = ""


def request(
    method: str,
    address: str,
    data: bytes | IO[bytes],
    headers: Mapping[str, str],
    credentials: tuple[str, str] | None = None,
) -> Answer:
    """One request, with no other credentials than these. Raises Trouble where there is no answer.

    Redirections are not followed: they might lead the content, or the token, somewhere else.
    """
    import requests

    def as_given(prepared: PreparedRequest) -> PreparedRequest:
        """Keeps `requests` from adding what a .netrc of the machine has for the host."""
        return prepared

    try:
        with requests.request(
            method,
            address,
            data=data,
            headers=dict(headers),
            auth=credentials or as_given,
            timeout=_TIMEOUT,
            allow_redirects=False,
            stream=True,
        ) as answer:
            content = b""
            for piece in answer.iter_content(64 << 10):
                content += piece
                if len(content) > _MOST_ANSWER:
                    break
            return Answer(answer.status_code, content, answer.headers.get("Retry-After", ""))
    except requests.RequestException as error:
        raise Trouble(f"the server did not answer ({type(error).__name__})") from None


def refusal(status: int, why: str) -> ProviderError:
    """A refusal that trying again does not help against."""
    return failure(why, _CODES.get(status, "lfs-refused"), _FIXES.get(status, ""))


def failure(why: str, code: str = "lfs-failed", fix: str = "") -> ProviderError:
    """That contents could not be uploaded."""
    return ProviderError(code, f"could not upload to Git LFS: {why}", fix=fix)


def shortened(text: str) -> str:
    """What a server wrote, on one line that is not long."""
    line = printable(text[:_LONGEST])
    return line if len(text) <= _LONGEST else f"{line}…"
