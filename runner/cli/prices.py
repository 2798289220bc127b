"""`runner prices`."""

from __future__ import annotations

import click

from runner.cli.options import json_option


@click.command()
@json_option
def command(as_json: bool) -> None:
    """Show what resources cost, with the date and source of the prices.

    Override them in runner.toml under [prices].
    """
    from runner.lint.validate import find_root
    from runner.pipeline.workspace import read_prices
    from runner.settings import load_settings

    prices = read_prices(load_settings(find_root(".") or "."))
    if as_json:
        import msgspec

        click.echo(msgspec.json.format(msgspec.json.encode(prices), indent=2))
        return
    click.echo(f"US dollars per hour, {prices.dated}, {prices.source}")
    click.echo(f"  {'CPU core':14} {prices.cpu_core_second * 3600:8.4f}")
    click.echo(f"  {'GiB of memory':14} {prices.memory_gib_second * 3600:8.4f}")
    for name, price in prices.gpu_second.items():
        click.echo(f"  {name:14} {price * 3600:8.4f}")
