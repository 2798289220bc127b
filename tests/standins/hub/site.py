"""Everything that listens at one address: requests are written down, told to go wrong, and answered."""

from __future__ import annotations

import threading
import traceback
from urllib.parse import unquote

from tests.standins.github.answers import HttpAnswer, HttpRequest, json_answer
from tests.standins.hub import reading
from tests.standins.hub.desk import Desk, Handler
from tests.standins.hub.questions import Question
from tests.standins.hub.refusals import Refusal
from tests.standins.wandb.faults import Faults
from tests.standins.wandb.recording import Recording, Request


class Site:
    """Answers requests, one at a time."""

    def __init__(self, url: str) -> None:
        self.desk = Desk(url)
        self.routes = self.desk.routes()
        self.recording = Recording()
        self.faults = Faults()
        self.lock = threading.RLock()

    def respond(self, request: HttpRequest) -> HttpAnswer | None:
        """The answer to a request; None ends the connection without one."""
        operation, answer_it, parts = self._route(request)
        asked = Request(operation)
        self.recording.note(asked)
        faults = self.faults.striking(operation)
        self.faults.wait(faults)
        for fault in faults:
            if fault.status is not None and fault.moment == "before":
                asked.status = fault.status
                return fault.answer()
        answer = self._answer(request, answer_it, parts, asked)
        for fault in faults:
            if fault.status is not None and fault.moment == "after":
                return fault.answer()
        return answer

    def _answer(
        self,
        request: HttpRequest,
        answer_it: Handler | None,
        parts: dict[str, str],
        asked: Request,
    ) -> HttpAnswer:
        with self.lock:
            try:
                asked.user = self.desk.user_of(request)
                if answer_it is None:
                    self.recording.unknown.append(f"{request.method} {request.path}")
                    raise Refusal(404, "The stand-in: there is nothing here")
                answer = answer_it(Question(request, parts, asked.user))
                answer = reading.part(request, answer)
            except Refusal as refusal:
                answer = refusal.answer()
            except Exception:
                self.recording.unknown.append(f"{asked.operation}: {traceback.format_exc()}")
                answer = json_answer(500, {"error": "The stand-in broke"})
            asked.status = answer.status
            return answer

    def _route(self, request: HttpRequest) -> tuple[str, Handler | None, dict[str, str]]:
        path = request.path
        for operation, methods, pattern, answer_it in self.routes:
            if request.method in methods and (found := pattern.fullmatch(path)):
                return (
                    operation,
                    answer_it,
                    {key: unquote(value or "") for key, value in found.groupdict().items()},
                )
        return path, None, {}
