"""Everything that listens at one address: GraphQL, the streams of runs, and files."""

from __future__ import annotations

import gzip
import json
import re
import threading
import traceback
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import unquote

from tests.standins.github.answers import HttpAnswer, HttpRequest, json_answer
from tests.standins.wandb import filestream
from tests.standins.wandb.accounts import Accounts, Person
from tests.standins.wandb.agents import Dispatcher
from tests.standins.wandb.faults import Fault, Faults
from tests.standins.wandb.graphql.executing import RefusedField, execute
from tests.standins.wandb.graphql.parsing import parse
from tests.standins.wandb.graphql.roots import mutation, query
from tests.standins.wandb.graphql.view import View
from tests.standins.wandb.recording import Recording, Request
from tests.standins.wandb.refusals import Refusal, Unanswerable, denied, not_found
from tests.standins.wandb.storage import Storage
from tests.standins.wandb.world import World

STREAM = re.compile(r"/files/([^/]+)/([^/]+)/([^/]+)/file_stream")
NAMED = re.compile(r"\b(?:query|mutation)\s+(\w+)")
OPEN = ("put_file", "get_file")
"""What needs no key, as the address is a secret."""
TELEMETRY = "/sdk/otel/"
"""Where the client tells how it fares."""


class Site:
    """Answers requests, one at a time."""

    def __init__(self, world: World, accounts: Accounts, dispatcher: Dispatcher, storage: Storage) -> None:
        self.world, self.accounts, self.dispatcher, self.storage = world, accounts, dispatcher, storage
        self.recording = Recording()
        self.faults = Faults()
        self.features: Sequence[str] = ()
        self.lock = threading.RLock()

    def respond(self, request: HttpRequest) -> HttpAnswer | None:
        """The answer to a request; None ends the connection without one."""
        body = read_body(request)
        asked = Request(operation_of(request, body))
        if isinstance(body, dict):
            asked.variables = body.get("variables", body) or {}
        self.recording.note(asked)
        faults = self.faults.striking(asked.operation)
        self.faults.wait(faults)
        answer = self._suffer(faults, "before", None)
        if not any(fault.status is not None and fault.moment == "before" for fault in faults):
            answer = self._suffer(faults, "after", self._answer(request, body, asked))
        asked.status = answer.status if answer is not None else 0
        return answer

    def _suffer(self, faults: list[Fault], moment: str, answer: HttpAnswer | None) -> HttpAnswer | None:
        for fault in faults:
            if fault.status is not None and fault.moment == moment:
                return fault.answer()
        return answer

    def _answer(self, request: HttpRequest, body: Any, asked: Request) -> HttpAnswer:
        with self.lock:
            self.dispatcher.settle()
            try:
                if asked.operation in OPEN:
                    return self._file(request, body)
                if request.path.startswith(TELEMETRY):
                    return HttpAnswer(200)
                person = self.accounts.of_request(request.header("Authorization"))
                asked.user = person.username
                if request.path == "/graphql" and isinstance(body, dict):
                    return json_answer(200, {"data": self._graphql(person, body)})
                if (stream := STREAM.fullmatch(request.path)) and isinstance(body, dict):
                    return json_answer(200, self._stream(person, stream, body))
                raise Unanswerable(f"There is nothing at {request.method} {request.path}.")
            except Unanswerable as error:
                self.recording.unknown.append(f"{asked.operation}: {error}")
                return json_answer(400, {"errors": [{"message": f"The stand-in: {error}"}]})
            except RefusedField as refused:
                return json_answer(refused.refusal.status, refused.refusal.body(refused.field))
            except Refusal as refusal:
                return json_answer(refusal.status, refusal.body(asked.operation))
            except Exception as error:
                self.recording.unknown.append(f"{asked.operation}: {traceback.format_exc()}")
                return json_answer(500, {"errors": [{"message": f"The stand-in broke: {error!r}"}]})

    def _graphql(self, person: Person, body: Mapping[str, Any]) -> dict[str, Any]:
        try:
            document = parse(body["query"])
            operation = document.operation(body.get("operationName"))
        except ValueError as error:
            raise Unanswerable(str(error)) from None
        view = View(self.world, self.accounts, self.dispatcher, self.storage, person)
        root = mutation(view) if operation.kind == "mutation" else query(view, self.features)
        return execute(document, operation, body.get("variables") or {}, root)

    def _stream(self, person: Person, stream: re.Match[str], body: dict[str, Any]) -> dict[str, Any]:
        entity, project, name = map(unquote, stream.groups())
        run = self.world.runs.get((entity, project, name))
        if run is None:
            raise not_found(f"run {entity}/{project}/{name}", "file_stream")
        if entity not in person.entities:
            raise denied()
        return filestream.receive(run, body)

    def _file(self, request: HttpRequest, body: Any) -> HttpAnswer:
        if request.method == "PUT":
            return HttpAnswer(200 if self.storage.put(request.path, body) else 404)
        content = self.storage.get(request.path)
        if content is None:
            return json_answer(404, {"error": "file not found"})
        return HttpAnswer(200, content, {"Content-Type": "application/octet-stream"})


def read_body(request: HttpRequest) -> Any:
    """JSON where it is JSON; the bytes otherwise."""
    content = request.body
    if request.header("Content-Encoding") == "gzip":
        content = gzip.decompress(content)
    if request.path.startswith("/storage/"):
        return content
    try:
        return json.loads(content)
    except ValueError:
        return content


def operation_of(request: HttpRequest, body: Any) -> str:
    """What a request is called in the record."""
    if request.path == "/graphql" and isinstance(body, dict):
        named = NAMED.search(str(body.get("query")))
        return str(body.get("operationName") or (named[1] if named else "unnamed"))
    if STREAM.fullmatch(request.path):
        return "file_stream"
    if request.path.startswith("/storage/"):
        return "put_file" if request.method == "PUT" else "get_file"
    return request.path
