from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from workloads.textgames.evaluation.contestants import contest
from workloads.textgames.settings import Endpoint, Environment, EvaluateSettings, Model, SettingsError

START = Model(name="acme/tiny", revision="main", dtype="float32")


def settings(**more: object) -> EvaluateSettings:
    return EvaluateSettings(
        job="job",
        model=START,
        environment=Environment(name="key_door"),
        **more,  # type: ignore[arg-type]
    )


def adapter(folder: Path) -> Path:
    folder.mkdir()
    save_file({"a": np.zeros(1)}, folder / "adapter_model.safetensors")
    (folder / "adapter_config.json").write_text("{}")
    return folder


def whole(folder: Path) -> Path:
    folder.mkdir()
    save_file({"a": np.zeros(1)}, folder / "model.safetensors")
    (folder / "config.json").write_text("{}")
    return folder


def test_a_model_plays_alone() -> None:
    found = contest(settings(), None, None)
    assert [player.name for player in found.contestants] == ["model"]
    assert (found.champion, found.notes) == (None, ())


def test_what_a_model_is_compared_with_is_the_champion() -> None:
    against = Model(name="acme/other")
    found = contest(settings(against=against), None, None)
    assert [(player.name, player.model) for player in found.contestants] == [
        ("model", START),
        ("champion", against),
    ]
    assert found.champion == "champion"


def test_adapters_are_laid_over_the_start(tmp_path: Path) -> None:
    found = contest(settings(), adapter(tmp_path / "trained"), adapter(tmp_path / "champion"))
    assert [(player.name, player.model.name, player.model.adapter) for player in found.contestants] == [
        ("trained", "acme/tiny", str(tmp_path / "trained")),
        ("start", "acme/tiny", None),
        ("champion", "acme/tiny", str(tmp_path / "champion")),
    ]
    assert found.champion == "champion"


def test_whole_models_stand_in_place_of_the_start(tmp_path: Path) -> None:
    found = contest(settings(), whole(tmp_path / "trained"), adapter(tmp_path / "champion"))
    trained, _, champion = (player.model for player in found.contestants)
    assert trained == Model(name=str(tmp_path / "trained"), dtype="float32")
    assert (champion.name, champion.adapter) == ("acme/tiny", str(tmp_path / "champion"))


@pytest.mark.parametrize("lfs", [True, False])
def test_the_start_stands_for_a_champion_that_is_not_there(tmp_path: Path, lfs: bool) -> None:
    folder = tmp_path / "champion"
    folder.mkdir()
    if lfs:
        (folder / "adapter_model.safetensors").write_text("version https://git-lfs.github.com/spec/v1\n")
    found = contest(settings(), adapter(tmp_path / "trained"), folder)
    assert [player.name for player in found.contestants] == ["trained", "start"]
    assert found.champion == "start"
    [note] = found.notes
    assert note.startswith("the start stands for the champion: ")
    assert ("Git LFS" in note) == lfs


def test_a_training_that_left_no_weights_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"cannot be played: .* holds no weights"):
        contest(settings(), tmp_path, None)


def test_an_endpoint_is_sent_no_weights(tmp_path: Path) -> None:
    endpoint = Endpoint(url="http://127.0.0.1:1/v1")
    with pytest.raises(SettingsError, match="leave out --trained"):
        contest(settings(endpoint=endpoint), tmp_path, None)
    with pytest.raises(SettingsError, match="name the model as the endpoint does"):
        contest(settings(endpoint=endpoint, against=Model(name="a", adapter="b")), None, None)
