"""How all benchmarks measure: in turns, by medians, as one kind of row."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping

Row = dict[str, object]


def alternate(candidates: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """The median time of each candidate in seconds; they take turns, after one round that is not counted."""
    times: dict[str, list[float]] = {name: [] for name in candidates}
    for counted in range(-1, rounds):
        for name, run in candidates.items():
            began = time.perf_counter()
            run()
            if counted >= 0:
                times[name].append(time.perf_counter() - began)
    return {name: statistics.median(taken) for name, taken in times.items()}


def row(name: str, ours: str, peer: str, theirs: str, ratio: float, target: str) -> Row:
    """One line of the page."""
    return {
        "name": name,
        "ours": ours,
        "peer": peer,
        "theirs": theirs,
        "ratio": f"{ratio:.2f}" if ratio >= 0.01 else f"{ratio:.1g}",
        "target": target,
    }


def table(rows: list[Row]) -> list[str]:
    """The lines of a table in Markdown; without rows its head alone."""
    columns = ("name", "ours", "peer", "theirs", "ratio", "target")
    head = ["| what | ours | beside | that takes | ratio | aim |", "|---|---:|---|---:|---:|---:|"]
    return head + ["| " + " | ".join(str(row[column]) for column in columns) + " |" for row in rows]
