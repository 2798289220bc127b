"""Sends requests, again where that is right, and reads their answers."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urljoin, urlsplit

import msgspec
from msgspec import Struct

from runner.service_client.address import authorization, base_address, origin
from runner.service_client.answers import unreadable
from runner.service_client.errors import ServiceError
from runner.service_client.exchange import Exchange, Question, led_away
from runner.service_client.retrying import Retries, may_repeat

if TYPE_CHECKING:
    import httpx

LARGEST_LINE = 4 << 20
MOST_REDIRECTS = 600

Read = TypeVar("Read")


class Connection:
    """The way to one service. Its representation, errors and logs hold no password."""

    def __init__(
        self, url: str, password: str, name: str | None, *, timeout: float, retries: Retries
    ) -> None:
        self.url = base_address(url)
        self._timeout = timeout
        self._retries = retries
        self._exchange = Exchange(self.url, authorization(password, name), timeout)

    def __repr__(self) -> str:
        return f"Connection({self.url!r})"

    def question(
        self,
        method: str,
        path: str,
        body: Struct | dict[str, object] | None = None,
        *,
        key: str | None = None,
        repeatable: bool = False,
        open: bool = False,
    ) -> Question:
        """A request for a path of the service."""
        return Question(
            method=method,
            url=self.url + path,
            body=None if body is None else msgspec.json.encode(body),
            headers={} if key is None else {"Idempotency-Key": key},
            repeatable=repeatable,
            open=open,
        )

    def ask(self, question: Question) -> bytes:
        """The body of a good answer. Raises ServiceError for every other, and where there is none."""
        deadline = time.monotonic() + self._timeout

        def read(answer: httpx.Response) -> bytes:
            with closing(answer):
                return b"".join(self._exchange.chunks(answer, deadline))

        return self._repeated(question, deadline, read)

    def lines(self, question: Question) -> Iterator[bytes]:
        """The lines of a good answer as they come. Nothing is sent again once the first has come."""
        deadline = time.monotonic() + self._timeout
        rest = b""
        with closing(self._repeated(question, deadline, lambda answer: answer)) as answer:
            for chunk in self._exchange.chunks(answer, deadline):
                *whole, rest = (rest + chunk).split(b"\n")
                yield from (line for line in whole if line.strip())
                if len(rest) > LARGEST_LINE:
                    raise unreadable(f"it sent a line of over {LARGEST_LINE >> 20} MiB", self.url)
        if rest.strip():
            yield rest

    def close(self) -> None:
        """Ends all that is open."""
        self._exchange.close()

    def _repeated(self, question: Question, deadline: float, read: Callable[[httpx.Response], Read]) -> Read:
        tried, waited, redirects = 0, 0.0, 0
        while True:
            try:
                answer = self._exchange.send(question, deadline)
                if answer.status_code != 303 or redirects == MOST_REDIRECTS:
                    return read(answer)
                question, tried, redirects = self._elsewhere(question, answer), 0, redirects + 1
                continue
            except ServiceError as error:
                pause = self._retries.pause(error, tried, waited, random.random())
                if pause is None or not may_repeat(error, question.repeatable):
                    raise
            tried, waited = tried + 1, waited + pause
            time.sleep(pause)

    def _elsewhere(self, question: Question, answer: httpx.Response) -> Question:
        """The request for the answer of one that takes long: Modal lets nobody wait for over 150 seconds."""
        answer.close()
        try:
            target = urljoin(question.url, answer.headers.get("location", ""))
            near = origin(urlsplit(target)) == origin(urlsplit(self.url))
        except ValueError:
            near = False
        if not near:
            raise led_away(answer, self.url)
        return Question(method="GET", url=target, repeatable=True, open=question.open)
