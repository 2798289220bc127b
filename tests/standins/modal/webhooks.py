"""Web functions: each has an address of its own, where requests become inputs and outputs become answers."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from modal_proto import api_pb2 as pb

from tests.standins.modal import asgi
from tests.standins.modal.calls import TIMEOUT, Call, Input
from tests.standins.modal.clients import WORKSPACE
from tests.standins.modal.sites import Receive, Send, Site

if TYPE_CHECKING:
    from tests.standins.modal.functions import Function
    from tests.standins.modal.plane import ControlPlane

RESULT = "__modal_function_call_id"
"""The parameter of the address at which the answer of a request that took long is to be had."""
PROMPT = 1.0
"""Seconds after which the application hears of a request whose body has not begun to come."""
SYNC = pb.FUNCTION_CALL_INVOCATION_TYPE_SYNC


def app_of(function: Function) -> str:
    """What a function's app is called, deployed or not."""
    return function.app.name or function.app.description


def label_of(function: Function) -> str:
    """What the service makes a host name of; the same for every deployment of an app under its name."""
    suffix = function.definition.webhook_config.requested_suffix
    name = f"{app_of(function)}-{function.name}".lower()
    return f"{WORKSPACE}--{suffix or re.sub(r'[^a-z0-9-]+', '-', name)}"


class Webhooks:
    """All addresses, and the requests to them."""

    def __init__(self, plane: ControlPlane) -> None:
        self.plane = plane
        self.functions: dict[str, Function] = {}
        """The one that stands at each label: that of the last deployment."""
        self._sites: dict[str, Site] = {}

    async def publish(self, function: Function) -> None:
        """Give a web function its address."""
        if not function.definition.webhook_config.type:
            return
        label = label_of(function)
        if label not in self._sites:
            self._sites[label] = site = Site(self, label)
            await site.start()
            self.plane.announce(f"{function.name} of {app_of(function)} answers at {site.url}")
        self.functions[label] = function
        function.web_url = self._sites[label].url

    async def close(self) -> None:
        """Answer nothing any more."""
        await asyncio.gather(*(site.close() for site in self._sites.values()))

    async def answer(self, label: str, scope: asgi.Scope, receive: Receive, send: Send) -> None:
        """One request, from its first line to the end of its answer."""
        function = self.functions[label]
        self.plane.recording.note("WebRequest", "client", f"{scope['method']} {label} {scope['path']}")
        if function.app.done() or function.id not in function.app.functions.values():
            await _say(send, asgi.plain(404, "app for invoked web endpoint is stopped"))
            return
        earlier = parse_qs(scope["query_string"].decode("latin-1")).get(RESULT, [])
        call = self.plane.calls.by_id.get(earlier[0]) if earlier else self._call(function, scope)
        if call is None or call.function is not function:
            await _say(send, asgi.plain(404, "no such function call"))
            return
        listening = asyncio.create_task(self._listen(call, receive, goes_in=not earlier))
        try:
            await self._tell(call, scope, send)
        finally:
            listening.cancel()

    def _call(self, function: Function, scope: asgi.Scope) -> Call:
        call = Call(self.plane.new_id("fc"), function, SYNC)
        self.plane.calls.by_id[call.id] = call
        self.plane.calls.add(call, [pb.FunctionPutInputsItem(idx=0, input=asgi.entering(scope))])
        return call

    async def _listen(self, call: Call, receive: Receive, goes_in: bool) -> None:
        """Pass on what the client sends, and that it is gone."""
        coming = asyncio.ensure_future(receive())
        if not (await asyncio.wait([coming], timeout=PROMPT))[0] and goes_in:
            call.put_in(asgi.chunk({"type": "http.request", "more_body": True}, len(call.data_in) + 1))
        while True:
            message = await coming
            gone = message["type"] == "http.disconnect"
            if goes_in or gone:
                call.put_in(asgi.chunk(message, len(call.data_in) + 1))
            if gone:
                self._forget(call.inputs[0])
                return
            coming = asyncio.ensure_future(receive())

    def _forget(self, entered: Input) -> None:
        """A request that has not reached a container when its client goes away reaches none."""
        if entered.container is None:
            self.plane.endings.cancel(entered, terminate_containers=False)

    async def _tell(self, call: Call, scope: asgi.Scope, send: Send) -> None:
        """Pass on what the application answers, as it comes."""
        begun = False
        async for chunk in self.plane.streams.follow(call, call.data_out, self.plane.options.web_seconds):
            message = asgi.message(self.plane.streams.data(chunk))
            if message is not None:
                begun = True
                await send(message)
                if message["type"] == "http.response.body" and not message["more_body"]:
                    return
        if begun:
            return  # the answer will not be ended: the connection is cut
        await _say(send, self._failure(call) if call.over() else self._later(call, scope))

    @staticmethod
    def _later(call: Call, scope: asgi.Scope) -> list[asgi.Message]:
        query = scope["query_string"].decode("latin-1")
        kept = "&".join(part for part in query.split("&") if part and not part.startswith(RESULT + "="))
        place = f"{scope['path']}?{kept}{'&' if kept else ''}{RESULT}={call.id}"
        return asgi.plain(303, "the answer is not there yet", location=place)

    @staticmethod
    def _failure(call: Call) -> list[asgi.Message]:
        entered = call.inputs[0]
        if call.function.app.done():
            return asgi.plain(404, "app for invoked web endpoint is stopped")
        if entered.status() == TIMEOUT:
            return asgi.plain(504, "function call timed out")
        return asgi.plain(500, "internal error: function call failed")


async def _say(send: Send, messages: list[asgi.Message]) -> None:
    for message in messages:
        await send(message)
