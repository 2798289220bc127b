"""Rows of progress: what `metrics.jsonl` and `metrics.json` hold."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

Row = dict[str, Any]

NAMES: Final = {
    "reward": "reward",
    "reward_std": "reward_std",
    "loss": "loss",
    "completions/mean_length": "completion_length",
    "completions/clipped_ratio": "clipped",
    "kl": "kl",
    "entropy": "entropy",
    "grad_norm": "grad_norm",
    "learning_rate": "learning_rate",
    "frac_reward_zero_std": "groups_without_signal",
    "sampling/sampling_logp_difference/mean": "logp_difference",
}
"""What TRL logs, and what a row calls it."""


def row_of(step: int, logs: Mapping[str, Any], played: Mapping[str, float], seconds: float) -> Row:
    """What TRL logged for a step and what the rollout counted, without what is no number.

    `seconds` of training so far, over all attempts.
    """
    row: Row = {"step": step}
    row |= {name: logs[key] for key, name in NAMES.items() if key in logs}
    row |= {**played, "seconds": round(seconds, 3)}
    return {name: value for name, value in row.items() if value is not None and math.isfinite(value)}


def line(row: Row, steps: int) -> str:
    """A row for people."""
    parts = [f"step {row['step']}/{steps}"]
    if "reward" in row:
        parts.append(f"reward {row['reward']:.3f}")
    if "success_rate" in row:
        parts.append(f"success {row['success_rate']:.1%}")
    if "completion_length" in row:
        parts.append(f"length {row['completion_length']:.1f}")
    if "logp_difference" in row:
        parts.append(f"logp difference {row['logp_difference']:.4f}")
    if "tokens_per_second" in row:
        parts.append(f"{row['tokens_per_second']:,.0f} tokens/s")
    return "  ".join([*parts, f"{row['seconds']:,.1f} s"])


def final(rows: Sequence[Row]) -> dict[str, float]:
    """What a training came to: its last row, and the means of the first and the last ten rows."""
    metrics = dict(rows[-1])
    for name in ("reward", "success_rate"):
        values = [row[name] for row in rows if name in row]
        if values:
            first, end = values[:10], values[-10:]
            metrics |= {f"{name}/first": sum(first) / len(first), f"{name}/last": sum(end) / len(end)}
    return metrics
