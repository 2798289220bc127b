"""Manifests of language models for the tests."""

from typing import Any

from msgspec import convert

from runner.kinds.evaluate.spec import EvaluateJob
from runner.kinds.grpo.spec import GrpoJob

MODEL = "Qwen/Qwen2.5-0.5B-Instruct"


def grpo(name: str = "sample", **spec: Any) -> GrpoJob:
    """A training with this `spec`, of which model and environment may be left out."""
    return convert(_manifest("GRPO", name, spec), GrpoJob)


def evaluate(name: str = "sample", **spec: Any) -> EvaluateJob:
    """An evaluation with this `spec`, of which model and environment may be left out."""
    return convert(_manifest("Evaluate", name, spec), EvaluateJob)


def _manifest(kind: str, name: str, spec: dict[str, Any]) -> dict[str, Any]:
    whole = {"model": MODEL, "environment": "wordle", **spec}
    return {"apiVersion": "runner/v1", "kind": kind, "metadata": {"name": name}, "spec": whole}
