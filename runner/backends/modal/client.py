"""Whether the provider answers, and the SDK is one that we know."""

from __future__ import annotations

import time
from typing import Any, Final

from runner.backends.modal.reach import require_listener, unreachable
from runner.backends.modal.troubles import provider_errors, said

PATIENCE: Final = 15.0
"""Seconds that the provider has for its first answer; the SDK itself would wait for almost a minute."""

_answered: list[bool] = []


def require_reachable(seconds: float = PATIENCE) -> None:
    """Finds out, once per process and within `seconds`, that the provider answers and takes the token.

    Raises ProviderError.
    """
    if _answered:
        return
    from modal import exception as sdk

    begun = time.monotonic()
    require_listener(seconds)
    with provider_errors():
        try:
            _greet(max(1.0, begun + seconds - time.monotonic()))
        except TimeoutError:
            raise unreachable(f"Modal did not answer within {seconds:.0f} seconds") from None
        except (sdk.UnimplementedError, sdk.ServiceError, sdk.InternalError) as error:
            raise unreachable(f"what answers there is not Modal: {said(error)}") from None
    _answered.append(True)


def _greet(seconds: float) -> None:
    """Shows the token. Raises what the SDK raises, and TimeoutError after so many seconds."""
    from modal._utils.async_utils import synchronizer
    from modal.client import _Client

    async def greet() -> None:
        import asyncio

        client: Any = await _Client.from_env()
        await asyncio.wait_for(client.hello(), seconds)

    synchronizer.create_blocking(greet)()


def ask(name: str, request: Any) -> Any:
    """The answer to one request of the SDK's internal client, for what it has no public call.

    Raises what the SDK raises.
    """
    from modal._utils.async_utils import synchronizer
    from modal.client import _Client

    async def answer() -> Any:
        client = await _Client.from_env()
        return await getattr(client._stub, name)(request)

    return synchronizer.create_blocking(answer)()


def sdk_version_problem() -> str | None:
    """Why the installed SDK cannot be used; None where it can."""
    from importlib.metadata import PackageNotFoundError, requires, version

    from packaging.requirements import Requirement

    try:
        installed = version("modal")
    except PackageNotFoundError:
        return "the package modal is not installed"
    wanted = next(
        (one for one in map(Requirement, requires("runner") or ()) if one.name == "modal" and not one.marker),
        None,
    )
    if wanted is None or wanted.specifier.contains(installed, prereleases=True):
        return None
    return f"modal {installed} is installed, and the runner is tested with {wanted.specifier} only"
