"""`runner explain [RULE]`."""

from __future__ import annotations

import textwrap

import click

from runner.cli import completing


@click.command()
@click.argument("rule", required=False, shell_complete=completing.rules)
@click.option("--json", "as_json", is_flag=True, help="Write JSON.")
def command(rule: str | None, as_json: bool) -> None:
    """Explain a lint rule or a refusal; without RULE, list them all.

    \b
    Examples:
      runner explain
      runner explain unpinned-pip
    """
    from runner.lint.explanations import all_explanations, explanation

    pages = all_explanations() if rule is None else [explanation(rule)]
    if as_json:
        import msgspec

        data = pages if rule is None else pages[0]
        click.echo(msgspec.json.format(msgspec.json.encode(data), indent=2))
        return
    if rule is None:
        width = max(len(page.id) for page in pages)
        text = "\n".join(f"{page.id:{width}}  {page.severity:7}  {page.summary}" for page in pages)
        click.echo(f"{text}\n\nrunner explain RULE says more about one of them")
        return
    (page,) = pages
    parts = [f"{click.style(page.id, bold=True)} ({page.severity}): {page.summary}", page.page]
    for title, sample in (("Found:", page.bad), ("Fine:", page.good)):
        if sample:
            parts.append(f"{click.style(title, bold=True)}\n\n{textwrap.indent(sample, '    ')}")
    click.echo("\n\n".join(parts))
