"""Starting stays quick because nothing heavy is imported; benchmarks/start.py measures what it takes."""

import subprocess
import sys
from pathlib import Path

import pytest

from runner.kinds import KINDS

ROOT = Path(__file__).parents[2]
HEAVY = (
    "asyncio",
    "github",
    "jsonschema",
    "modal",
    "multiprocessing",
    "numpy",
    "rich",
    "subprocess",
    "wandb",
)
PROGRAM = """
import sys
from runner.cli.main import run
code = run(sys.argv[2:])
print(code, sorted(set(sys.argv[1].split(",")) & set(sys.modules)))
"""


def imported(*arguments: str) -> str:
    command = [sys.executable, "-c", PROGRAM, ",".join(HEAVY), *arguments]
    return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.splitlines()[
        -1
    ]


def test_the_version_is_printed_without_anything_heavy() -> None:
    assert imported("--version") == "0 []"


@pytest.mark.parametrize("kind", KINDS)
def test_a_good_manifest_is_checked_without_anything_heavy(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "my-job.yaml"
    path.write_text(KINDS[kind].template("my-job"))
    assert imported("validate", str(path)) == "0 []"
