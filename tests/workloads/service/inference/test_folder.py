"""What requests may name in the folder of models."""

import os
from pathlib import Path

import pytest

from workloads.service.errors import ApiError
from workloads.service.inference.folder import ModelsFolder


def model(folder: Path) -> Path:
    folder.mkdir(parents=True)
    (folder / "config.json").write_text("{}")
    (folder / "model.safetensors").write_bytes(b"weights")
    return folder


def adapter(folder: Path) -> Path:
    folder.mkdir(parents=True)
    (folder / "adapter_config.json").write_text("{}")
    (folder / "adapter_model.safetensors").write_bytes(b"weights")
    return folder


@pytest.fixture
def models(tmp_path: Path) -> ModelsFolder:
    model(tmp_path / "models" / "team" / "run-1")
    adapter(tmp_path / "models" / "lora")
    model(tmp_path / "secret")
    model(tmp_path / "models-of-others")
    links = tmp_path / "models"
    (links / "inside").symlink_to("team/run-1")
    (links / "outside").symlink_to(tmp_path / "secret")
    (links / "circle").symlink_to("circle")
    leaky = model(links / "leaky")
    (leaky / "tokenizer.json").symlink_to(tmp_path / "secret" / "config.json")
    return ModelsFolder(tmp_path / "models")


@pytest.mark.parametrize("path", ["team/run-1", "./team/run-1/", "team/../team/run-1", "inside"])
def test_a_model_below_it_is_found(models: ModelsFolder, tmp_path: Path, path: str) -> None:
    source, laid = models.source("model_path", path)
    assert laid is None
    assert source.folder == tmp_path / "models" / "team" / "run-1"
    assert source.name == path


def test_an_absolute_path_that_leads_there_is_found(models: ModelsFolder, tmp_path: Path) -> None:
    assert models.source("model_path", f"{tmp_path}/models/team/run-1")[0].folder


def test_an_adapter_named_as_model_is_laid_over_the_own_one(models: ModelsFolder, tmp_path: Path) -> None:
    source, laid = models.source("model_path", "lora")
    assert source.folder is None
    assert laid is not None
    assert laid == models.adapter("adapter", "lora")
    assert laid.folder == tmp_path / "models" / "lora"


def test_weights_that_were_written_anew_are_another_model(models: ModelsFolder, tmp_path: Path) -> None:
    before = models.source("model_path", "team/run-1")
    os.utime(tmp_path / "models/team/run-1/model.safetensors", ns=(1, 1))
    assert models.source("model_path", "team/run-1") != before


@pytest.mark.parametrize(
    "path",
    [
        "", ".", "..", "../secret", "team/../../secret", "../models-of-others", "/", "/etc/passwd", "outside",
        "circle", "leaky", "no-such", "team/run-1/config.json", "run\0", "a\nb", "x" * 513, "x/" * 200, "~",
        "Qwen/Qwen2.5-0.5B-Instruct", "https://example.com/model", "\ud800",
    ],
)  # fmt: skip
def test_whatever_is_not_below_it_is_refused_in_the_same_words(models: ModelsFolder, path: str) -> None:
    for field, find in (("model_path", models.source), ("adapter", models.adapter)):
        with pytest.raises(ApiError) as found:
            find(field, path)
        assert found.value.status == 422
        assert [each.field for each in found.value.fields] == [field]
        assert found.value.message == f"{field} names nothing in the folder of models; give a path below it"
        found.value.body()


def test_what_is_not_whole_is_refused(models: ModelsFolder, tmp_path: Path) -> None:
    (tmp_path / "models" / "lora" / "adapter_config.json").unlink()
    (tmp_path / "models" / "team" / "run-1" / "config.json").unlink()
    for path in ("lora", "team/run-1", "team"):
        with pytest.raises(ApiError, match="is not the whole of"):
            models.source("model_path", path)
    with pytest.raises(ApiError, match="is not the whole of an adapter"):
        models.adapter("adapter", "team/run-1")
