"""The loopback hub, as the real clients see it, each in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.standins.hub.server import ModelHub

ROOT = Path(__file__).parents[3]

pytestmark = pytest.mark.llm

CONFIGURE = """\
import json
from transformers import AutoConfig
config = AutoConfig.from_pretrained("acme/tiny", revision="main")
print(json.dumps([config.hidden_size, config._commit_hash]))
"""
LOAD = """\
import json
from datasets import load_dataset
rows = load_dataset("acme/sums", "main", split="test")
print(json.dumps([rows.num_rows, rows[0]]))
"""


def told(hub: ModelHub, folder: Path, code: str, token: str = "") -> Any:
    """What the program prints last, in JSON."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code],
        cwd=ROOT,
        env={**os.environ, **hub.environment(folder, token), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_a_model_of_the_hub_is_one_that_transformers_reads(model_hub: ModelHub, tmp_path: Path) -> None:
    files = {"config.json": '{"model_type": "qwen2", "hidden_size": 64}', "model.safetensors": b"w" * 5_000}
    head = model_hub.add("acme/tiny", files).head
    assert told(model_hub, tmp_path, CONFIGURE) == [64, head.oid]


def test_an_upload_of_another_tool_can_be_read_back(model_hub: ModelHub, tmp_path: Path) -> None:
    code = """
import json
from huggingface_hub import HfApi, snapshot_download
api = HfApi()
api.create_repo("acme/new", private=True)
api.upload_file(path_or_fileobj=b"w" * 3000, path_in_repo="model.safetensors", repo_id="acme/new")
api.upload_file(path_or_fileobj=b"{}", path_in_repo="config.json", repo_id="acme/new")
folder = snapshot_download("acme/new")
info = api.model_info("acme/new", files_metadata=True)
print(json.dumps([info.private, {one.rfilename: one.size for one in info.siblings}, api.whoami()["name"]]))
"""
    private, files, name = told(model_hub, tmp_path, code, model_hub.token)
    assert (private, name) == (True, "acme")
    assert files == {"config.json": 2, "model.safetensors": 3000}


def test_a_data_set_of_the_hub_is_one_that_datasets_loads(model_hub: ModelHub, tmp_path: Path) -> None:
    import pyarrow
    from pyarrow import parquet

    table = pyarrow.table({"question": ["1 + 1?", "2 + 2?"], "answer": ["#### 2", "#### 4"]})
    parquet.write_table(table, tmp_path / "test.parquet")
    card = "---\nconfigs:\n- config_name: main\n  data_files:\n  - {split: test, path: main/test-*}\n---\n"
    content = (tmp_path / "test.parquet").read_bytes()
    files = {"README.md": card, "main/test-00000-of-00001.parquet": content}
    model_hub.add("acme/sums", files, kind="dataset")
    rows, first = told(model_hub, tmp_path, LOAD)
    assert (rows, first) == (2, {"question": "1 + 1?", "answer": "#### 2"})
