"""A folder of weights, and the program's last step in a process of its own, as a training takes it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[4]
JOB, RUN = "grpo-wordle", "20261120-150000-3f9a1c"
PUBLISH = """\
import json, sys
from pathlib import Path
from workloads.textgames.publishing import publish
from workloads.textgames.settings import Publish
publish(Publish(**json.loads(sys.argv[1])), Path(sys.argv[2]) / "model", "grpo-wordle", Path(sys.argv[2]))
print("done")
"""


def output_of(folder: Path, marker: bytes = b"w") -> Path:
    """The output of a training, with an adapter."""
    model = folder / "output" / "model"
    model.mkdir(parents=True, exist_ok=True)
    (model / "adapter_model.safetensors").write_bytes(marker * 5_000)
    (model / "adapter_config.json").write_text('{"peft_type": "LORA"}', encoding="utf-8")
    (model / "README.md").write_text("---\nlibrary_name: peft\n---\n# An adapter\n", encoding="utf-8")
    return folder / "output"


def published(
    output: Path, environment: dict[str, str], before: str = "", **places: str
) -> tuple[dict[str, Any], str]:
    """The record that is left, and all that was printed. The program always goes on to its end.

    `before` is what the program does first.
    """
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", before + PUBLISH, json.dumps(places), str(output)],
        cwd=ROOT,
        env={**os.environ, "RUNNER_RUN_ID": RUN, **environment},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert "done" in done.stdout
    record = output / "published.json"
    document = json.loads(record.read_text(encoding="utf-8")) if record.is_file() else {}
    return document, done.stdout + done.stderr
