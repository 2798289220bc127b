"""`make bench`: runs all measurements and writes docs/benchmarks.md."""

from __future__ import annotations

import os
import platform
import sys
from datetime import date
from importlib import import_module
from pathlib import Path

from benchmarks.measure import table

PARTS = {
    "validation": "Checking manifests",
    "start": "Starting the command line",
    "engine": "Running tasks",
    "decide": "Deciding",
    "snapshot": "Taking a snapshot",
    "skirmish": "Playing skirmish",
    "modal": "Launching on Modal and collecting",
    "sweep_trials": "Running trials of a sweep",
    "sweep_suggestions": "Choosing points of a sweep",
    "cartpole": "Training CartPole",
    "rollout": "Rollouts of GRPO",
    "service": "Serving a model",
}
INTRODUCTION = (
    "# Benchmarks\n\n"
    "Written by `make bench`, or one section by `python -m benchmarks NAME`. Times depend on the machine;\n"
    "the ratios, of medians measured side by side in the same run, are what to look at."
)
PAGE = Path(__file__).parent.parent / "docs" / "benchmarks.md"


def main(chosen: list[str]) -> None:
    """Measures all parts, or the chosen ones; the page keeps what else it holds."""
    sections = {} if not chosen else sections_of(PAGE.read_text(encoding="utf-8"))
    for name in chosen or list(PARTS):
        print(f"measuring {name} …", flush=True)
        module = import_module(f"benchmarks.{name}")
        note = [module.note(), ""] if hasattr(module, "note") else []
        lines = [measured_on(), "", *note, *table(module.rows())]
        print("\n".join(lines), flush=True)
        sections[PARTS[name]] = "\n".join(lines)
    page = [
        INTRODUCTION,
        *(f"## {title}\n\n{sections[title]}" for title in PARTS.values() if title in sections),
    ]
    PAGE.write_text("\n\n".join(page) + "\n", encoding="utf-8")
    print(f"wrote {PAGE.relative_to(Path.cwd())}")


def sections_of(page: str) -> dict[str, str]:
    """The sections of the page by their titles."""
    parts = (part.partition("\n") for part in page.split("\n## ")[1:])
    return {title: text.strip("\n") for title, _, text in parts}


def measured_on() -> str:
    """When and on what a section was measured."""
    return (
        f"Measured on {date.today().isoformat()}, {os.cpu_count()} cores, {platform.system()} "
        f"{platform.machine()}, Python {platform.python_version()}."
    )


if __name__ == "__main__":
    main(sys.argv[1:])
