"""An endpoint of scripted players, and the evaluation program with it."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.standins.openai.server import OpenAIServer
from workloads.textgames.evaluation.program import main

Evaluate = Callable[..., Path]


@pytest.fixture
def endpoint() -> Iterator[OpenAIServer]:
    with OpenAIServer() as server:
        yield server
        assert server.unknown == []


@pytest.fixture
def settings(tmp_path: Path, endpoint: OpenAIServer) -> Callable[..., Path]:
    """Writes settings: `perfect` on key_door, unless told otherwise."""

    def write(environment: str = "key_door", *, played: dict[str, Any] | None = None, **more: Any) -> Path:
        document = {
            "job": "job",
            "model": {"name": "perfect"},
            "environment": {"name": environment, **(played or {})},
            "endpoint": {"url": endpoint.url},
            "episodes": 12,
            **more,
        }
        path = tmp_path / "settings.json"
        path.write_text(json.dumps({name: value for name, value in document.items() if value is not None}))
        return path

    return write


@pytest.fixture
def evaluate(tmp_path: Path, settings: Callable[..., Path]) -> Evaluate:
    """Runs the program, which must end well, and returns its output folder."""

    def run(environment: str = "key_door", *, seed: int = 7, output: str = "output", **more: Any) -> Path:
        folder = tmp_path / output
        arguments = ["--settings", str(settings(environment, **more)), "--output", str(folder)]
        assert main([*arguments, "--seed", str(seed)]) == 0
        return folder

    return run
