"""`runner prices`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from runner.cli.options import json_option

if TYPE_CHECKING:
    from runner.pipeline.pricing import Update
    from runner.plan.prices import Prices
    from runner.settings import Settings

HOUR = 3_600


@click.command()
@click.option(
    "--update", is_flag=True, help="Ask Modal for its current rates and write them into the settings."
)
@click.option("--dry-run", is_flag=True, help="With --update: show what would be written.")
@click.option("--force", is_flag=True, help="With --update: take rates that are far from the known ones.")
@json_option
def command(update: bool, dry_run: bool, force: bool, as_json: bool) -> None:
    """Show what resources cost, with the date and source of the prices.

    They stand under [prices] of runner.toml where they differ from the published ones.
    """
    from runner.lint.prices import read_prices
    from runner.lint.validate import find_root
    from runner.settings import load_settings

    if (dry_run or force) and not update:
        raise click.UsageError("--dry-run and --force go with --update")
    root = Path(find_root(".") or ".")
    settings = load_settings(root)
    prices = read_prices(settings)
    if update:
        _update(root, settings, prices, force=force, dry_run=dry_run, as_json=as_json)
    elif as_json:
        _print_json(prices)
    else:
        _show(prices)


def _show(prices: Prices) -> None:
    click.echo(f"US dollars per hour, {prices.dated}, {prices.source}")
    click.echo(f"  {'CPU core':14} {prices.cpu_core_second * HOUR:8.4f}")
    click.echo(f"  {'GiB of memory':14} {prices.memory_gib_second * HOUR:8.4f}")
    for name, price in prices.gpu_second.items():
        click.echo(f"  {name:14} {price * HOUR:8.4f}")
    click.echo(f"  in a region    {prices.region_multiplier:8.4f} times as much")


def _update(
    root: Path, settings: Settings, prices: Prices, *, force: bool, dry_run: bool, as_json: bool
) -> None:
    from runner.pipeline.pricing import update_prices

    done = update_prices(root, settings, prices, force=force, dry_run=dry_run)
    if as_json:
        _print_json(done)
    else:
        _tell(done)


def _tell(done: Update) -> None:
    from runner.wording import printable

    click.echo(f"{'wrote' if done.written else 'would write'} to {done.file}, US dollars per hour:")
    for change in done.changes:
        old = "   (new)" if change.old is None else f"{change.old * HOUR:8.4f}"
        click.echo(f"  {_short(change.name):18} {old} → {change.new * HOUR:.4f}")
    if done.kept:
        click.echo(f"not among Modal's rates, and kept: {', '.join(map(_short, done.kept))}")
    if done.unused:
        others = ", ".join(f"{printable(name)} {rate}" for name, rate in sorted(done.unused.items()))
        click.echo(f"Modal's other rates, which the runner does not use: {others}")


def _short(name: str) -> str:
    return name.removeprefix("gpu_second.")


def _print_json(value: object) -> None:
    import msgspec

    click.echo(msgspec.json.format(msgspec.json.encode(value), indent=2))
