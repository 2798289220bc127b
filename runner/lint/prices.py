"""What things cost, for rules and for plans."""

from __future__ import annotations

import tomllib
from importlib.resources import files

from runner.plan.prices import Prices, parse_prices
from runner.settings import Settings


def read_prices(settings: Settings) -> Prices:
    """The published prices, with those of the settings laid over. Raises InputError for what is no price."""
    table = tomllib.loads((files("runner.plan") / "prices.toml").read_text(encoding="utf-8"))
    return parse_prices(table, settings.prices)
