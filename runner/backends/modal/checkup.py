"""Whether this machine and Modal are set up for each other: one question a function.

Each returns what was found in a few words, and raises ProviderError, with the fix, where it is not well.
"""

from __future__ import annotations

import time
import uuid
from typing import Final

from runner.backends.modal.transfer import Store
from runner.errors import ProviderError
from runner.settings import ModalSettings

MOST_APART: Final = 30.0
"""Seconds that the clocks may differ: logs, ages and costs are reckoned from both."""


def is_set_up() -> bool:
    """Whether there are any credentials; whether they are good ones, only the provider knows."""
    from runner.backends.modal.troubles import provider_errors

    with provider_errors():
        from modal.config import config

        token = config.get("token_id") and config.get("token_secret")
        return bool(token or config.get("oauth_refresh_token"))


def sdk() -> str:
    """The version of the SDK, in range."""
    from importlib.metadata import version

    from runner.backends.modal.client import sdk_version_problem

    if problem := sdk_version_problem():
        fix = "pip install --upgrade runner (or install a version of modal in that range)"
        raise ProviderError("sdk-version", problem, fix=fix)
    return f"modal {version('modal')}"


def server() -> str:
    """The server, which takes a connection."""
    from runner.backends.modal.client import PATIENCE
    from runner.backends.modal.reach import require_listener, where

    require_listener(PATIENCE)
    return where()


def token() -> str:
    """That the server answers and takes the token."""
    from runner.backends.modal.client import require_reachable

    require_reachable()
    return "accepted"


def environment(settings: ModalSettings) -> str:
    """The environment, which exists."""
    from runner.backends.modal.access import require_environment

    return require_environment(settings) or "the default one"


def secret(settings: ModalSettings, variable: str) -> str:
    """The secret that holds a variable."""
    from runner.backends.modal.access import require_secret

    require_secret(settings, variable)
    return f"in the secret {settings.secret(variable)}"


def volumes(settings: ModalSettings) -> tuple[str, float]:
    """That the control Volume can be written; how many seconds the provider's clock is ahead of ours."""
    store = Store(settings, "control")
    path = f"/doctor/{uuid.uuid4().hex}"
    before = time.time()
    store.put({path: uuid.uuid4().bytes})
    after = time.time()
    found = store.files(path)
    store.remove(path)
    if not found:
        raise ProviderError(
            "volume-lost",
            "a file that was just written is not listed",
            place=f"Volume {store.name}",
            fix="run runner doctor again; if it stays so, see https://status.modal.com",
        )
    # A moment of the provider's is known to the second only, and lies between ours if the clocks agree.
    theirs = found[0].modified
    ahead = theirs - after if theirs > after else min(0.0, theirs + 1.0 - before)
    return f"{store.name} can be written and read", ahead


def clock(ahead: float) -> str:
    """How far apart the clocks are."""
    if abs(ahead) > MOST_APART:
        way = "behind" if ahead > 0 else "ahead of"
        raise ProviderError(
            "clock",
            f"this machine's clock is {abs(ahead):.0f} s {way} the provider's",
            fix="set the clock by the network: timedatectl set-ntp true",
        )
    return "the same as the provider's" if abs(ahead) < 1 else f"{abs(ahead):.0f} s from the provider's"
