"""The command line `runner`, asked for JSON, in the repository of the service."""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import json
import logging
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from workloads.service.training.model import TrainingError

LOG: Final = logging.getLogger("service")

LARGEST: Final = 16 << 20
"""Bytes of an answer."""
LONGEST: Final = 1000
"""Characters of a sentence that is passed on."""
OWN: Final = "RUNNER_SERVICE_"
"""How the variables begin that are about the service, and no business of the runs that it starts."""

UNKNOWN: Final = frozenset({"unknown-run", "ambiguous-run"})
CONFLICTS: Final = frozenset(
    {
        *("job-running", "weights-locked", "request-other"),
        *("needs-approval", "over-budget"),
        *("run-ended", "run-finished", "run-going", "run-queued"),
    }
)
"""Refusals for what stands in the way, and not for what was asked."""


class CommandLine:
    """Runs `python -m runner` without a shell, a few at a time, each within its time."""

    def __init__(self, repository: Path, without: Sequence[str], at_once: int = 4) -> None:
        """`without` are variables that the runs must not see: those with the service's own secrets."""
        self._repository = repository
        self._without = frozenset(without)
        self._room = asyncio.Semaphore(at_once)

    async def ask(self, *arguments: str, seconds: float, as_json: bool = True) -> Any:
        """What a command answers. Raises TrainingError for what it refuses, and when it takes too long."""
        told = [*arguments, *(["--json"] if as_json else [])]
        async with self._room:
            code, output, errors = await self._run(told, seconds)
        if code == 0 and not as_json:
            return None
        try:
            answer = json.loads(output)
        except ValueError:
            answer = None
        if code == 0 and answer is not None:
            return answer
        error = refusal(code, answer, errors, self._repository)
        if error.status >= 500:
            said = errors.decode("utf-8", "replace")[-LONGEST:]
            LOG.error("%s", json.dumps({"command": arguments[0], "exit_code": code, "said": said}))
        raise error

    async def _run(self, arguments: Sequence[str], seconds: float) -> tuple[int, bytes, bytes]:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-m", "runner", *arguments),
            cwd=self._repository,
            env=environment(os.environ, self._without),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            limit=LARGEST,
            start_new_session=True,
        )
        try:
            output, errors = await asyncio.wait_for(process.communicate(), seconds)
        except TimeoutError:
            message = "what starts and watches trainings did not answer in time"
            raise TrainingError("busy", 503, message, retry_after=30) from None
        finally:
            if process.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                await process.wait()
        return process.returncode or 0, output, errors


def environment(outside: Mapping[str, str], without: frozenset[str]) -> dict[str, str]:
    """The environment of the runner: that of the service without what is the service's own."""
    kept = {
        name: value for name, value in outside.items() if name not in without and not name.startswith(OWN)
    }
    spec = importlib.util.find_spec("runner")
    if spec is not None and spec.origin is not None:
        package = str(Path(spec.origin).parents[1])
        kept["PYTHONPATH"] = os.pathsep.join([package, *filter(None, [kept.get("PYTHONPATH")])])
    return kept


def refusal(code: int, answer: Any, errors: bytes, repository: Path) -> TrainingError:
    """The runner's own sentence and fix, as an answer to a request; where the repository lies is not told."""
    error = answer.get("error") if isinstance(answer, dict) else None
    if not isinstance(error, dict):
        error = _said(errors.decode("utf-8", "replace"))
    name = str(error.get("code") or "training-failed")
    sentence = ": ".join(filter(None, (str(error.get("place") or ""), str(error.get("message") or ""))))
    whole = "; ".join(filter(None, (sentence, str(error.get("fix") or ""))))
    told = whole.replace(f"{repository}/", "")
    message = " ".join(told.split())[:LONGEST] or "the training could not be started"
    if name in UNKNOWN:
        return TrainingError("not_found", 404, "there is no training of this name")
    if name in CONFLICTS:
        return TrainingError(_code_of(name), 409, message)
    if code == 4:
        return TrainingError(_code_of(name), 503, message, retry_after=30)
    if code == 2:
        return TrainingError(_code_of(name), 422, message)
    return TrainingError("internal", 500, "the training could not be started; the service's log says more")


def _code_of(name: str) -> str:
    """A code of the runner's, as those of the service are written."""
    return name.replace("-", "_")


def _said(errors: str) -> dict[str, str]:
    """The error in what a command wrote for people: `error[code]: sentence`, then `fix: …`."""
    lines = [line.strip() for line in errors.splitlines() if line.strip()]
    error = next((line for line in reversed(lines) if line.startswith("error[")), "")
    fix = next((line for line in reversed(lines) if line.startswith("fix: ")), "")
    code, _, message = error.removeprefix("error[").partition("]: ")
    return {"code": code, "message": message, "fix": fix.removeprefix("fix: ")}
