"""Which engine generates, and in which type of weights."""

import json
from pathlib import Path

import pytest

from workloads.textgames.settings import Environment, Model, SettingsError, TrainSettings, Vllm
from workloads.textgames.training.engines import open_engine, resolve_dtype


def configured(folder: Path, **configuration: object) -> Path:
    (folder / "config.json").write_text(json.dumps(configuration))
    return folder


def test_a_dtype_that_is_named_is_taken(tmp_path: Path) -> None:
    assert resolve_dtype(Model(name="m", dtype="float16"), tmp_path) == "float16"


def test_a_model_says_its_dtype(tmp_path: Path) -> None:
    assert resolve_dtype(Model(name="m"), configured(tmp_path, dtype="bfloat16")) == "bfloat16"


def test_an_older_configuration_says_its_dtype(tmp_path: Path) -> None:
    assert resolve_dtype(Model(name="m"), configured(tmp_path, torch_dtype="float16")) == "float16"


def test_the_dtype_of_the_text_part_counts(tmp_path: Path) -> None:
    folder = configured(tmp_path, text_config={"dtype": "bfloat16"})
    assert resolve_dtype(Model(name="m"), folder) == "bfloat16"


@pytest.mark.parametrize("said", ["float8_e4m3fn", "auto", 3, ["bfloat16"], None])
def test_any_other_dtype_is_float32(tmp_path: Path, said: object) -> None:
    assert resolve_dtype(Model(name="m"), configured(tmp_path, dtype=said)) == "float32"


@pytest.mark.parametrize("content", [None, "[]", "{", "\xff"])
def test_a_folder_without_a_model_is_refused(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "config.json").write_text(content, encoding="latin-1")
    with pytest.raises(
        SettingsError, match=r"config\.json is not the configuration of a model; check model\.name"
    ):
        resolve_dtype(Model(name="m"), tmp_path)


def test_without_vllm_there_is_no_engine(tmp_path: Path) -> None:
    settings = TrainSettings(
        job="j", model=Model(name="m"), environment=Environment(name="key_door"), vllm=Vllm(mode="off")
    )
    with open_engine(settings, tmp_path, tmp_path / "vllm.log") as engine:
        assert engine is None
