"""The provider's current rates into the settings, and what it has billed."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final, Literal

from msgspec import Struct

from runner.backends.modal import billing
from runner.backends.modal.billing import DAY, HOUR
from runner.errors import ProviderError
from runner.pipeline.price_table import DIGITS, with_prices
from runner.plan.prices import Prices
from runner.repository.files import write_if_changed
from runner.settings import FILE, Settings
from runner.wording import printable

SOURCE: Final = "Modal's billing rates (runner prices --update)"
MOST_APART: Final = 5.0
"""A rate that is so many times another one than before more probably has another unit than another price."""


class Change(Struct, frozen=True):
    """A price as it was and as it is now, in US dollars per second; None where there was none."""

    name: str
    old: float | None
    new: float

    @property
    def suspicious(self) -> bool:
        """Whether the two are too far apart to be believed."""
        old = self.old or 0.0
        return old > 0 and not old / MOST_APART <= self.new <= old * MOST_APART


class Update(Struct, frozen=True):
    """What an update of the prices came to.

    `file` holds them, `changes` are all the prices that the provider names, `kept` those that it does
    not, `unused` its rates that mean nothing to us.
    """

    file: str
    dated: str
    source: str
    changes: tuple[Change, ...]
    kept: tuple[str, ...]
    unused: dict[str, str]
    written: bool


class Bill(Struct, frozen=True):
    """What was billed for a job or a run, in US dollars, for so many of its apps."""

    value: str
    usd: float
    apps: int


def update_prices(
    root: Path, settings: Settings, prices: Prices, *, force: bool = False, dry_run: bool = False
) -> Update:
    """Asks the provider for its rates and writes them into the settings, with their date and source.

    Raises ProviderError where it does not answer, or where a rate is too far from the known price and
    `force` is not given, and InputError where the settings leave no room for prices.
    """
    rates = billing.rates()
    changes = compare(prices, rates)
    if not changes:
        known = ", ".join(rates.others) or "none at all"
        message = f"Modal names no rate that the runner knows, but {printable(known)[:200]}"
        raise ProviderError("provider-answer", message, fix="write the prices by hand, under [prices]")
    if not force:
        _require_believable(changes)
    dated = time.strftime("%Y-%m-%d", time.gmtime())
    if not dry_run:
        _write(root / settings.file, settings.file, dated, changes)
    found = {change.name for change in changes}
    kept = tuple(name for name in _flat(prices) if name not in found)
    return Update(settings.file, dated, SOURCE, changes, kept, rates.others, not dry_run)


def compare(prices: Prices, rates: billing.Rates) -> tuple[Change, ...]:
    """The provider's rates beside the known prices, under the names of the settings."""
    known = _flat(prices)
    single = {"cpu_core_second": rates.cpu_core_second, "memory_gib_second": rates.memory_gib_second}
    found = {**single, **{f"gpu_second.{gpu}": price for gpu, price in rates.gpu_second.items()}}
    return tuple(
        Change(name, known.get(name), round(price, DIGITS))
        for name, price in found.items()
        if price is not None
    )


def bills(by: Literal["job", "run"], days: int) -> tuple[Bill, ...]:
    """What was billed in the last days, the dearest first. Raises ProviderError."""
    now = time.time()
    return summed(billing.report(now - days * DAY, now, by))


def summed(rows: Iterable[billing.Billed]) -> tuple[Bill, ...]:
    """One bill for every value of the tag, the dearest first."""
    found: dict[str, list[billing.Billed]] = defaultdict(list)
    for row in rows:
        found[row.value].append(row)
    made = [
        Bill(value, round(sum(row.usd for row in each), 6), len({row.app for row in each}))
        for value, each in found.items()
    ]
    return tuple(sorted(made, key=lambda bill: (-bill.usd, bill.value)))


def _flat(prices: Prices) -> dict[str, float]:
    """Every price of a resource under its name in the settings."""
    return {
        "cpu_core_second": prices.cpu_core_second,
        "memory_gib_second": prices.memory_gib_second,
        **{f"gpu_second.{gpu}": price for gpu, price in prices.gpu_second.items()},
    }


def _require_believable(changes: tuple[Change, ...]) -> None:
    wrong = next((change for change in changes if change.suspicious), None)
    if wrong is not None and wrong.old is not None:
        raise ProviderError(
            "unbelievable-rate",
            f"Modal's rate for {wrong.name} comes to {wrong.new * HOUR:.3g} US dollars an hour, and "
            f"{wrong.old * HOUR:.3g} is known: its unit may have changed",
            fix="compare with https://modal.com/pricing; if it is right: runner prices --update --force",
        )


def _write(path: Path, file: str, dated: str, changes: tuple[Change, ...]) -> None:
    """Puts the prices into the settings file, in one step. Raises InputError and OSError."""
    table = ("prices",) if file == FILE else ("tool", "runner", "prices")
    text = path.read_bytes().decode("utf-8") if path.exists() else ""
    gpus = {change.name.partition(".")[2]: change.new for change in changes if "." in change.name}
    plain: Mapping[str, str | float] = {
        "dated": dated,
        "source": SOURCE,
        **{change.name: change.new for change in changes if "." not in change.name},
    }
    write_if_changed(path, with_prices(text, table, plain, gpus, file))
