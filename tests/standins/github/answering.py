"""The REST API: from a request to an answer, both checked against GitHub's description."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode

from tests.standins.github.answers import HttpAnswer, HttpRequest, Violation, json_answer
from tests.standins.github.checking import Checker
from tests.standins.github.description import Description, Operation
from tests.standins.github.filling import Undocumented
from tests.standins.github.gaps import UNLISTED_ERRORS, accepted
from tests.standins.github.identity import Identity
from tests.standins.github.limits import count
from tests.standins.github.operations import Answer, Call, Known
from tests.standins.github.refusals import Refusal, not_found
from tests.standins.github.repository import Repository
from tests.standins.github.rest.everything import known
from tests.standins.github.world import World

DOCUMENTATION = "https://docs.github.com/rest"
MOST_PER_PAGE = 100


@dataclass
class Rest:
    """Answers requests of the API."""

    world: World
    description: Description
    checker: Checker
    violations: list[Violation]

    def answer(self, request: HttpRequest, who: Identity | None, bad_token: bool) -> HttpAnswer:
        """What GitHub would answer."""
        found = self.description.find(request.method, request.path)
        page = found[0].page if found else DOCUMENTATION
        headers: dict[str, str] = {}
        try:
            if bad_token:
                raise Refusal(401, "Bad credentials")
            if who is not None:
                headers |= count(who)
            if found is None:
                self._violate(
                    "request", f"{request.method} {request.path}", ["the stand-in knows no such operation"]
                )
                raise not_found()
            answer = self._found(request, *found, who, headers)
        except Refusal as refusal:
            answer = json_answer(refusal.status, refusal.body(page), headers | refusal.headers)
        answer.operation = found[0].name if found else ""
        return answer

    def _found(
        self,
        request: HttpRequest,
        operation: Operation,
        parameters: dict[str, str],
        who: Identity | None,
        headers: dict[str, str],
    ) -> HttpAnswer:
        implementation = known()[operation.name]
        if implementation.accepted:
            headers["X-Accepted-GitHub-Permissions"] = implementation.accepted
        repository = self._repository(parameters, who)
        if who is None:
            raise Refusal(401, "Requires authentication")
        query = dict(parse_qsl(request.query, keep_blank_values=True))
        body = self._body(request)
        call = Call(self.world, repository, who, parameters, query, body)
        with self.world.lock:
            implementation.check(call)
            self._check_request(operation, query, body)
            answer = self._run(operation, implementation, call)
        value, links = self._page(request, query, answer)
        filled = self._checked_answer(operation, answer.status, value)
        return json_answer(answer.status, filled, headers | links)

    def _repository(self, parameters: dict[str, str], who: Identity | None) -> Repository:
        if "repo" not in parameters:
            return next(iter(self.world.repositories.values()))
        found = self.world.repositories.get(f"{parameters['owner']}/{parameters['repo']}")
        if found is None or not found.visible_to(who):
            raise not_found()
        return found

    def _body(self, request: HttpRequest) -> Any:
        if not request.body:
            return None
        try:
            return json.loads(request.body)
        except ValueError:
            raise Refusal(400, "Problems parsing JSON") from None

    def _check_request(self, operation: Operation, query: dict[str, str], body: Any) -> None:
        """Record what the description does not allow; refuse what GitHub would."""
        schema, required = self.description.request_schema(operation)
        unknown = [f"query {name}: not a parameter" for name in query if name not in operation.query]
        wrong: list[str] = []
        if schema is not None and body is None:
            wrong = ["body: missing"] if required else []
        elif schema is not None and not accepted(operation.name, body):
            wrong = self.checker.problems(schema, body)
            unknown += self.checker.unknown(schema, body)
        if unknown or wrong:
            self._violate("request", operation.name, unknown + wrong)
        if wrong:
            raise Refusal(422, "Invalid request.\n\n" + "\n".join(wrong))

    def _run(self, operation: Operation, implementation: Known, call: Call) -> Answer:
        try:
            return implementation.run(call)
        except Refusal as refusal:
            described = self.description.documents(operation, refusal.status)
            if not described and refusal.status not in UNLISTED_ERRORS:
                self._violate("response", operation.name, [f"status {refusal.status} is not described"])
            raise

    def _page(
        self, request: HttpRequest, query: dict[str, str], answer: Answer
    ) -> tuple[Any, dict[str, str]]:
        """The page that was asked for, and where the others are."""
        whole = answer.value[answer.listed] if answer.listed else answer.value
        if not isinstance(whole, list):
            return answer.value, {}
        size = min(number(query.get("per_page"), 30), MOST_PER_PAGE)
        at = number(query.get("page"), 1)
        last = max((len(whole) + size - 1) // size, 1)
        place = f"{self.world.base_url}{request.path}"
        targets = {"prev": at - 1, "next": at + 1, "last": last, "first": 1}
        if at == last:
            del targets["next"], targets["last"]
        if at == 1:
            del targets["prev"], targets["first"]
        links = ", ".join(
            f'<{place}?{urlencode({**query, "page": page})}>; rel="{name}"' for name, page in targets.items()
        )
        cut = whole[(at - 1) * size : at * size]
        return {**answer.value, answer.listed: cut} if answer.listed else cut, {
            "Link": links
        } if links else {}

    def _checked_answer(self, operation: Operation, status: int, value: Any) -> Any:
        """The whole answer."""
        if not self.description.documents(operation, status):
            self._violate("response", operation.name, [f"status {status} is not described"])
            return value
        schema = self.description.response_schema(operation, status)
        if schema is None or value is None:
            return value
        try:
            value = self.world.filler.fill(schema, value)
        except Undocumented as error:
            self._violate("response", operation.name, [f"not described: {error}"])
        if problems := self.checker.problems(schema, value):
            self._violate("response", operation.name, problems)
        return value

    def _violate(self, side: str, operation: str, problems: list[str]) -> None:
        self.violations.append(Violation(side, operation, tuple(problems)))


def number(text: str | None, otherwise: int) -> int:
    """A positive number of a query."""
    return max(int(text), 1) if text and text.isdecimal() else otherwise
