"""Tiny models made on the spot, and the training program as a process."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[4]

Make = Callable[..., Path]


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Make:
    """Makes a tiny model; the same one for the same arguments."""
    made: dict[Any, Path] = {}

    def make(template: str = "chatml", taught: Any = None) -> Path:
        from workloads.textgames.tiny.model import write

        key = (template, repr(taught))
        if key not in made:
            made[key] = tmp_path_factory.mktemp("tiny") / "model"
            write(made[key], template, 0, taught)  # type: ignore[arg-type]
        return made[key]

    return make


@pytest.fixture
def program(tmp_path: Path) -> Iterator[Callable[..., "subprocess.Popen[str]"]]:
    """Starts the training program as a process, on settings, and ends it with the test."""
    started: list[subprocess.Popen[str]] = []

    def start(settings: dict[str, Any] | str, **environment: str) -> "subprocess.Popen[str]":
        path = tmp_path / "settings.json"
        path.write_text(settings if isinstance(settings, str) else json.dumps(settings))
        command = [sys.executable, "workloads/textgames/train_grpo.py", "--settings", str(path)]
        command += ["--output", str(tmp_path / "output"), "--checkpoint", str(tmp_path / "checkpoint")]
        process = subprocess.Popen(
            [*command, "--seed", "3"],
            cwd=ROOT,
            env={**os.environ, **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()


@pytest.fixture(scope="session")
def calls(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Questions in the form of the Berkeley leaderboard that one short call answers."""
    folder = tmp_path_factory.mktemp("calls")
    function = {
        "name": "move",
        "description": "Moves.",
        "parameters": {
            "type": "dict",
            "properties": {"to": {"type": "string", "enum": ["up", "down"]}},
            "required": ["to"],
        },
    }
    questions = [
        {"id": f"simple_python_{n}", "question": [[{"role": "user", "content": to}]], "function": [function]}
        for n, to in enumerate(["up", "down"] * 8)
    ]
    answers = [
        {"id": row["id"], "ground_truth": [{"move": {"to": [row["question"][0][0]["content"]]}}]}  # type: ignore[index]
        for row in questions
    ]
    for name, rows in (("", questions), ("possible_answer/", answers)):
        path = folder / f"{name}BFCL_v4_simple_python.json"
        path.parent.mkdir(exist_ok=True)
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return folder
