"""What Modal charges for, and what it has billed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final, Literal

from msgspec import Struct

from runner.errors import ProviderError

HOUR: Final = 3_600
DAY: Final = 86_400
HOURLY: Final = 7 * DAY
"""Up to here a report counts by the hour, so that it reaches to the last one; then by the day."""

TAGS: Final = ("job", "run")
"""What every app of a run is tagged with."""

_CPU: Final = "cpu_hour_cost"
_MEMORY: Final = "mem_gib_hour_cost"
# The provider's name of a rate, and the GPUs that are charged at it.
_GPUS: Final[dict[str, tuple[str, ...]]] = {
    "gpu_hour_cost_b300": ("B300",),
    "gpu_hour_cost_b200": ("B200",),
    "gpu_hour_cost_h200": ("H200",),
    "gpu_hour_cost_h100": ("H100",),
    "gpu_hour_cost_rtx6000": ("RTX-PRO-6000",),
    "gpu_hour_cost_a100_80gb": ("A100-80GB",),
    "gpu_hour_cost_a100_40gb": ("A100-40GB", "A100"),
    "gpu_hour_cost_l40s": ("L40S",),
    "gpu_hour_cost_a10g": ("A10", "A10G"),
    "gpu_hour_cost_l4": ("L4",),
    "gpu_hour_cost_t4": ("T4",),
}


class Rates(Struct, frozen=True):
    """US dollars per second, None where the provider names no rate.

    `others` are its rates that mean nothing to us, by its names and as it gave them: of an hour of
    something, or of a month of storage.
    """

    cpu_core_second: float | None
    memory_gib_second: float | None
    gpu_second: dict[str, float]
    others: dict[str, str]


class Billed(Struct, frozen=True):
    """US dollars that were billed for one app with a tag, in an hour or a day that began at `since`."""

    value: str
    app: str
    since: float
    usd: float


def rates() -> Rates:
    """What the provider charges this workspace now. Raises ProviderError."""
    import modal

    from runner.backends.modal.client import require_reachable
    from runner.backends.modal.troubles import provider_errors

    require_reachable()
    with provider_errors("rates"), _readable():
        given = modal.Workspace.from_context().billing.rates()
        return read_rates(dict(given.items()))


def read_rates(given: Mapping[str, Decimal]) -> Rates:
    """The provider's rates, which are of an hour, as ours. Raises ProviderError for what is no price."""
    if any(not rate.is_finite() or rate < 0 for rate in given.values()):
        raise _unreadable()
    return Rates(
        _per_second(given, _CPU),
        _per_second(given, _MEMORY),
        {gpu: _second(given[name]) for name, gpus in _GPUS.items() if name in given for gpu in gpus},
        {name: str(rate) for name, rate in given.items() if name not in (_CPU, _MEMORY, *_GPUS)},
    )


def report(since: float, until: float, tag: Literal["job", "run"]) -> list[Billed]:
    """What was billed for the apps of runs between two times (seconds since the epoch), by a tag.

    Only whole hours, or whole days where it is more than a week, are in it. Raises ProviderError, also
    where the account offers no report.
    """
    import modal
    from modal.exception import InvalidError, PermissionDeniedError, UnimplementedError

    from runner.backends.modal.client import require_reachable
    from runner.backends.modal.troubles import provider_errors, translated

    require_reachable()
    start, end = (datetime.fromtimestamp(moment, UTC) for moment in (since, until))
    resolution = "h" if until - since <= HOURLY else "d"
    with provider_errors("billing report"), _readable():
        try:
            items = modal.Workspace.from_context().billing.report(
                start=start, end=end, resolution=resolution, tag_names=list(TAGS)
            )
        except (InvalidError, PermissionDeniedError, UnimplementedError) as error:
            raise _not_offered(translated(error, "").message) from None
        return [
            Billed(item.tags[tag], item.description, item.interval_start.timestamp(), _dollars(item.cost))
            for item in items
            if all(item.tags.get(name) for name in TAGS)
        ]


def _per_second(given: Mapping[str, Decimal], name: str) -> float | None:
    return _second(given[name]) if name in given else None


def _second(hour: Decimal) -> float:
    return float(hour / HOUR)


def _dollars(amount: Decimal) -> float:
    """A bill may be negative (a refund), but not endless. Raises ValueError."""
    if not amount.is_finite():
        raise ValueError
    return float(amount)


@contextmanager
def _readable() -> Iterator[None]:
    """Raises ProviderError where the SDK cannot make numbers of the provider's answer."""
    try:
        yield
    except (ArithmeticError, ValueError):
        raise _unreadable() from None


def _unreadable() -> ProviderError:
    return ProviderError(
        "provider-answer",
        "Modal's answer holds what is no amount of money",
        fix="see the prices at https://modal.com/pricing, and what was billed at https://modal.com/settings",
    )


def _not_offered(why: str) -> ProviderError:
    return ProviderError(
        "no-billing-report",
        f"Modal gives this account no billing report: {why}",
        fix="runner status shows what runs cost by their times and prices",
    )
