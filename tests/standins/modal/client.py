"""A plane for tests: started as a process of its own, told what to do over HTTP."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

ROOT = Path(__file__).parents[3]
Whose = Literal["any", "client", "container"]


@dataclass(frozen=True)
class Call:
    """One recorded call."""

    at: float
    rpc: str
    caller: str
    summary: str


def end(process: subprocess.Popen[str]) -> None:
    """Wait for a plane that was told to end; one that does not is killed, its containers with it."""
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        raise


class PlaneFailed(Exception):
    """The plane did not start, or did not understand an order."""


class Plane:
    """A running plane."""

    def __init__(self, control: str, environment: dict[str, str], process: subprocess.Popen[str]) -> None:
        self.control = control
        self.environment = environment
        """What a process needs in its environment to be a client of this plane."""
        self.process = process

    @classmethod
    @contextmanager
    def start(cls, state: Path, **options: Any) -> Iterator[Plane]:
        """A plane for the time of a `with`; options are those of the command line, with underscores."""
        command = [
            sys.executable,
            "-m",
            "tests.standins.modal",
            "--state",
            str(state),
            "--until-stdin-closes",
        ]
        for name, setting in options.items():
            flag = "--" + name.replace("_", "-")
            for each in setting if isinstance(setting, list) else [setting]:
                command += [flag] if each is True else [flag, str(each)]
        pipe = subprocess.PIPE
        with subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True) as process:
            assert process.stdin is not None and process.stdout is not None
            try:
                line = process.stdout.readline()
                if not line:
                    raise PlaneFailed(f"The Modal stand-in did not start (exit code {process.wait()}).")
                told = json.loads(line)
                yield cls(told["control"], told["environment"], process)
            finally:
                process.stdin.close()
                end(process)

    def order(self, name: str, /, **order: Any) -> Any:
        """Give an order; what the plane answers."""
        request = urllib.request.Request(
            f"{self.control}/{name}", json.dumps(order).encode(), {"Content-Type": "application/json"}
        )
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=60) as response:
                return json.load(response)
        except urllib.error.HTTPError as error:
            with error:
                raise PlaneFailed(error.read().decode()) from None

    # Faults ------------------------------------------------------------------------------------------------

    def fail(
        self,
        rpc: str,
        *,
        before: bool = True,
        status: str = "INTERNAL",
        times: int | None = 1,
        nth: int = 1,
        caller: Whose = "any",
        match: str = "",
        retry_after: float | None = None,
        message: str = "the stand-in was told to fail",
    ) -> None:
        """Let calls fail before their effect, or after it.

        The SDK repeats UNAVAILABLE, INTERNAL, UNKNOWN, CANCELLED and DEADLINE_EXCEEDED by itself, mostly
        three times, so `times=4` makes it give up. FAILED_PRECONDITION, RESOURCE_EXHAUSTED and the rest it
        does not repeat, unless `retry_after` (seconds) tells it to. `match` strikes only calls whose summary
        holds a text. Over HTTP there are BlobPut, BlobGetContent, BlockPut and BlockGet.
        """
        self.order(
            "fail",
            rpc=rpc,
            moment="before" if before else "after",
            status=status,
            times=times,
            nth=nth,
            caller=caller,
            match=match,
            retry_after=retry_after,
            message=message,
        )

    def delay(
        self, rpc: str, seconds: float, *, times: int | None = None, nth: int = 1, caller: Whose = "any"
    ) -> None:
        """Let calls wait before their effect."""
        self.order("fail", rpc=rpc, moment="delay", seconds=seconds, times=times, nth=nth, caller=caller)

    def hang(self, rpc: str, *, times: int | None = None, nth: int = 1, caller: Whose = "any") -> None:
        """Let calls never be answered."""
        self.order("fail", rpc=rpc, moment="hang", times=times, nth=nth, caller=caller)

    def clear_faults(self) -> None:
        """Let all go right again."""
        self.order("clear_faults")

    # The record --------------------------------------------------------------------------------------------

    def calls(self) -> list[Call]:
        """Every call since the start or the last reset."""
        return [Call(**call) for call in self.order("calls")]

    def counts(self) -> dict[str, int]:
        """How often each RPC was called."""
        counted: dict[str, int] = self.order("counts")
        return counted

    def reset_calls(self) -> None:
        """Forget the record."""
        self.order("reset_calls")

    def unimplemented(self) -> dict[str, int]:
        """RPCs that were called and are not known."""
        called: dict[str, int] = self.order("unimplemented")
        return called

    # Containers --------------------------------------------------------------------------------------------

    def hold(self, functions: str) -> None:
        """Queue the inputs of these functions (a pattern of names), and start no container for them."""
        self.order("hold", functions=functions)

    def release(self) -> None:
        """Hold nothing any more."""
        self.order("release")

    def preempt(self, functions: str, *, grace: float | None = None) -> list[str]:
        """Interrupt these functions' containers, and kill them when the grace (seconds) is over; which."""
        preempted: list[str] = self.order("preempt", functions=functions, grace=grace)
        return preempted

    def kill(self, functions: str, *, fails: bool = False) -> list[str]:
        """Kill these functions' containers as a crash does; `fails`: their inputs do not run again."""
        killed: list[str] = self.order("kill", functions=functions, fails=fails)
        return killed

    def stop(self, apps: str = "*") -> None:
        """Stop these apps (a pattern of names), as a person would on the dashboard."""
        self.order("stop", apps=apps)

    def containers(self) -> list[dict[str, Any]]:
        """Those that run: id, function, app, pid, calls, started_at."""
        running: list[dict[str, Any]] = self.order("containers")
        return running

    # What there is -----------------------------------------------------------------------------------------

    def apps(self) -> list[dict[str, Any]]:
        """All apps: id, name, description, environment, state, tags, functions."""
        known: list[dict[str, Any]] = self.order("apps")
        return known

    def functions(self) -> list[dict[str, Any]]:
        """All functions, variants included, with all that they were defined with."""
        known: list[dict[str, Any]] = self.order("functions")
        return known

    # Settings ----------------------------------------------------------------------------------------------

    def secret(self, name: str, values: dict[str, str]) -> None:
        """Create a Secret."""
        self.order("secret", name=name, values=values)

    def forget_secrets(self) -> None:
        """Leave no Secret but those that the plane was started with."""
        self.order("forget_secrets")

    def volume_limit(self, name: str, limit: int | None) -> None:
        """The bytes that a Volume takes at most."""
        self.order("volume_limit", name=name, bytes=limit)

    def expire_outputs(self) -> None:
        """Forget the outputs that there are."""
        self.order("expire_outputs")

    def image_fails(self, text: str) -> None:
        """Let builds fail whose commands hold a text."""
        self.order("image_fails", text=text)

    def set_rates(self, **rates: str) -> None:
        """USD per hour, by resource."""
        self.order("rates", **rates)

    def options(self, **options: Any) -> None:
        """Change settings while the plane runs: those of options.py, by their names."""
        self.order("options", **options)
