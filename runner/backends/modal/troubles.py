"""What goes wrong between the SDK and the provider, in our words."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from runner.errors import InputError, ProviderError, RunnerError
from runner.wording import printable

TOKEN_FIX: Final = (
    "modal token set --token-id … --token-secret … (in CI: the secrets MODAL_TOKEN_ID and MODAL_TOKEN_SECRET "
    "as environment variables)"
)
AGAIN: Final = "run the same command again; it goes on where this one stopped"

_MOST: Final = 400
_KEYS: Final = re.compile(r"\b(?:ak|as|st|sk)-[A-Za-z0-9_-]{8,}")


@contextmanager
def provider_errors(place: str = "") -> Iterator[None]:
    """Raises ProviderError or InputError for whatever the SDK raises inside.

    `place` is what it is about: a part of the manifest, a run, a file at the provider.
    """
    known = _exceptions()
    try:
        yield
    except known as error:
        raise translated(error, place) from None


def _exceptions() -> tuple[type[Exception], ...]:
    """What the SDK raises. Raises ProviderError where it cannot be imported: it reads its settings then."""
    from aiohttp import ClientError
    from grpclib import GRPCError

    try:
        from modal.exception import Error
    except Exception as error:  # of the package's own kind, which did not come to be
        raise ProviderError(
            "sdk-settings",
            f"Modal's SDK cannot be used: {said(error)}",
            place="modal",
            fix="correct the file that it names, or move it away and run modal token new",
        ) from None
    return (Error, GRPCError, ClientError, TimeoutError, ConnectionError)


def translated(error: Exception, place: str = "") -> RunnerError:
    """One sentence and the next step for an exception of the SDK."""
    from modal import exception as sdk

    words = said(error)
    if isinstance(error, sdk.ImageBuildError):
        return _unbuilt(words, error.image_id, place)
    if isinstance(error, sdk.AuthError):
        return ProviderError(
            "provider-token", f"Modal does not accept the token: {words}", place=place, fix=TOKEN_FIX
        )
    if isinstance(error, sdk.ResourceExhaustedError) or "status 507" in words:
        return _exhausted(words, place)
    for kind, code, sentence, fix in _KINDS:
        if isinstance(error, getattr(sdk, kind)):
            return ProviderError(code, sentence.format(words), place=place, fix=fix)
    if isinstance(error, (TimeoutError, ConnectionError)) or type(error).__module__.startswith("aiohttp"):
        return ProviderError(
            "provider-unreachable",
            f"the connection to Modal failed: {words or type(error).__name__}",
            place=place,
            fix=f"check the network, then {AGAIN}",
        )
    message = f"Modal could not do it: {words or type(error).__name__}"
    return ProviderError("provider-failed", message, place=place, fix=AGAIN)


# Subclasses stand before their bases.
_KINDS: Final = (
    (
        "PermissionDeniedError",
        "provider-forbidden",
        "the token may not do this: {}",
        "ask an owner of the Modal workspace for access, or use another token (modal token set …)",
    ),
    (
        "NotFoundError",
        "provider-missing",
        "Modal does not have it: {}",
        "runner doctor says what is missing at the provider",
    ),
    ("ConflictError", "provider-conflict", "Modal is busy with it: {}", AGAIN),
    ("InvalidError", "provider-refused", "Modal refuses the request: {}", "runner doctor checks the set-up"),
    (
        "OutputExpiredError",
        "output-expired",
        "Modal no longer keeps this outcome: {}",
        "runner collect brings home what lies on the Volume",
    ),
    (
        "VersionError",
        "sdk-version",
        "Modal does not accept this version of its SDK: {}",
        "pip install --upgrade runner modal",
    ),
    (
        "ConnectionError",
        "provider-unreachable",
        "Modal cannot be reached: {}",
        f"check the network (and MODAL_SERVER_URL, HTTPS_PROXY if set), then {AGAIN}",
    ),
    ("TimeoutError", "provider-timeout", "Modal did not answer in time: {}", AGAIN),
)


def _unbuilt(said: str, image: str, place: str) -> RunnerError:
    if "shut-down" in said or "Unknown status" in said:
        return ProviderError("image-build", f"the image was not built: {said}", place=place, fix=AGAIN)
    return InputError(
        "image-build",
        f"the image does not build: {said}",
        place="spec.image",
        fix=f"correct what the manifest installs there; the whole log: modal image logs {printable(image)}",
    )


def _exhausted(said: str, place: str) -> ProviderError:
    if re.search(r"volume|disk|storage|no space|inode", said, re.IGNORECASE):
        return ProviderError(
            "volume-full",
            f"there is no room left on the Volume: {said}",
            place=place,
            fix="remove runs that nobody needs (modal volume ls, modal volume rm), then run the same command "
            "again",
        )
    return ProviderError(
        "provider-limit",
        f"Modal's limits are reached: {said}",
        place=place,
        fix="wait a minute and run the same command again, or raise the limits of the Modal workspace",
    )


def said(error: Exception) -> str:
    """What the provider said: short, on one line, without keys."""
    text = " ".join(str(getattr(error, "_message", None) or error).split())
    for name in ("MODAL_TOKEN_SECRET", "MODAL_TOKEN_ID"):
        value = os.environ.get(name, "")
        text = text.replace(value, "…") if len(value) > 4 else text
    text = printable(_KEYS.sub("…", text)).rstrip(".")
    return text if len(text) <= _MOST else f"…{text[-_MOST:]}"
