"""How inputs end, or run again: results, retries, crashes, cancelling."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from modal_proto import api_pb2 as pb

from tests.standins.modal.calls import INTERNAL_FAILURE, SUCCESS, TERMINATED, TIMEOUT, Input, Status

if TYPE_CHECKING:
    from tests.standins.modal.apps import App
    from tests.standins.modal.container import Container
    from tests.standins.modal.plane import ControlPlane


def result(status: Status, sentence: str) -> pb.GenericResult:
    """A result that the service makes up itself."""
    return pb.GenericResult(status=status, exception=sentence)


CANCELLED = result(TERMINATED, "Input was cancelled by user")
STOPPED = result(TERMINATED, "App was stopped")


class Endings:
    """Gives every input its one output, once nothing is left to try."""

    def __init__(self, plane: ControlPlane) -> None:
        self.plane = plane
        self._later: dict[Input, asyncio.TimerHandle] = {}
        """Inputs that wait for their next try."""

    def conclude(
        self,
        entered: Input,
        outcome: pb.GenericResult,
        form: pb.DataFormat.ValueType = pb.DATA_FORMAT_PICKLE,
        started: float = 0.0,
    ) -> None:
        """End an input, unless its retry policy grants it another try."""
        policy = entered.call.function.definition.retry_policy
        final = (
            outcome.status in (SUCCESS, TERMINATED) or entered.cancelled or entered.call.function.app.done()
        )
        if final or entered.output is not None or entered.retries >= policy.retries:
            self.finish(entered, outcome, form, started)
            return
        delay = policy.initial_delay_ms * (policy.backoff_coefficient or 1.0) ** entered.retries
        entered.retries += 1
        self._again_later(entered, min(delay, policy.max_delay_ms or delay) / 1000)

    def finish(
        self,
        entered: Input,
        outcome: pb.GenericResult,
        form: pb.DataFormat.ValueType = pb.DATA_FORMAT_PICKLE,
        started: float = 0.0,
    ) -> None:
        """Give an input its output, once, and wake those who wait for its call."""
        if entered.output is not None:
            return
        entered.output = pb.FunctionGetOutputsItem(
            result=outcome,
            idx=entered.index,
            input_id=entered.id,
            data_format=form,
            task_id=entered.container.id if entered.container else "",
            input_started_at=started,
            output_created_at=time.time(),
            retry_count=entered.retries,
        )
        entered.call.function.queue.pop(entered, None)
        entered.call.finished.append(entered)
        entered.call.changed.fire()

    def cancel(self, entered: Input, terminate_containers: bool) -> None:
        """End an input that waits; tell the container of one that runs, or kill it."""
        if entered.output is not None:
            return
        entered.cancelled = True
        if entered.container is None:
            self.finish(entered, CANCELLED)
        elif terminate_containers:
            entered.container.kill("cancelled")
        else:
            entered.container.cancelled.append(entered.id)

    def settle(self, container: Container, entered: Input) -> None:
        """Decide what becomes of an input whose container is gone."""
        why = container.doom
        if container.startup_failure is not None:
            self.finish(entered, container.startup_failure)
        elif entered.cancelled:
            self.finish(entered, CANCELLED)
        elif entered.call.function.app.done():
            self.finish(entered, STOPPED)
        elif why == "timeout" and entered is container.overdue:
            seconds = container.function.definition.timeout_secs
            told = f"Task's current input {entered.id} hit its timeout of {seconds}s"
            self.conclude(entered, result(TIMEOUT, told))
        elif why == "fails":
            self.finish(entered, result(INTERNAL_FAILURE, f"Container {container.id} was killed"))
        elif entered.call.web() and (why is None or entered.call.data_out):
            self.finish(entered, result(INTERNAL_FAILURE, f"Container {container.id} is gone"))
        elif why is not None:
            self.plane.scheduler.enqueue(entered, first=True)
        else:
            self._restart_crashed(container, entered)

    def _restart_crashed(self, container: Container, entered: Input) -> None:
        options = self.plane.options
        if entered.crashes >= options.crash_restarts:
            told = f"Container {container.id} exited with code {container.exit_code}"
            self.finish(entered, result(INTERNAL_FAILURE, told))
            return
        self._again_later(entered, options.crash_delay * 2**entered.crashes)
        entered.crashes += 1

    def _again_later(self, entered: Input, seconds: float) -> None:
        entered.container = None

        def again() -> None:
            del self._later[entered]
            if entered.output is None:
                self.plane.scheduler.enqueue(entered)

        self._later[entered] = asyncio.get_running_loop().call_later(seconds, again)

    def stop_app(self, app: App) -> None:
        """End the inputs of an app that wait for their next try."""
        for entered in self._later:
            if entered.call.function.app is app:
                self.finish(entered, STOPPED)

    def close(self) -> None:
        """Try nothing again any more."""
        for timer in self._later.values():
            timer.cancel()
