"""vLLM's OpenAI-compatible server, as a child of the program that needs it."""

from __future__ import annotations

import contextlib
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from workloads.textgames.serving import supervisor
from workloads.textgames.serving.calls import CallError, call
from workloads.textgames.serving.command import HOST, Served, command_line, environment
from workloads.textgames.serving.diagnosis import diagnose, port_taken
from workloads.textgames.serving.errors import ServerError
from workloads.textgames.serving.log_file import read_end, tail
from workloads.textgames.serving.ports import free_port, is_taken
from workloads.textgames.settings import Dtype, Vllm

GRACE: Final = 10.0
"""Seconds between SIGTERM and SIGKILL."""
_TRIES: Final = 3
_PAUSE: Final = 0.2
_PROGRESS: Final = 10.0


class VllmServer:
    """Serves a model's folder on a loopback port while the context is entered.

    Nothing is started before, and nothing of it is left after, whatever ends this program: below it runs a
    supervisor (`supervisor.py`). `url`, `base_url` (with /v1) and `key` are there while it serves; every
    request but /health wants `Authorization: Bearer key`. `command.Served` says what the arguments mean.
    `log` takes all that vLLM prints; `say` a line of progress every ten seconds while it loads.
    """

    def __init__(
        self,
        model: Path,
        vllm: Vllm,
        *,
        log: Path,
        name: str = "policy",
        dtype: Dtype = "auto",
        adapters: Mapping[str, Path] | None = None,
        lora_rank: int | None = None,
        control: bool = False,
        devices: str | None = None,
        flags: Sequence[str] = (),
        say: Callable[[str], None] = print,
    ) -> None:
        self.served = Served(
            model=model,
            vllm=vllm,
            name=name,
            dtype=dtype,
            adapters=adapters or {},
            lora_rank=lora_rank,
            control=control,
            devices=devices,
            flags=flags,
        )
        self.name = name
        self.log = log
        self.key = secrets.token_urlsafe(32)
        self.port = vllm.port
        self._say = say
        self._process: subprocess.Popen[bytes] | None = None
        self._log_start = 0
        self._log_told = 0

    @property
    def url(self) -> str:
        """The server, without /v1."""
        return f"http://{HOST}:{self.port}"

    @property
    def base_url(self) -> str:
        """What OpenAI's clients call `base_url`."""
        return f"{self.url}/v1"

    def __enter__(self) -> Self:
        """Starts, and waits until it answers. Raises ServerError within `ready_timeout` seconds."""
        until = time.monotonic() + self.served.vllm.ready_timeout
        try:
            for tries_left in reversed(range(_TRIES)):
                try:
                    self._start()
                    self._wait(until)
                    break
                except ServerError as error:
                    self.stop()
                    if error.cause != "port-taken" or self.served.vllm.port or not tries_left:
                        raise
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def check(self, timeout: float = 10.0) -> None:
        """Raises ServerError when it ended, or does not answer a health check in `timeout` seconds."""
        if not self._runs():
            raise self._failure()
        try:
            call(f"{self.url}/health", self.key, timeout)
        except CallError as error:
            raise self._unwell(error) from None

    def post(self, path: str, body: Mapping[str, Any], timeout: float = 60.0) -> Any:
        """Posts JSON to a path of the server and returns the answer. Raises ServerError."""
        try:
            return call(self.url + path, self.key, timeout, body, "POST")
        except CallError as error:
            if not error.status:
                self.check()
            refused = ServerError("request", f"vLLM did not do {path}: {error}", self.log_tail())
            self._log_told = self.log.stat().st_size
            raise refused from None

    def log_tail(self) -> tuple[str, ...]:
        """The last lines of its log, without the key."""
        return tail(read_end(self.log, self._log_start, self.key))

    def stop(self) -> None:
        """Ends it with all that it started. Once is enough, twice is fine."""
        process, self._process = self._process, None
        if process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(signal.SIGTERM)
        try:
            process.wait(GRACE + 10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        while process.returncode < 0 and supervisor.members(process.pid):
            supervisor.signal_members(process.pid, signal.SIGKILL)
            time.sleep(supervisor.PAUSE)

    def _start(self) -> None:
        port = self.served.vllm.port
        if port and is_taken(port):
            raise ServerError("port-taken", port_taken(port))
        self.port = port or free_port()
        above = [sys.executable, "-I", "-S", supervisor.__file__, str(os.getpid()), str(GRACE)]
        line = [*above, *command_line(self.served, self.port)]
        surroundings = environment(self.served, self.key, os.environ)
        try:
            self.log.parent.mkdir(parents=True, exist_ok=True)
            with self.log.open("ab") as log:
                self._log_start = self._log_told = log.tell()
                self._process = subprocess.Popen(
                    line,
                    env=surroundings,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )
        except OSError as error:
            raise ServerError(
                "setting", f"vLLM's log {self.log} cannot be written: {error.strerror}"
            ) from None

    def _wait(self, until: float) -> None:
        started = said = time.monotonic()
        while not self._answers():
            now = time.monotonic()
            if not self._runs():
                raise self._failure()
            if now > until:
                raise self._failure(waited=self.served.vllm.ready_timeout)
            if now - said >= _PROGRESS:
                said = now
                self._say(f"vLLM is loading the model: {now - started:.0f} s")
            time.sleep(_PAUSE)
        self._say(f"vLLM serves on {self.url} after {time.monotonic() - started:.0f} s")

    def _runs(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def _answers(self) -> bool:
        """Whether it is there, and is the one that was started: only that one knows the key."""
        try:
            call(f"{self.url}/health", self.key, 2.0)
            said = call(f"{self.base_url}/models", self.key, 10.0)
        except CallError:
            return False
        return isinstance(said, dict) and any(of.get("id") == self.name for of in said.get("data", []))

    def _unwell(self, error: CallError) -> ServerError:
        """Why it fails a health check. One whose engine is dead says so, and ends in a few seconds."""
        if self._process is not None and error.status:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(GRACE)
        if not self._runs():
            return self._failure()
        sentence = f"vLLM fails its health check ({error}); start it again, and see its log, {self.log}"
        return ServerError("died", sentence, self.log_tail())

    def _failure(self, waited: float | None = None) -> ServerError:
        """Why it does not serve, by what its log says that was not told before."""
        status = self._process.poll() if self._process is not None else None
        found = diagnose(read_end(self.log, self._log_told, self.key), status, waited, self.port)
        return ServerError(found.cause, found.sentence, self.log_tail())
