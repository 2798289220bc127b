"""What a round robin says, as metrics, tables and charts."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from runner.kinds.tune.spec import Validation
from runner.kinds.tune.validation import Faction, Matchup, Merged, matchups, merge
from runner.results.markdown import escape, table
from runner.results.model import Bar, BarChart, Findings, Metric
from runner.results.statistics import wilson_interval

LARGEST_DOCUMENT = 16 * 2**20
CONFIDENCE = 0.95


def validation_findings(validation: Validation, documents: Mapping[str, Path | None]) -> Findings:
    """Merges the documents of all matchups; one that is missing or wrong becomes a warning."""
    played: list[Matchup] = []
    problems: list[str] = []
    for name, path in documents.items():
        document, problem = _read(path)
        found, wrong = ([], [problem]) if problem else matchups(document, validation.fields)
        played += found
        problems += [f"{name}: {sentence}" for sentence in wrong]
    if not played:
        return Findings(warnings=tuple(problems))
    merged = merge(played, validation.thresholds, problems)
    return Findings(
        metrics=_metrics(merged),
        sections=(_section(merged),),
        charts=(_chart(merged),) if merged.factions else (),
        data={"validation.json": msgspec.to_builtins(merged)},
        warnings=merged.warnings,
    )


def _read(path: Path | None) -> tuple[Any, str]:
    if path is None:
        return None, "its task did not succeed"
    try:
        if path.stat().st_size > LARGEST_DOCUMENT:
            return None, f"{path.name} is larger than 16 MiB"
        return msgspec.json.decode(path.read_bytes()), ""
    except FileNotFoundError:
        return None, f"the command wrote no {path.name} to its output folder"
    except (msgspec.DecodeError, OSError, RecursionError) as error:
        return None, f"{path.name} cannot be read: {error}"


def _metrics(merged: Merged) -> dict[str, Metric]:
    metrics = {
        "first_seat_win_rate": Metric(merged.first_seat_win_rate, trials=merged.games),
        "largest_faction_delta": Metric(merged.largest_faction_delta),
    }
    for faction in merged.factions:
        metrics[f"faction.{faction.name}.win_rate"] = Metric(faction.win_rate, trials=faction.games)
    return metrics


def _section(merged: Merged) -> str:
    headline = (
        f"**{merged.status}**: the factions' win rates differ by at most "
        f"{100 * merged.largest_faction_delta:.1f} points; seat one wins {merged.first_seat_win_rate:.1%} of "
        f"{merged.games:,} games ({merged.draws:,} draws, counted as half)."
    )
    factions = table(
        ["faction", "win rate:", "95 %:", "games:"],
        [
            [escape(faction.name), f"{faction.win_rate:.1%}", _interval(faction), f"{faction.games:,}"]
            for faction in merged.factions
        ],
    )
    games = table(
        ["matchup", "left wins:", "right wins:", "draws:", "seat one wins:", "games:", "time:"],
        [_row(matchup) for matchup in merged.matchups],
    )
    return "\n\n".join(["### Balance", headline, factions, games])


def _row(matchup: Matchup) -> list[str]:
    return [
        f"{escape(matchup.side_a)} – {escape(matchup.side_b)}",
        f"{matchup.wins_a / matchup.games:.1%}",
        f"{matchup.wins_b / matchup.games:.1%}",
        f"{matchup.draws / matchup.games:.1%}",
        f"{matchup.points_first_seat / matchup.games:.1%}",
        f"{matchup.games:,}",
        f"{matchup.seconds:.1f} s",
    ]


def _interval(faction: Faction) -> str:
    interval = wilson_interval(faction.win_rate * faction.games, faction.games, CONFIDENCE)
    return f"{interval.low:.1%} to {interval.high:.1%}"


def _chart(merged: Merged) -> BarChart:
    bars = []
    for faction in merged.factions:
        interval = wilson_interval(faction.win_rate * faction.games, faction.games, CONFIDENCE)
        bars.append(Bar(faction.name, faction.win_rate, interval.low, interval.high))
    return BarChart("factions", "Win rate by faction", "win rate", tuple(bars), reference=0.5)
