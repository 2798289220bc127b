from pathlib import Path
from typing import Any

from workloads.textgames.settings import Environment, Lora, Model, TrainSettings
from workloads.textgames.training.card import base_of, card

METRICS = {"step": 200, "reward/first": 0.1, "reward/last": 0.5123456789, "seconds": 61.5, "loss": 0.1}
SHA256 = "0" * 64


def settings(model: Model, **changes: Any) -> TrainSettings:
    environment = Environment(name="wordle", arguments={"secret": "train"})
    return TrainSettings(job="wordle-small", model=model, environment=environment, **changes)


def test_the_card_of_an_adapter(golden: Any) -> None:
    shown = settings(Model(name="Qwen/Qwen2.5-0.5B-Instruct", revision="main"), lora=Lora())
    golden("adapter.md", card(shown, METRICS, "adapter_model.safetensors", SHA256))


def test_the_card_of_full_weights(golden: Any) -> None:
    shown = settings(Model(name="./models/tiny"))
    golden("full.md", card(shown, METRICS, "model.safetensors", SHA256))


def test_a_card_names_no_folder_of_the_machine(tmp_path: Path) -> None:
    (tmp_path / "tiny").mkdir()
    model = Model(name=str(tmp_path / "tiny"), adapter=str(tmp_path / "laid"))
    environment = Environment(name="bfcl", arguments={"data": str(tmp_path / "rows")})
    shown = TrainSettings(job="calls", model=model, environment=environment)
    text = card(shown, METRICS, "model.safetensors", SHA256)
    assert base_of(shown) == "tiny"
    assert str(tmp_path) not in text
    assert '"data": "rows"' in text
    assert "base_model:" not in text


def test_names_with_marks_of_markdown_stay_what_they_are() -> None:
    environment = Environment(name="wordle", arguments={"data": "``` # not a heading"})
    shown = TrainSettings(job="a [link](x) <b>\n# b", model=Model(name="o/m"), environment=environment)
    text = card(shown, METRICS, "model.safetensors", SHA256)
    assert "# a linkx b b\n" in text
    assert "````json\n" in text
