"""One request and one answer, which is read within bounds."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from msgspec import Struct

from runner.errors import InputError
from runner.service_client.address import is_loopback
from runner.service_client.answers import refusal, short, unreadable
from runner.service_client.errors import ServiceError

if TYPE_CHECKING:
    import httpx

CONNECTING = 10.0
# Less than a server's own time, so that none is closed while a request is on its way.
KEPT_OPEN = 2.0
LARGEST_ANSWER = 64 << 20
LARGEST_REFUSAL = 1 << 20

_HEADERS = {"Accept": "application/json, application/x-ndjson", "Accept-Encoding": "identity"}


class Question(Struct, frozen=True, kw_only=True):
    """One request. It is `repeatable` where doing it twice is the same as doing it once.

    An `open` one is sent without the password.
    """

    method: str
    url: str
    body: bytes | None = None
    headers: dict[str, str] = {}
    repeatable: bool = False
    open: bool = False


class Exchange:
    """Sends requests to the service at `url`, with `authorization` where there is one."""

    def __init__(self, url: str, authorization: bytes | None, timeout: float) -> None:
        self._url = url
        self._authorization = authorization
        self._timeout = timeout
        self._client: httpx.Client | None = None

    def close(self) -> None:
        """Ends all that is open."""
        if self._client is not None:
            self._client.close()
            self._client = None

    def send(self, question: Question, deadline: float) -> httpx.Response:
        """An answer whose body is still to be read: a good one, or a 303. Raises ServiceError for others."""
        client = self._opened()
        import httpx

        left = max(0.001, deadline - time.monotonic())
        timeout = httpx.Timeout(left, connect=min(left, CONNECTING))
        headers = [
            (name.encode(), value.encode()) for name, value in {**_HEADERS, **question.headers}.items()
        ]
        if question.body is not None:
            headers.append((b"Content-Type", b"application/json"))
        if self._authorization is not None and not question.open:
            headers.append((b"Authorization", self._authorization))
        try:
            request = client.build_request(
                question.method, question.url, content=question.body, headers=headers, timeout=timeout
            )
            answer = client.send(request, stream=True)
        except httpx.InvalidURL:
            raise InputError("bad-address", "it is no address of a service", place=self._url) from None
        except httpx.HTTPError as error:
            raise self._lost(error) from None
        if answer.status_code < 300 or answer.status_code == 303:
            return answer
        with closing(answer):
            if answer.status_code < 400:
                raise led_away(answer, self._url)
            body = b"".join(self.chunks(answer, deadline, LARGEST_REFUSAL))
            raise refusal(answer.status_code, answer.headers, body, self._url)

    def chunks(self, answer: httpx.Response, deadline: float, most: int = LARGEST_ANSWER) -> Iterator[bytes]:
        """The body of an answer, until it is too long or too late."""
        import httpx

        size = 0
        try:
            for chunk in answer.iter_raw():
                size += len(chunk)
                if size > most:
                    raise unreadable(f"its answer is longer than {most >> 20} MiB", self._url)
                if time.monotonic() > deadline:
                    raise self._slow()
                yield chunk
        except httpx.HTTPError as error:
            raise self._lost(error) from None

    def _lost(self, error: httpx.HTTPError) -> ServiceError:
        import httpx

        said = short(str(error))
        if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.ProxyError):
            if "CERTIFICATE_VERIFY" in said:
                return self._error("service-certificate", said, "have it use one that this machine trusts")
            message = f"the service cannot be reached ({said or 'nobody answered'})"
            fix = "check the address, and that the service runs (`runner service list`)"
            return self._error("service-unreachable", message, fix, processed=False)
        if isinstance(error, httpx.TimeoutException):
            return self._slow()
        message = f"the connection broke off ({said or type(error).__name__})"
        fix = "it may have been done all the same; look before you ask again"
        return self._error("service-broken-off", message, fix)

    def _slow(self) -> ServiceError:
        message = f"there was no answer within {self._timeout:g} seconds"
        return self._error("service-slow", message, "ask for less, or allow more time")

    def _error(self, code: str, message: str, fix: str, *, processed: bool = True) -> ServiceError:
        return ServiceError(code, 0, message, place=self._url, fix=fix, processed=processed)

    def _opened(self) -> httpx.Client:
        if self._client is None:
            try:
                import httpx
            except ModuleNotFoundError:
                fix = "install it: pip install 'runner[service]'"
                raise InputError("no-httpx", "the client needs httpx, which is not here", fix=fix) from None
            # A proxy of the surroundings would see what is said to this machine in the clear.
            own = is_loopback(urlsplit(self._url).hostname or "")
            self._client = httpx.Client(
                trust_env=not own, limits=httpx.Limits(keepalive_expiry=KEPT_OPEN), follow_redirects=False
            )
        return self._client


def led_away(answer: httpx.Response, place: str) -> ServiceError:
    """The error for an answer that leads somewhere else."""
    where = short(answer.headers.get("location", "")) or "nowhere"
    message = f"it sends its callers on to {where}, where no password is sent"
    fix = "give that address instead, if it is the service's"
    return ServiceError("service-redirect", answer.status_code, message, place=place, fix=fix)
