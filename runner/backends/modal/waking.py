"""Has a finished run collected at once: GitHub is told, and starts the collecting workflow.

Nothing waits for that and nothing fails with it: a run that could not tell is collected on schedule.
"""

from __future__ import annotations

import http.client
import json
import os
import time
from pathlib import Path
from typing import Any, Final
from urllib.error import HTTPError
from urllib.request import HTTPRedirectHandler, Request, build_opener

import msgspec

from runner.engine.record import RECORD, RunRecord

EVENT: Final = "runner-finished"
"""The type of the `repository_dispatch`."""

PAUSES: Final = (0.0, 1.0, 4.0)
"""Seconds before each try."""

PATIENCE: Final = 10.0


def wake(control: Path, variable: str) -> str:
    """Tells the address in the run's record that it has finished. Returns a sentence for the log.

    `control` is the run's folder on the control Volume, `variable` holds the token. Never raises.
    """
    try:
        record = msgspec.json.decode((control / RECORD).read_bytes(), type=RunRecord)
    except (OSError, msgspec.DecodeError):
        return "nobody was told: the run has no record"
    token = os.environ.get(variable, "").strip()
    if not (token and token.isascii() and token.isprintable() and record.wake):
        return f"nobody was told: there is no {'token' if record.wake else 'address'}"
    refusal = ""
    for pause in PAUSES:
        time.sleep(pause)
        refusal = _tell(record.wake, token, record.run)
        if refusal[:6] in ("", "HTTP 3", "HTTP 4"):  # anything else may pass
            break
    return f"GitHub could not be told: {refusal}" if refusal else "GitHub was told"


def _tell(address: str, token: str, run: str) -> str:
    """Empty where it was told; otherwise why not, without the words of an error, which may hold the token."""
    content = json.dumps({"event_type": EVENT, "client_payload": {"run": run}}).encode()
    headers = {
        "Accept": "application/vnd.github+json",
        "Authorization": f"Bearer {token}",
        "Content-Type": "application/json",
        "User-Agent": "runner",
    }
    try:
        request = Request(address, content, headers, method="POST")
        with build_opener(_Staying).open(request, timeout=PATIENCE):
            return ""
    except HTTPError as error:
        error.close()
        return f"HTTP {error.code}"
    except (OSError, ValueError, http.client.HTTPException) as error:
        return type(error).__name__


class _Staying(HTTPRedirectHandler):
    """Follows nobody elsewhere, as the token would go along."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        """See `HTTPRedirectHandler`: None is a refusal."""
