"""The kinds of job, each in one room of its own."""

from __future__ import annotations

from runner.kinds.base import Kind
from runner.kinds.command import Command
from runner.kinds.evaluate import Evaluate
from runner.kinds.grpo import Grpo
from runner.kinds.service import Service
from runner.kinds.sweep import Sweep
from runner.kinds.tune import Tune

KINDS: dict[str, Kind] = {
    kind.name: kind for kind in (Command(), Sweep(), Tune(), Grpo(), Evaluate(), Service())
}
