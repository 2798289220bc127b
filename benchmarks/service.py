"""A service under load: `python -m benchmarks service`.

Two services play with the tiny model of the tests, each in a process of its own: one generates in batches,
the other reply by reply. Whoever asks runs on the same cores, so that all of it is a lower bound.
"""

from __future__ import annotations

import itertools
import statistics
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

from benchmarks.measure import Row, row
from benchmarks.memory import used_by
from benchmarks.rollout import CPU_PYTHON, ROOT
from benchmarks.service_load import Measured, load
from benchmarks.service_process import Process

CLIENTS = (1, 8, 64)
HEALTH_CHECKS = 2_000
ROLLOUTS = 128
"""At each number of clients; a quarter of that for one client."""
TURNS = 8
TOKENS = 8
LONG = 10_000
WARM = 1_000
"""Rollouts after which memory is looked at for the first time."""
ROUNDS = 3
MISSING = "not measured: `make llm`"
GAME = {
    "env_type": "key_door",
    "max_steps": TURNS,
    "history_strategy": "NO_HISTORY",
    "sampling_params": {"max_tokens": TOKENS},
}
SHORT_GAME = {"env_type": "tic_tac_toe", "max_steps": 1, "sampling_params": {"max_tokens": 1}}


def note() -> str:
    """What stands above the rows."""
    return (
        f"A rollout has {TURNS} turns of up to {TOKENS} tokens of the tests' tiny model, on one thread. "
        "Rates are beside those of one client: above 1 means that more clients get more done. Clients and "
        "service share the machine."
    )


def rows() -> list[Row]:
    """Rates and times at each number of clients, batches beside single replies, and memory."""
    python = str(CPU_PYTHON) if find_spec("transformers") is None else sys.executable
    if find_spec("transformers") is None and not CPU_PYTHON.exists():
        return [row("a service", "", MISSING, "", 0.0, "")]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        model = folder / "model"
        subprocess.run([python, "-m", "workloads.textgames.tiny", str(model)], cwd=ROOT, check=True)
        with Process(python, folder / "batched", model, 32) as batched:
            found = [*_rates(batched), *_memory(batched)]
            with Process(python, folder / "single", model, 1) as single:
                return [*found, _ratio(batched, single)]


def _rates(service: Process) -> list[Row]:
    checks = {clients: load(service, "/health-check", None, clients, HEALTH_CHECKS) for clients in CLIENTS}
    load(service, "/generate-rollout", GAME, 8, 16)  # The first ones also load what is loaded once.
    played = {
        clients: load(service, "/generate-rollout", GAME, clients, ROLLOUTS if clients > 1 else ROLLOUTS // 4)
        for clients in CLIENTS
    }
    return [
        _row(name, clients, measured[clients], measured[CLIENTS[0]])
        for name, measured in (("health-check", checks), ("generate-rollout", played))
        for clients in CLIENTS
    ]


def _row(name: str, clients: int, measured: Measured, alone: Measured) -> Row:
    told = f"{measured.rate:,.0f}/s" if measured.rate >= 100 else f"{measured.rate:.1f}/s"
    times = ", ".join(f"p{share} {measured.percentile(share) * 1e3:.1f} ms" for share in (50, 95, 99))
    return row(
        f"{name}, {clients} client{'s' if clients > 1 else ''}",
        f"{told}; {times}",
        "one client",
        f"{alone.rate:,.1f}/s",
        measured.rate / alone.rate,
        "",
    )


def _ratio(batched: Process, single: Process) -> Row:
    """Both in turns, on the same episodes."""
    rates: dict[Process, list[float]] = {batched: [], single: []}
    for service in itertools.chain.from_iterable([(batched, single)] * ROUNDS):
        rates[service].append(load(service, "/generate-rollout", GAME, 64, ROLLOUTS).rate)
    ours, theirs = (statistics.median(rates[service]) for service in (batched, single))
    return row(
        "rollouts of 64 clients, in batches of up to 32",
        f"{ours:.1f}/s",
        "reply by reply",
        f"{theirs:.1f}/s",
        ours / theirs,
        "above 1",
    )


def _memory(service: Process) -> list[Row]:
    load(service, "/generate-rollout", SHORT_GAME, 64, WARM)
    before = used_by(service.pid)
    load(service, "/generate-rollout", SHORT_GAME, 64, LONG)
    after = used_by(service.pid)
    return [
        row(
            f"memory after {LONG:,} more rollouts",
            f"{after / 2**20:,.0f} MiB",
            f"after the first {WARM:,}",
            f"{before / 2**20:,.0f} MiB",
            after / before,
            "below 1.05",
        )
    ]
