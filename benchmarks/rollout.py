"""Rollouts and steps of GRPO with vLLM, beside generation by transformers: `python -m benchmarks rollout`.

Each is a whole run of workloads/textgames/train_grpo.py, of which the first step does not count. On a GPU
the model has the shape of Qwen2.5-0.5B, in bfloat16; without one it is the tiny model of the tests. All
weights are trained, and given to vLLM after every step; that is a part of the rollout.
"""

from __future__ import annotations

import itertools
import json
import os
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from benchmarks.measure import Row, row, table
from benchmarks.memory import Peak, gpu_name

ROOT = Path(__file__).parent.parent
CPU_PYTHON = ROOT / ".venv-llm" / "bin" / "python"
"""What `make llm` makes."""
MODES = {"server": "vLLM as a server", "colocate": "vLLM in the trainer's process"}
PEER = "transformers"
LIMIT = 1_800
"""Seconds of one run."""
MISSING = "not measured: `make llm`, or on a GPU pip install 'runner[train,grpo,vllm]'"


@dataclass(frozen=True)
class Load:
    """What is trained: a model's shape, and how much of it."""

    name: str
    dtype: str
    make: tuple[str, ...]
    """The module that makes the model, with its arguments behind the folder."""
    steps: int
    replies: int
    """In one step, eight of each episode."""
    tokens: int
    """Of each reply: it never ends by itself."""
    vllm: dict[str, Any]


GPU = Load(
    "0.5B-shaped, bfloat16", "bfloat16", ("benchmarks.rollout_model",), 8, 64, 256,
    {"gpu_memory_utilization": 0.3, "max_model_len": 2_048},
)  # fmt: skip
CPU = Load(
    "tiny, float32", "float32", ("workloads.textgames.tiny",), 12, 32, 16,
    {"gpu_memory_utilization": 0.5, "max_model_len": 1_024, "enforce_eager": True},
)  # fmt: skip


@dataclass(frozen=True)
class Measured:
    """Medians over the steps, and the most memory of the whole run."""

    tokens_per_second: float
    seconds_per_step: float
    peak: int


def note() -> str:
    """What stands above the rows: on which GPU, or that there was none and its table is empty."""
    gpu = gpu_name()
    if gpu:
        return f"The GPU is one {gpu}; memory is the GPU's."
    parts = [
        "### On a GPU",
        "No GPU was at hand. On a machine that has one, `python -m benchmarks rollout` fills this table.",
        "\n".join(table([])),
        "### Without a GPU",
        "With the tiny model of the tests; it says little about real ones. Memory is the machine's.",
    ]
    return "\n\n".join(parts)


def rows() -> list[Row]:
    """For each way to run vLLM: speed, time and memory."""
    python = str(CPU_PYTHON) if find_spec("trl") is None and CPU_PYTHON.exists() else sys.executable
    if python == sys.executable and find_spec("trl") is None:
        return [row("rollouts of GRPO", "", MISSING, "", 0.0, "")]
    gpu = bool(gpu_name())
    load = GPU if gpu else CPU
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        module, *more = load.make
        subprocess.run([python, "-m", module, str(folder / "model"), *more], cwd=ROOT, check=True)
        measured = {mode: measure(python, folder, mode, load, gpu) for mode in ("off", *MODES)}
    return [line for mode in MODES for line in _rows(load, mode, measured[mode], measured["off"])]


def measure(python: str, folder: Path, mode: str, load: Load, gpu: bool) -> Measured:
    """One run of the training program."""
    output = folder / mode
    output.mkdir()
    (output / "settings.json").write_text(json.dumps(settings(folder / "model", mode, load)))
    command = [python, "workloads/textgames/train_grpo.py", "--settings", str(output / "settings.json")]
    with (
        (output / "log").open("wb") as log,
        subprocess.Popen(
            [*command, "--output", str(output)], cwd=ROOT, env=environment(), stdout=log, stderr=log
        ) as process,
        Peak(process.pid, gpu) as peak,
    ):
        status = process.wait(LIMIT)
    if status:
        raise RuntimeError(f"{mode}: {(output / 'log').read_text(errors='replace')[-3_000:]}")
    progress = [json.loads(line) for line in (output / "metrics.jsonl").read_text().splitlines()]
    ends = [point["seconds"] for point in progress]
    return Measured(
        statistics.median(point["tokens_per_second"] for point in progress[1:]),
        statistics.median(end - before for before, end in itertools.pairwise(ends)),
        peak.bytes,
    )


def environment() -> dict[str, str]:
    """Nothing is fetched; without a GPU, a small cache does for vLLM."""
    return {"VLLM_CPU_KVCACHE_SPACE": "1", **os.environ, "HF_HUB_OFFLINE": "1"}


def settings(model: Path, mode: str, load: Load) -> dict[str, Any]:
    """Episodes of one reply each, so that all replies of a step are drawn at once."""
    return {
        "job": "rollout",
        "model": {"name": str(model), "dtype": load.dtype},
        "environment": {"name": "tic_tac_toe", "history": "none", "max_turns": 1},
        "training": {
            "steps": load.steps,
            "batch_size": 8,
            "gradient_accumulation_steps": load.replies // 8,
            "learning_rate": 1e-6,
            "save_every": 1_000,
        },
        "sampling": {"max_tokens": load.tokens},
        "vllm": {**load.vllm, "mode": mode},
    }


def _rows(load: Load, mode: str, ours: Measured, theirs: Measured) -> list[Row]:
    how = f"{MODES[mode]}, {load.name}"
    size = f"{load.replies} replies of {load.tokens} tokens"
    return [
        row(
            f"rollout of {size}, {how}",
            f"{ours.tokens_per_second:,.0f} tokens/s",
            PEER,
            f"{theirs.tokens_per_second:,.0f} tokens/s",
            ours.tokens_per_second / theirs.tokens_per_second,
            "above 1 on a GPU",
        ),
        row(
            f"one step, {how}",
            f"{ours.seconds_per_step:.2f} s",
            PEER,
            f"{theirs.seconds_per_step:.2f} s",
            ours.seconds_per_step / theirs.seconds_per_step,
            "below 1 on a GPU",
        ),
        row(
            f"peak memory, {how}",
            f"{ours.peak / 2**30:.1f} GiB",
            PEER,
            f"{theirs.peak / 2**30:.1f} GiB",
            ours.peak / theirs.peak,
            "",
        ),
    ]


if __name__ == "__main__":
    print(note())
    for measured in rows():
        print(measured)
