"""Which files of a folder are weights. The tensors are written by the real library."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from safetensors.numpy import save, save_file

from workloads.textgames.evaluation.champion import Weights, is_safetensors, weights_in

LFS = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 12345\n"
TENSORS = {"a": np.zeros((2, 3), np.float32), "b": np.ones(5, np.float16)}


@pytest.mark.parametrize(
    ("weights", "configuration", "is_adapter"),
    [
        ("adapter_model.safetensors", "adapter_config.json", True),
        ("model.safetensors", "config.json", False),
    ],
)
def test_a_folder_holds_an_adapter_or_a_whole_model(
    tmp_path: Path, weights: str, configuration: str, is_adapter: bool
) -> None:
    save_file(TENSORS, tmp_path / weights, {"format": "pt"})
    (tmp_path / configuration).write_text("{}")
    assert weights_in(tmp_path) == Weights(tmp_path, is_adapter)


def test_weights_without_a_configuration_are_none(tmp_path: Path) -> None:
    save_file(TENSORS, tmp_path / "adapter_model.safetensors")
    assert weights_in(tmp_path) == "adapter_model.safetensors has no adapter_config.json beside it"


@pytest.mark.parametrize("name", ["absent", "empty"])
def test_a_folder_without_weights_says_so(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()
    assert weights_in(tmp_path / name) == f"{name} holds no weights"


def test_a_pointer_of_git_lfs_is_no_weights(tmp_path: Path) -> None:
    (tmp_path / "adapter_model.safetensors").write_text(LFS)
    (tmp_path / "adapter_config.json").write_text("{}")
    assert "is kept in Git LFS and was not fetched" in str(weights_in(tmp_path))


def test_a_pointer_to_a_run_is_no_weights(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors.pointer.json").write_text("{}")
    (tmp_path / "config.json").write_text("{}")
    assert "the repository has a pointer to it" in str(weights_in(tmp_path))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x02\0\0\0\0\0\0\0",
        b"\xff" * 100,
        b"\x02\0\0\0\0\0\0\0[]",
        save(TENSORS)[:-1],
        save(TENSORS) + b"\0",
        (len(b'{"a":{"data_offsets":7}}')).to_bytes(8, "little") + b'{"a":{"data_offsets":7}}',
        (60_000).to_bytes(8, "little") + b"[" * 60_000,
    ],
    ids=["empty", "short", "long header", "list", "torn", "more", "offsets", "deep"],
)
def test_what_only_looks_like_weights_is_none(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "model.safetensors").write_bytes(content)
    (tmp_path / "config.json").write_text("{}")
    assert weights_in(tmp_path) == "model.safetensors is no safetensors file"


@given(st.dictionaries(st.text(min_size=1, max_size=5), st.lists(st.integers(0, 4), max_size=3), max_size=5))
def test_all_that_the_library_writes_is_known(
    tmp_path_factory: pytest.TempPathFactory, shapes: dict[str, list[int]]
) -> None:
    path = tmp_path_factory.mktemp("weights") / "model.safetensors"
    tensors = {name: np.zeros(shape, np.float32) for name, shape in shapes.items() if name != "__metadata__"}
    save_file(tensors, path, {"made": json.dumps(shapes)})
    assert is_safetensors(path)
