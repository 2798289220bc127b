"""Manifests to check, and a folder to check them in."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from runner.lint.rule import Rule
from runner.manifest.document import parse

COMMAND = """\
apiVersion: runner/v1
kind: Command
metadata: {name: sample}
spec:
  command: [python, train.py, "${matrix.lr}"]
  matrix: {lr: [0.001, 0.01]}
"""
# The least that a job of each kind must say; samples of rules are laid over it.
LEAST = {
    "Command": {"command": ["python", "train.py"]},
    "Sweep": {
        "sweep": {"method": "random", "program": "train.py", "parameters": {"units": {"values": [32, 64]}}}
    },
    "GRPO": {"model": "Qwen/Qwen2.5-0.5B-Instruct", "environment": "wordle"},
    "Evaluate": {"model": "Qwen/Qwen2.5-0.5B-Instruct", "environment": "wordle"},
    "Service": {"model": "Qwen/Qwen2.5-0.5B-Instruct"},
    "Tune": {"variants": [{"name": "a", "command": ["python", "tune.py"], "weights": "weights/a.toml"}]},
}


@pytest.fixture(scope="session")
def command() -> str:
    return COMMAND


@pytest.fixture(scope="session")
def whole() -> Callable[[Rule, str], str]:
    """A function that makes a whole manifest of a rule's sample."""

    def made(rule: Rule, sample: str) -> str:
        spec = parse(sample).value
        kind = spec.pop("kind", rule.kind)
        metadata = spec.pop("metadata", {"name": "sample"})
        manifest = {
            "apiVersion": "runner/v1",
            "kind": kind,
            "metadata": metadata,
            "spec": {**LEAST[kind], **spec},
        }
        return yaml.safe_dump(manifest, sort_keys=False)

    return made


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A folder that counts as a repository, with one good manifest."""
    (tmp_path / ".git").mkdir()
    (tmp_path / "jobs").mkdir()
    (tmp_path / "jobs" / "sample.yaml").write_text(COMMAND)
    return tmp_path
