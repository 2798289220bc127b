"""What differs between how two services are reached, in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from runner.manifest.units import duration_text
from runner.plan.model import Endpoint
from runner.wording import choices, printable

_FIELDS: Final[dict[str, tuple[str, Callable[[Any], str]]]] = {
    "app": ("application", str),
    "min_containers": ("containers at least", str),
    "max_containers": ("containers at most", str),
    "scaledown": ("stands without a request for", duration_text),
    "concurrent": ("requests at a time in each", str),
    "password_secret": ("passwords in", str),
    "training": ("requests may launch", lambda job: printable(job) if job else "nothing"),
    "watch": (
        "deployed anew with",
        lambda paths: choices(map(printable, paths), "and") if paths else "all but jobs/ and results/",
    ),
}


def compare_endpoints(before: Endpoint | None, after: Endpoint | None) -> Iterator[str]:
    """A phrase for everything that changed; one where there was no address, or is none any more."""
    if before is None or after is None:
        if before is not after:
            yield "has an address now" if before is None else "has no address any more"
        return
    for field, (what, text) in _FIELDS.items():
        old, new = getattr(before, field), getattr(after, field)
        if old != new:
            yield f"{what} {text(old)} → {text(new)}"
