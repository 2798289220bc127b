"""The problems of `gsm8k` come from a hub, by the unmodified client; otherwise one sentence says why not."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.standins.hub.server import ModelHub

ROOT = Path(__file__).parents[4]
PROGRAM = """
import json, sys
from workloads.textgames.envs.base import GameError
from workloads.textgames.envs.registry import make
try:
    environment = make("gsm8k", json.loads(sys.argv[1]))
    print(environment.reset(0), environment.step("#### 8").reward)
except GameError as error:
    print(f"GameError: {error}")
"""

pytestmark = pytest.mark.llm


@pytest.fixture
def hub() -> Iterator[ModelHub]:
    with ModelHub() as running:
        yield running
        assert running.unknown == []


def problems(tmp_path: Path) -> bytes:
    import pyarrow
    from pyarrow import parquet

    table = pyarrow.table({"question": ["How many legs do two cats have?"], "answer": ["2*4=8\n#### 8"]})
    parquet.write_table(table, tmp_path / "problems.parquet")
    return (tmp_path / "problems.parquet").read_bytes()


def play(hub: ModelHub, home: Path, **arguments: Any) -> str:
    """What an environment says in a process of its own."""
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(home), **hub.environment(home)}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, json.dumps({"revision": "main", **arguments})],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_problems_are_fetched_once_for_a_commit(hub: ModelHub, tmp_path: Path) -> None:
    files = {f"main/{split}-00000-of-00001.parquet": problems(tmp_path) for split in ("train", "test")}
    commit = hub.add("openai/gsm8k", files, kind="dataset").head.oid
    assert play(hub, tmp_path) == "How many legs do two cats have? 1.0"
    assert play(hub, tmp_path, revision=commit, split="test") == "How many legs do two cats have? 1.0"
    asked = len(hub.requests)
    assert play(hub, tmp_path, revision=commit) == "How many legs do two cats have? 1.0"
    assert len(hub.requests) == asked


def test_what_the_hub_does_not_have_is_told(hub: ModelHub, tmp_path: Path) -> None:
    assert "there is no data set openai/gsm8k at" in play(hub, tmp_path)
    hub.add("openai/gsm8k", {"README.md": "nothing"}, kind="dataset")
    assert "openai/gsm8k has no revision v9 at" in play(hub, tmp_path, revision="v9")
    assert "openai/gsm8k at main has other files than are read" in play(hub, tmp_path)


def test_terms_that_nobody_agreed_to_are_told(hub: ModelHub, tmp_path: Path) -> None:
    files = {"main/train-00000-of-00001.parquet": b""}
    hub.add("openai/gsm8k", files, kind="dataset", gated=True)
    assert "openai/gsm8k is given only to those who agreed to its terms" in play(hub, tmp_path)


def test_a_file_that_is_not_parquet_is_told(hub: ModelHub, tmp_path: Path) -> None:
    hub.add("openai/gsm8k", {"main/train-00000-of-00001.parquet": b"nonsense"}, kind="dataset")
    assert "main/train-00000-of-00001.parquet of openai/gsm8k cannot be read" in play(hub, tmp_path)


def test_a_hub_that_cannot_be_reached_is_told_soon(hub: ModelHub, tmp_path: Path) -> None:
    with ModelHub() as gone:
        pass
    began = time.monotonic()
    told = play(gone, tmp_path)
    assert time.monotonic() - began < 20
    assert f"openai/gsm8k cannot be fetched from {gone.url} (ConnectError" in told
    assert told.endswith("check the network, or give `path`")


@pytest.mark.slow
def test_a_hub_that_does_not_answer_is_told_in_time(hub: ModelHub, tmp_path: Path) -> None:
    hub.hang()
    began = time.monotonic()
    told = play(hub, tmp_path)
    assert time.monotonic() - began < 20
    assert f"openai/gsm8k cannot be fetched from {hub.url}" in told


def test_offline_only_the_cache_is_used(hub: ModelHub, tmp_path: Path) -> None:
    program = PROGRAM.replace("import json, sys", "import json, os, sys; os.environ['HF_HUB_OFFLINE'] = '1'")
    done = subprocess.run(
        [sys.executable, "-c", program, "{}"],
        cwd=ROOT, env=hub.environment(tmp_path), capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert "openai/gsm8k is not in the cache, and HF_HUB_OFFLINE is set" in done.stdout
    assert hub.requests == []
