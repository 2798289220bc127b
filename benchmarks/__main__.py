"""`make bench`: runs all measurements and writes docs/benchmarks.md."""

from __future__ import annotations

import os
import platform
import sys
from datetime import date
from importlib import import_module
from pathlib import Path

PARTS = {
    "validation": "Checking manifests",
    "start": "Starting the command line",
    "engine": "Running tasks",
    "decide": "Deciding",
    "snapshot": "Taking a snapshot",
    "skirmish": "Playing skirmish",
    "modal": "Launching on Modal and collecting",
}
PAGE = Path(__file__).parent.parent / "docs" / "benchmarks.md"


def main(chosen: list[str]) -> None:
    sections = []
    for name in chosen or list(PARTS):
        print(f"measuring {name} …", flush=True)
        section = [f"## {PARTS[name]}", "", *table(import_module(f"benchmarks.{name}").rows())]
        print("\n".join(section), flush=True)
        sections.append("\n".join(section))
    if not chosen:
        PAGE.write_text(f"{introduction()}\n\n" + "\n\n".join(sections) + "\n", encoding="utf-8")
        print(f"wrote {PAGE.relative_to(Path.cwd())}")


def introduction() -> str:
    return (
        "# Benchmarks\n\n"
        "Written by `make bench`. Times depend on the machine; the ratios, of medians measured side by side\n"
        "in the same run, are what to look at.\n\n"
        f"Measured on {date.today().isoformat()}, {os.cpu_count()} cores, {platform.system()} "
        f"{platform.machine()}, Python {platform.python_version()}."
    )


def table(rows: list[dict[str, object]]) -> list[str]:
    columns = ("name", "ours", "peer", "theirs", "ratio", "target")
    head = ["| what | ours | beside | that takes | ratio | aim |", "|---|---:|---|---:|---:|---:|"]
    return head + ["| " + " | ".join(str(row[column]) for column in columns) + " |" for row in rows]


if __name__ == "__main__":
    main(sys.argv[1:])
