"""The page that a reviewer reads: `summary.md`, and the body of the pull request."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from runner.results.background import cost_block, provenance_block, reproduce_block, rollback_block
from runner.results.blocks import (
    charts_block,
    failures_block,
    gates_block,
    tasks_block,
    warnings_block,
)
from runner.results.headline import run_line, title, verdict_line
from runner.results.links import Links
from runner.results.model import Report
from runner.results.weights_block import weights_block

__all__ = ["Links", "summary", "title"]

MOST_CHARACTERS = 60_000
_LONGEST_SECTION = 12_000


class Block(Struct, frozen=True):
    """A part of the page. Where all is too long, the highest `rank` is left out first."""

    name: str
    rank: int
    text: str


def summary(report: Report, links: Links | None = None) -> str:
    """The page as Markdown, always below 60,000 characters; what does not fit is pointed to."""
    links = links or Links()
    return _joined(_blocks(report, links), links.folder) + "\n"


def _blocks(report: Report, links: Links) -> list[Block]:
    """The parts in the order of reading."""
    sections = [
        Block(_heading(section), 5, section.strip() if len(section) <= _LONGEST_SECTION else "")
        for section in report.sections
    ]
    blocks = [
        Block("verdict", 0, verdict_line(report)),
        Block("run", 0, run_line(report)),
        Block("warnings", 1, warnings_block(report, links)),
        Block("gates", 2, gates_block(report, links)),
        Block("weights", 6, weights_block(report, links)),
        *sections,
        Block("charts", 4, charts_block(report, links)),
        Block("tasks", 5, tasks_block(report, links)),
        Block("what failed", 3, failures_block(report, links)),
        Block("cost", 1, cost_block(report)),
        Block("how to roll back", 1, rollback_block(report, links)),
        Block("how to reproduce", 1, reproduce_block(report)),
        Block("where this comes from", 2, provenance_block(report, links)),
    ]
    too_long = [
        block.name
        for block, section in zip(sections, report.sections, strict=True)
        if len(section) > _LONGEST_SECTION
    ]
    return [block for block in blocks if block.text or block.name in too_long]


def _joined(blocks: Sequence[Block], folder: str) -> str:
    """The parts that fit, and a pointer to the rest."""
    room = MOST_CHARACTERS - 1_000
    kept: set[int] = set()
    for index in sorted(range(len(blocks)), key=lambda one: (blocks[one].rank, one)):
        cost = len(blocks[index].text) + 2
        if blocks[index].text and cost <= room:
            kept.add(index)
            room -= cost
    parts = [block.text for index, block in enumerate(blocks) if index in kept]
    left_out = [block.name for index, block in enumerate(blocks) if index not in kept]
    if left_out:
        names = ", ".join(left_out)[:400]
        parts.append(
            f"_Left out for length: {names}. The whole result is in [result.json]({folder}result.json)._"
        )
    return "\n\n".join(parts)


def _heading(section: str) -> str:
    from runner.results.markdown import escape

    return escape(section.strip().split("\n", 1)[0].lstrip("# "), 60) or "a section"
