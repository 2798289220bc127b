"""The leaderboard's package, unpacked in a folder of its own; and a small data folder of the same form."""

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from workloads.textgames.envs.base import GameError
from workloads.textgames.envs.bfcl import download

AREA = {
    "name": "shapes.area",
    "description": "The area of a shape.",
    "parameters": {
        "type": "dict",
        "properties": {
            "width": {"type": "float", "description": "In metres."},
            "shape": {"type": "string", "enum": ["square", "circle"]},
            "labels": {"type": "array", "items": {"type": "string"}},
        },
        "required": ["width"],
    },
}
QUESTIONS: dict[str, list[dict[str, Any]]] = {
    "simple_python": [
        {
            "id": f"simple_python_{n}",
            "question": [[{"role": "user", "content": f"How large is a square of {n} m?"}]],
            "function": [AREA],
        }
        for n in range(20)
    ],
    "live_parallel": [
        {
            "id": "live_parallel_0-0-0",
            "question": [
                [
                    {"role": "system", "content": "You know shapes."},
                    {"role": "user", "content": "How large are a square of 1 m and a circle of 2 m?"},
                ]
            ],
            "function": [AREA],
        }
    ],
}
ANSWERS: dict[str, list[dict[str, Any]]] = {
    "simple_python": [
        {"shapes.area": {"width": [float(n)], "shape": ["square", ""], "labels": [""]}} for n in range(20)
    ],
    "live_parallel": [
        {"shapes.area": {"width": [1.0], "shape": ["square"]}},
        {"shapes.area": {"width": [2.0], "shape": ["circle"]}},
    ],
}


@pytest.fixture(scope="session")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All of the package, its own checker as well, with nothing that it depends on."""
    folder = tmp_path_factory.mktemp("bfcl-eval")
    try:
        wheel = download.wheel(folder)
    except GameError as error:
        pytest.skip(str(error))
    with zipfile.ZipFile(wheel) as opened:
        opened.extractall(folder / "package")
    return folder / "package"


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Data of two categories."""
    folder = tmp_path_factory.mktemp("small")
    (folder / "possible_answer").mkdir()
    for category, questions in QUESTIONS.items():
        name = f"BFCL_v4_{category}.json"
        calls = ANSWERS[category]
        truths = [[call] for call in calls] if len(questions) > 1 else [calls]
        answers = [
            {"id": question["id"], "ground_truth": truth}
            for question, truth in zip(questions, truths, strict=True)
        ]
        (folder / name).write_text("\n".join(json.dumps(line) for line in questions))
        (folder / "possible_answer" / name).write_text("\n".join(json.dumps(line) for line in answers))
    return str(folder)
