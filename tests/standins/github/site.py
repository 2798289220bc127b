"""All that answers, by path; faults strike here, and the record is kept."""

from __future__ import annotations

import base64
import binascii
import contextlib
import re
import time
import traceback
from dataclasses import replace
from urllib.parse import unquote

from tests.standins.github.answering import Rest
from tests.standins.github.answers import HttpAnswer, HttpRequest, Request, Violation, json_answer
from tests.standins.github.checking import Checker
from tests.standins.github.description import description
from tests.standins.github.faults import DROPPED, Fault, Faults
from tests.standins.github.graphql import GraphQL
from tests.standins.github.lfs import STORE, Lfs
from tests.standins.github.pages import Pages
from tests.standins.github.smart_http import SmartHttp
from tests.standins.github.world import World

SHORT_GIT_PATH = re.compile(r"(/[\w.-]+/[\w.-]+)(?<!\.git)/(info/refs|info/lfs/.+|git-[a-z]+-pack)")
"""Git's addresses without `.git`, as actions/checkout uses them; GitHub takes both."""
GIT_PATH = re.compile(r"/(?P<name>[^/]+/[^/]+)\.git/(?P<tail>info/refs|info/lfs/.+|git-[a-z]+-pack)")


class Site:
    """All that answers, by path."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.faults = Faults()
        self.requests: list[Request] = []
        self.violations: list[Violation] = []
        self.rest = Rest(world, description(), Checker(description()), self.violations)
        self.graphql = GraphQL(world, self.violations)
        self.git = SmartHttp(world)
        self.lfs = Lfs(world)
        self.pages = Pages(world)

    def respond(self, request: HttpRequest) -> HttpAnswer | None:
        """The answer, or None for a connection to drop; faults strike here, and the record is kept."""
        if short := SHORT_GIT_PATH.fullmatch(request.path):
            request = replace(request, path=f"{short[1]}.git/{short[2]}")
        fault = self.faults.take(request.method, unquote(request.path))
        answer = self._suffered(request, fault)
        status = answer.status if answer else DROPPED
        operation = answer.operation if answer else ""
        if not operation and (found := self.rest.description.find(request.method, request.path)):
            operation = found[0].name
        self.requests.append(Request(request.method, unquote(request.path), operation, status))
        return answer

    def _suffered(self, request: HttpRequest, fault: Fault | None) -> HttpAnswer | None:
        if fault is not None and fault.meanwhile is not None:
            fault.meanwhile()
        if fault is None or fault.when == "before":
            if fault is not None:
                time.sleep(fault.delay)
            if fault is None or fault.status is None:
                return self._answer(request)
            return fault.answer() if fault.status else None
        real = self._answer(request)
        time.sleep(fault.delay)
        if fault.status is None:
            return real
        return fault.answer() if fault.status else None

    def _answer(self, request: HttpRequest) -> HttpAnswer:
        try:
            return self._routed(request)
        except Exception as error:
            traceback.print_exc()
            self.violations.append(Violation("server", request.path, (repr(error),)))
            return json_answer(500, {"message": f"The stand-in failed: {error!r}"})

    def _routed(self, request: HttpRequest) -> HttpAnswer:
        token = token_of(request)
        who = self.world.identities.get(token)
        path = unquote(request.path)
        if path.startswith(STORE):
            return self.lfs.store(request)
        if match := GIT_PATH.fullmatch(path):
            repository = self.world.repositories.get(match["name"])
            if match["tail"].startswith("info/lfs/"):
                return self.lfs.answer(request, repository, who)
            return self.git.answer(request, repository, who, match["tail"])
        if path == "/graphql":
            return self.graphql.answer(request, who)
        if page := self.pages.answer(request, who):
            return page
        return self.rest.answer(request, who, bad_token=bool(token) and who is None)


def token_of(request: HttpRequest) -> str:
    """The token that a request brings, in any of the ways that GitHub takes it."""
    scheme, _, rest = request.header("Authorization").partition(" ")
    if scheme.lower() != "basic":
        return rest.strip()
    with contextlib.suppress(binascii.Error, UnicodeDecodeError):
        user, _, password = base64.b64decode(rest).decode().partition(":")
        return password if password not in ("", "x-oauth-basic") else user
    return "?"
