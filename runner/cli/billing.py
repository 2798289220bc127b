"""`runner billing`."""

from __future__ import annotations

from typing import Literal

import click

from runner.cli.options import json_option

MOST_DAYS = 366


@click.command()
@click.option(
    "--by", type=click.Choice(["job", "run"]), default="job", show_default=True, help="Split by this."
)
@click.option(
    "--days", type=click.IntRange(1, MOST_DAYS), default=7, show_default=True, help="How far to look back."
)
@json_option
def command(by: Literal["job", "run"], days: int, as_json: bool) -> None:
    """Show what Modal has billed for launched runs.

    Up to the last full hour; with more than 7 days, up to the last full day. What Modal counts late is
    missing at first.
    """
    from runner.cli.results import columns
    from runner.pipeline.pricing import bills
    from runner.wording import dollars, printable

    found = bills(by, days)
    total = sum(bill.usd for bill in found)
    if as_json:
        import json

        rows = [{by: bill.value, "usd": bill.usd, "apps": bill.apps} for bill in found]
        click.echo(json.dumps({"days": days, "total_usd": round(total, 6), "bills": rows}, indent=2))
    elif found:
        rows_of_text = [(printable(bill.value), dollars(bill.usd), str(bill.apps)) for bill in found]
        click.echo(columns([(by, "billed", "apps"), *rows_of_text, ("total", dollars(total), "")]))
    else:
        click.echo(f"Modal has billed nothing for runs in the last {days} days")
