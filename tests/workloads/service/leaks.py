"""Reads everything that a service said, in all tests of a session, for the passwords and their hashes.

A test asks the fixture `recorded` for its passwords and its client, and hands it the files that its servers
write; records of `logging` in this process are taken by themselves. At the end of the session everything is
searched, in each worker of its own.
"""

import base64
import json
import logging
import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any
from urllib.parse import quote

import httpx
import pytest
from argon2 import PasswordHasher

QUICK = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


@dataclass(frozen=True)
class Password:
    """One that a test uses: as a person knows it, and as the service is given it."""

    text: str = field(repr=False)
    hash: str = field(repr=False)
    name: str = "team"
    scope: str = "all"

    @property
    def entry(self) -> str:
        return f"{self.name}:{self.scope}:{self.hash}"

    @property
    def bearer(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.text}"}

    @property
    def basic(self) -> dict[str, str]:
        return {"authorization": f"Basic {base64.b64encode(f'{self.name}:{self.text}'.encode()).decode()}"}


class Recorder:
    """All that was said by services, and what must not be in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._needles: dict[bytes, str] = {}
        self._logs: list[Path] = []
        self._count = 0
        (folder / "texts").mkdir(parents=True)

    def password(self, name: str = "team", scope: str = "all") -> Password:
        """A new one, with its hash, neither of which may be said anywhere."""
        text = secrets.token_urlsafe(18)
        made = Password(text, QUICK.hash(text), name, scope)
        self.secret(made.text, f"a password of {name}")
        self.hash(made.hash, f"a hash of {name}")
        return made

    def secret(self, text: str, label: str = "a password") -> str:
        """Whatever else must not be said, in any form in which it could be. Returned as it is."""
        self._needles.update(dict.fromkeys(forms(text), label))
        return text

    def hash(self, text: str, label: str = "a hash") -> str:
        """A hash, whole and in parts. Returned as it is."""
        for part in (text, *[part for part in text.split("$") if len(part) >= 20]):
            self.secret(part, label)
        return text

    def log(self, path: Path) -> Path:
        """A file that a server writes, or a folder of such, read at the end. Returned as it is."""
        self._logs.append(path)
        return path

    def text(self, said: str | bytes, name: str = "output") -> None:
        """What a command or anything else printed."""
        with self._file(name) as file:
            file.write(said.encode(errors="surrogateescape") if isinstance(said, str) else said)

    def client(self, base_url: str, **options: Any) -> httpx.Client:
        """A client whose responses are recorded, streams as they are read."""
        return httpx.Client(base_url=base_url, transport=_Recording(self), **options)

    def async_client(self, base_url: str, **options: Any) -> httpx.AsyncClient:
        """The same for asyncio."""
        limits = httpx.Limits(max_connections=None)
        return httpx.AsyncClient(base_url=base_url, transport=_AsyncRecording(self, limits=limits), **options)

    def around(self, app: Any) -> Any:
        """An application whose answers are recorded, whoever asks."""

        async def recording(scope: Any, receive: Any, send: Any) -> None:
            if scope["type"] != "http":
                return await app(scope, receive, send)
            with self._file(quote(scope["path"], safe="")[:60]) as file:

                async def written(message: Any) -> None:
                    for name, value in message.get("headers", ()):
                        file.write(name + b": " + value + b"\n")
                    file.write(message.get("body", b""))
                    await send(message)

                return await app(scope, receive, written)

        return recording

    def findings(self) -> list[str]:
        """Where something was said that must not be: file and what, never the thing itself."""
        places = [*self.folder.glob("*.log"), *self._logs, self.folder / "texts"]
        found = [f"{place}: the log is gone" for place in places if not place.exists()]
        for path in (path for place in places for path in _files(place)):
            content = path.read_bytes()
            labels = {label for needle, label in self._needles.items() if needle in content}
            found += [f"{path}: holds {label}" for label in sorted(labels)]
        return found

    def check(self) -> None:
        """Fails where something was said that must not be."""
        if findings := self.findings():
            pytest.fail("something said a password or a hash:\n" + "\n".join(findings), pytrace=False)

    def begin(self, response: httpx.Response) -> IO[bytes]:
        """A file for a response, with its status and headers."""
        file = self._file(quote(response.request.url.path, safe="")[:60])
        file.write(f"{response.status_code} {response.reason_phrase}\n".encode())
        for name, value in response.headers.raw:
            file.write(name + b": " + value + b"\n")
        return file

    def _file(self, name: str) -> IO[bytes]:
        self._count += 1
        return (self.folder / "texts" / f"{self._count:06}-{name}").open("wb")


def _files(place: Path) -> list[Path]:
    return sorted(path for path in (place, *place.rglob("*")) if path.is_file())


def forms(text: str) -> Iterator[bytes]:
    """A text as it may stand somewhere: plain, in JSON, in an address, in hexadecimal, in base64."""
    yield from {
        text.encode(),
        json.dumps(text)[1:-1].encode(),
        quote(text).encode(),
        quote(text, "").encode(),
    }
    yield text.encode().hex().encode()
    yield text[::-1].encode()
    for shift in range(3):
        raw = bytes(shift) + text.encode()
        known = slice((0, 2, 3)[shift], len(raw) * 8 // 6)
        yield base64.b64encode(raw)[known]
        yield base64.urlsafe_b64encode(raw)[known]


class _Stream(httpx.SyncByteStream):
    def __init__(self, inner: httpx.SyncByteStream, file: IO[bytes]) -> None:
        self._inner, self._file = inner, file

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._inner:
            self._file.write(chunk)
            yield chunk

    def close(self) -> None:
        self._file.close()
        self._inner.close()


class _AsyncStream(httpx.AsyncByteStream):
    def __init__(self, inner: httpx.AsyncByteStream, file: IO[bytes]) -> None:
        self._inner, self._file = inner, file

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for chunk in self._inner:
            self._file.write(chunk)
            yield chunk

    async def aclose(self) -> None:
        self._file.close()
        await self._inner.aclose()


class _Recording(httpx.HTTPTransport):
    def __init__(self, recorder: Recorder) -> None:
        super().__init__(verify=False)
        self._recorder = recorder

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        response = super().handle_request(request)
        response.request = request
        assert isinstance(response.stream, httpx.SyncByteStream)
        response.stream = _Stream(response.stream, self._recorder.begin(response))
        return response


class _AsyncRecording(httpx.AsyncHTTPTransport):
    def __init__(self, recorder: Recorder, **options: Any) -> None:
        super().__init__(verify=False, **options)
        self._recorder = recorder

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        response = await super().handle_async_request(request)
        response.request = request
        assert isinstance(response.stream, httpx.AsyncByteStream)
        response.stream = _AsyncStream(response.stream, self._recorder.begin(response))
        return response


@contextmanager
def recording(folder: Path) -> Iterator[Recorder]:
    """A recorder that also takes what is logged in this process, traces included."""
    recorder = Recorder(folder)
    handler = logging.FileHandler(folder / "logging.log", encoding="utf-8", errors="surrogateescape")
    handler.setFormatter(logging.Formatter("%(name)s %(levelname)s %(message)s"))
    logging.getLogger().addHandler(handler)
    try:
        yield recorder
    finally:
        logging.getLogger().removeHandler(handler)
        handler.close()


@pytest.fixture(scope="session")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Recorder]:
    """What services say in this session; at its end none of it may hold a password or a hash."""
    with recording(tmp_path_factory.mktemp("recorded") / "said") as recorder:
        yield recorder
    recorder.check()
