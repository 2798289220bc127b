"""A web application for the tests of the Modal stand-in, in plain ASGI: each path tries one thing."""

import asyncio
import json
import os
from collections.abc import Awaitable, Callable
from typing import Any

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

at_work = most_at_work = 0


async def say(send: Send, body: bytes, status: int = 200, *headers: tuple[bytes, bytes]) -> None:
    await send({"type": "http.response.start", "status": status, "headers": list(headers)})
    await send({"type": "http.response.body", "body": body})


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    parts = [await receive()]
    while parts[-1]["more_body"]:
        parts.append(await receive())
    body = b"".join(part["body"] for part in parts)
    told = {
        "method": scope["method"],
        "path": scope["path"],
        "query": scope["query_string"].decode(),
        "headers": [[name.decode(), text.decode()] for name, text in scope["headers"]],
        "client": scope["client"][0],
        "length": len(body),
        "parts": len([part for part in parts if part["body"]]),
        "body": body[:100].decode("latin-1"),
    }
    await say(send, json.dumps(told).encode(), 200, (b"content-type", b"application/json"))


async def lines(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    for number in range(3):
        await send({"type": "http.response.body", "body": f"{number}\n".encode(), "more_body": True})
        await asyncio.sleep(0.4)
    await send({"type": "http.response.body", "body": b"end\n"})


async def whole(scope: Scope, receive: Receive, send: Send) -> None:
    cookies = [(b"set-cookie", b"a=1"), (b"set-cookie", b"b=2")]
    await say(send, bytes(range(256)), 200, *cookies, (b"content-length", b"256"))


async def redirect(scope: Scope, receive: Receive, send: Send) -> None:
    await say(send, b"", 307, (b"location", b"/echo?from=redirect"))


async def work(scope: Scope, receive: Receive, send: Send) -> None:
    """Takes as many seconds as the query says; tells the container, and how much was done at once."""
    global at_work, most_at_work
    at_work += 1
    most_at_work = max(at_work, most_at_work)
    await asyncio.sleep(float(scope["query_string"] or b"0"))
    at_work -= 1
    await say(send, json.dumps([os.environ["MODAL_TASK_ID"], most_at_work]).encode())


async def gone(scope: Scope, receive: Receive, send: Send) -> None:
    """Prints when its client is gone."""
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"begun\n", "more_body": True})
    while (await receive())["type"] != "http.disconnect":
        pass
    print("the client is gone", flush=True)


async def fail(scope: Scope, receive: Receive, send: Send) -> None:
    raise ValueError("wrong")


async def crash(scope: Scope, receive: Receive, send: Send) -> None:
    os._exit(3)


async def break_off(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"begun\n", "more_body": True})
    await asyncio.sleep(0.3)
    os._exit(3)


PATHS: dict[str, Application] = {
    "/break": break_off,
    "/crash": crash,
    "/echo": echo,
    "/fail": fail,
    "/gone": gone,
    "/lines": lines,
    "/redirect": redirect,
    "/whole": whole,
    "/work": work,
}


def serve() -> Application:
    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            path = PATHS.get(scope["path"])
            await (path(scope, receive, send) if path else say(send, b"no such path", 404))

    return answer


def serve_again() -> Application:
    """The next version: the same, and one path more."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        if scope.get("path") == "/new":
            await say(send, b"new")
        else:
            await serve()(scope, receive, send)

    return answer


def broken() -> Application:
    raise RuntimeError("it cannot be made")
