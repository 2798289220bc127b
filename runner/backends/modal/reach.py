"""Whether anything listens where the provider should be: an answer in moments where nothing does."""

from __future__ import annotations

import socket
import time
from queue import Empty, Queue
from threading import Thread
from typing import Final
from urllib.parse import urlsplit

from runner.errors import ProviderError

PAUSE: Final = 0.5
"""Seconds between two tries to connect."""

TRIES: Final = 4
_PORTS: Final = {"http": 80, "https": 443, "socks5": 1080, "socks5h": 1080, "socks4": 1080, "socks4a": 1080}


def require_listener(seconds: float) -> None:
    """Raises ProviderError where no server (or the proxy before it) takes a connection within `seconds`.

    A refusal is believed after a few tries, so that a moment without network is no failure.
    """
    _require_proxy_support()
    answers: Queue[OSError | None] = Queue()
    # A thread of its own, as the resolver of names takes as long as it likes.
    Thread(target=lambda: answers.put(_trouble(seconds)), daemon=True).start()
    try:
        problem = answers.get(timeout=seconds)
    except Empty:
        problem = TimeoutError()
    if problem is not None:
        raise unreachable(f"nothing answers where Modal should be: {_words(problem)}")


def unreachable(message: str) -> ProviderError:
    """That the provider cannot be reached, and where it was looked for."""
    return ProviderError(
        "provider-unreachable",
        message,
        place=where(),
        fix="check the network (and MODAL_SERVER_URL, HTTPS_PROXY if set), or see https://status.modal.com",
    )


def where() -> str:
    """The servers that are asked, without user names and passwords."""
    return ", ".join(_shown(url) for url in _addresses())


def _require_proxy_support() -> None:
    """Raises ProviderError where a proxy is set that the SDK cannot speak to."""
    from importlib.util import find_spec

    if find_spec("python_socks") is None and any(url not in _servers() for url in _addresses()):
        raise ProviderError(
            "proxy-support",
            "a proxy is set, and the package that the SDK needs for one is not installed",
            place=where(),
            fix="pip install 'modal[api-proxy-support]', or MODAL_DISABLE_API_PROXY=1 to go around the proxy",
        )


def _trouble(seconds: float) -> OSError | None:
    """Why none of the addresses takes a connection; None where one does."""
    deadline = time.monotonic() + seconds
    problem: OSError = TimeoutError()
    addresses = _addresses()
    for number in range(TRIES):
        time.sleep(PAUSE if number else 0)
        for url in addresses:
            left = min(deadline - time.monotonic(), seconds / len(addresses))
            found = _problem(url, left) if left > 0 else TimeoutError()
            if found is None:
                return None
            problem = found
    return problem


def _servers() -> list[str]:
    from modal.config import config

    return [url.strip() for url in str(config["server_url"]).split(",")]


def _addresses() -> list[str]:
    """What to connect to: the configured servers, or the proxies that lead to them."""
    from modal._utils.proxy_support import get_proxy_url

    found = []
    for url in _servers():
        parts = urlsplit(url)
        proxy = (
            None if parts.scheme == "unix" else get_proxy_url(parts.hostname, use_ssl=parts.scheme == "https")
        )
        found.append(proxy or url)
    return list(dict.fromkeys(found))


def _problem(url: str, seconds: float) -> OSError | None:
    """Why no connection can be made; None where one can."""
    parts = urlsplit(url if "://" in url else f"http://{url}")
    try:
        if parts.scheme == "unix":
            with socket.socket(socket.AF_UNIX) as local:
                local.settimeout(seconds)
                local.connect(parts.path)
        else:
            port = parts.port or _PORTS.get(parts.scheme, 443)
            socket.create_connection((parts.hostname or "", port), timeout=seconds).close()
    except OSError as error:
        return error
    return None


def _shown(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path if parts.scheme == 'unix' else ''}"


def _words(problem: OSError) -> str:
    if isinstance(problem, TimeoutError):
        return "no answer in time"
    return (problem.strerror or str(problem) or type(problem).__name__).lower()
