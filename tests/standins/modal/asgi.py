"""ASGI as the service passes it on: the scope of a request, the messages of both sides as chunks of data."""

from __future__ import annotations

import pickle
from typing import Any, TypeAlias

from modal_proto import api_pb2 as pb

Scope: TypeAlias = dict[str, Any]
Message: TypeAlias = dict[str, Any]

OURS = b"x-forwarded-for"


def entering(scope: Scope) -> pb.FunctionInput:
    """The input that a request becomes: its scope, with no more in it than the service passes on.

    What a client says of those who forwarded its request is not believed: the only one named is the client.
    """
    host, port = scope["client"]
    headers = [(name, value) for name, value in scope["headers"] if name != OURS]
    passed = {
        "type": "http",
        "http_version": scope["http_version"],
        "method": scope["method"],
        "scheme": scope["scheme"],
        "path": scope["path"],
        "query_string": scope["query_string"],
        "headers": [*headers, (OURS, host.encode())],
        "client": (host, port),
    }
    return pb.FunctionInput(args=pickle.dumps(((passed,), {})), data_format=pb.DATA_FORMAT_PICKLE)


def chunk(message: Message, index: int) -> pb.DataChunk:
    """What the client's side says: a part of its body, or that it is gone."""
    if message["type"] == "http.disconnect":
        told = pb.Asgi(http_disconnect=pb.Asgi.HttpDisconnect())
    else:
        part = pb.Asgi.HttpRequest(body=message.get("body", b""), more_body=message.get("more_body", False))
        told = pb.Asgi(http_request=part)
    return pb.DataChunk(data_format=pb.DATA_FORMAT_ASGI, data=told.SerializeToString(), index=index)


def message(data: bytes) -> Message | None:
    """What the application says; None where the service leaves it out."""
    told = pb.Asgi.FromString(data)
    kind = told.WhichOneof("type")
    if kind == "http_response_start":
        flat = told.http_response_start.headers
        headers = list(zip(flat[::2], flat[1::2], strict=True))
        return {"type": "http.response.start", "status": told.http_response_start.status, "headers": headers}
    if kind == "http_response_body":
        part = told.http_response_body
        return {"type": "http.response.body", "body": part.body, "more_body": part.more_body}
    return None


def plain(status: int, text: str, **headers: str) -> list[Message]:
    """An answer of the service's own."""
    body = f"modal-http: {text}".encode()
    named = {"content-type": "text/plain; charset=utf-8", "content-length": str(len(body)), **headers}
    pairs = [(name.encode(), value.encode()) for name, value in named.items()]
    return [
        {"type": "http.response.start", "status": status, "headers": pairs},
        {"type": "http.response.body", "body": body},
    ]
