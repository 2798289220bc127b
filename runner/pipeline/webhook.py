"""The webhook that hears of every run that ends. Its address is a secret."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from threading import Thread
from typing import Final

VARIABLE: Final = "RUNNER_WEBHOOK_URL"
PATIENCE: Final = 10.0
"""Seconds for the whole of it."""
_ADDRESS: Final = re.compile(
    r"(https://[A-Za-z0-9.-]+|http://(127\.0\.0\.1|localhost|\[::1\]))(:[0-9]{1,5})?(/[!-~]*)?"
)


def is_called(environ: Mapping[str, str] = os.environ) -> bool:
    """Whether the environment names an address."""
    return bool(environ.get(VARIABLE, "").strip())


def send(text: str, environ: Mapping[str, str] = os.environ, patience: float = PATIENCE) -> list[str]:
    """Sends `text` in Slack's form where the environment names an address; sentences on what went wrong.

    None of them holds the address. It takes at most `patience` seconds.
    """
    address = environ.get(VARIABLE, "").strip()
    if not address:
        return []
    if not _ADDRESS.fullmatch(address):
        return [f"the webhook was not called: {VARIABLE} is no https address"]
    troubles: list[str] = []
    # A server that answers a byte at a time would keep a socket's own limit from ever being reached.
    calling = Thread(target=_call, args=(address, text, patience, troubles), daemon=True)
    calling.start()
    calling.join(patience)
    if calling.is_alive():
        troubles = ["it did not answer in time"]
    return [f"the webhook was not called: {trouble}" for trouble in troubles]


def _call(address: str, text: str, patience: float, troubles: list[str]) -> None:
    from http.client import HTTPException
    from urllib.error import HTTPError, URLError
    from urllib.request import HTTPRedirectHandler, Request, build_opener

    class Staying(HTTPRedirectHandler):
        def redirect_request(self, *_: object) -> None:
            """Follows nowhere: the answer counts as a failure."""

    body = json.dumps({"text": text}).encode()
    try:
        request = Request(address, body, {"Content-Type": "application/json", "User-Agent": "runner"})
        with build_opener(Staying).open(request, timeout=patience):
            pass
    except HTTPError as error:
        error.close()
        troubles.append(f"it answered {error.code}")
    except TimeoutError:
        troubles.append("it did not answer in time")
    except (URLError, OSError, HTTPException, ValueError) as error:  # their texts may hold the address
        troubles.append(f"it could not be reached ({type(error).__name__})")
