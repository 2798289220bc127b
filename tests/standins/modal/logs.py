"""What containers print, by line, with the function call that it belongs to."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator
from functools import partial
from typing import TYPE_CHECKING

from modal_proto import api_pb2 as pb

from tests.standins.modal.refusals import not_found
from tests.standins.modal.servicer import Caller
from tests.standins.modal.waiting import Signal

if TYPE_CHECKING:
    from tests.standins.modal.apps import App
    from tests.standins.modal.plane import ControlPlane

Request = pb.AppGetLogsRequest | pb.AppFetchLogsRequest | pb.AppCountLogsRequest


class AppLogs:
    """The lines of one app in order, and those of each function call again."""

    def __init__(self) -> None:
        self.lines: list[pb.TaskLogsBatch] = []
        self.of_call: dict[str, list[pb.TaskLogsBatch]] = defaultdict(list)
        self.changed = Signal()

    def among(self, call_id: str) -> list[pb.TaskLogsBatch]:
        """The lines to look through."""
        return self.of_call.get(call_id, []) if call_id else self.lines


def number(batch: pb.TaskLogsBatch) -> int:
    """A line's place in its app."""
    return int(batch.entry_id.split("-")[0])


def matches(request: Request, batch: pb.TaskLogsBatch) -> bool:
    """Whether a request asks for this line."""
    line = batch.items[0]
    streamed = isinstance(request, pb.AppGetLogsRequest)
    source = request.file_descriptor if streamed else request.source
    return (
        (not request.function_id or request.function_id == batch.function_id)
        and (not request.task_id or request.task_id == batch.task_id)
        and (not request.function_call_id or request.function_call_id == line.function_call_id)
        and (not source or source == line.file_descriptor)
        and request.search_text in line.data
    )


class Logs:
    """The logs of all apps."""

    def __init__(self, plane: ControlPlane) -> None:
        self.plane = plane
        self.of_app: dict[str, AppLogs] = defaultdict(AppLogs)

    def add(
        self,
        app_id: str,
        line: str,
        source: pb.FileDescriptor.ValueType,
        container_id: str,
        function_id: str,
        call_id: str,
        input_id: str,
    ) -> None:
        """Write a line down and show it to those who follow the app."""
        logs = self.of_app[app_id]
        item = pb.TaskLogs(
            data=line,
            timestamp=time.time(),
            timestamp_ns=time.time_ns(),
            file_descriptor=source,
            function_call_id=call_id,
            input_id=input_id,
            container_id=container_id,
        )
        batch = pb.TaskLogsBatch(
            task_id=container_id,
            items=[item],
            entry_id=f"{len(logs.lines) + 1}-0",
            function_id=function_id,
            input_id=input_id,
        )
        logs.lines.append(batch)
        logs.of_call[call_id].append(batch)
        logs.changed.fire()

    def _app(self, request: Request) -> App:
        app_id = request.app_id
        if not app_id and request.task_id:
            app_id = self.plane.containers.get(request.task_id).function.app.id
        if not app_id and request.function_call_id:
            app_id = self.plane.calls.get(request.function_call_id).function.app.id
        if not app_id:
            raise not_found("These logs belong to no app.")
        return self.plane.apps.get(app_id)

    @staticmethod
    def _news(app: App, logs: AppLogs, last: int) -> bool:
        return len(logs.lines) > last or app.done()

    async def AppGetLogs(
        self, request: pb.AppGetLogsRequest, caller: Caller
    ) -> AsyncIterator[pb.TaskLogsBatch]:
        app = self._app(request)
        logs = self.of_app[app.id]
        last = int((request.last_entry_id or "0").split("-")[0])
        deadline = time.monotonic() + request.timeout
        while True:
            for batch in logs.lines[last:]:
                last = number(batch)
                if matches(request, batch):
                    yield batch
            if app.done():
                yield pb.TaskLogsBatch(app_done=True)
                return
            left = deadline - time.monotonic()
            if left <= 0:
                return
            await logs.changed.until(partial(self._news, app, logs, last), left)

    def _select(self, request: pb.AppFetchLogsRequest | pb.AppCountLogsRequest) -> list[pb.TaskLogsBatch]:
        since = request.since.ToNanoseconds()
        until = request.until.ToNanoseconds() or 1 << 62
        return [
            batch
            for batch in self.of_app[self._app(request).id].among(request.function_call_id)
            if since <= batch.items[0].timestamp_ns <= until and matches(request, batch)
        ]

    async def AppFetchLogs(self, request: pb.AppFetchLogsRequest, caller: Caller) -> pb.AppFetchLogsResponse:
        return pb.AppFetchLogsResponse(batches=self._select(request)[-(request.limit or 1000) :])

    async def AppCountLogs(self, request: pb.AppCountLogsRequest, caller: Caller) -> pb.AppCountLogsResponse:
        width = request.bucket_secs or 60
        counted: Counter[tuple[int, bool]] = Counter()
        for batch in self._select(request):
            line = batch.items[0]
            start = int(line.timestamp // width * width)
            counted[start, line.file_descriptor == pb.FILE_DESCRIPTOR_STDERR] += 1
        response = pb.AppCountLogsResponse(app_id=request.app_id)
        for start in sorted({start for start, _ in counted}):
            bucket = response.buckets.add(stdout_logs=counted[start, False], stderr_logs=counted[start, True])
            bucket.bucket_start_at.FromSeconds(start)
        return response
