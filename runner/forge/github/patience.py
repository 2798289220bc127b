"""How GitHub is asked: requests are counted, tried again where that is safe, and waited for with a bound."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Self, cast

from github import GithubRetry, RateLimitExceededException
from github.Auth import Token

if TYPE_CHECKING:
    from types import TracebackType

    from urllib3 import BaseHTTPResponse
    from urllib3.connectionpool import ConnectionPool

LONGEST_WAIT: Final = 120.0
"""Seconds that one answer may have us wait; past it the caller is told when to come back."""
_TRIES_AGAIN: Final = 3
_SAFE: Final = frozenset({"GET", "HEAD", "PUT", "PATCH", "DELETE"})
"""Done twice they do no more than once. A POST that failed at GitHub may have had its effect."""
_LIMITED: Final = (403, 429)


class CountedToken(Token):
    """A token that counts the requests that carry it."""

    requests = 0

    def authentication(self, headers: dict[str, Any]) -> None:
        """See `Auth.authentication`."""
        self.requests += 1
        super().authentication(headers)


class Patience(GithubRetry):
    """What is tried again: after a failure all that is safe, and a POST only where GitHub did not begin."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("total", _TRIES_AGAIN)
        options.setdefault("raise_on_status", False)
        options.setdefault("status_forcelist", [429, *range(500, 600)])
        options.setdefault("allowed_methods", _SAFE | {"POST"})
        options.setdefault("max_rate_limit_wait", LONGEST_WAIT)
        super().__init__(**options)

    def is_retry(self, method: str, status_code: int, has_retry_after: bool = False) -> bool:
        """See `Retry.is_retry`."""
        if method.upper() not in _SAFE and status_code not in _LIMITED:
            return False
        return super().is_retry(method, status_code, has_retry_after)

    def increment(
        self,
        method: str | None = None,
        url: str | None = None,
        response: BaseHTTPResponse | None = None,
        error: Exception | None = None,
        _pool: ConnectionPool | None = None,
        _stacktrace: TracebackType | None = None,
    ) -> Self:
        """See `Retry.increment`. Raises RateLimitExceededException where the wait would be too long."""
        if error is not None and method not in _SAFE and self._is_read_error(error):
            raise error
        if response is not None and (self.get_retry_after(response) or 0.0) > LONGEST_WAIT:
            response.drain_conn()
            message = {"message": "it asked to wait for longer than is sensible"}
            raise RateLimitExceededException(response.status, message, dict(response.headers))
        answer: Any = response
        return cast("Self", super().increment(method, url, answer, error, _pool, _stacktrace))
