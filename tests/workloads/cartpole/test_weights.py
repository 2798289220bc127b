"""Weights can be loaded, and what is no weights file of ours is refused with a sentence."""

import json
from pathlib import Path

import numpy as np
import pytest
import safetensors.numpy

from workloads.cartpole import champion
from workloads.cartpole.network import Network
from workloads.cartpole.weights import FORMAT, WeightsError, load_policy, save

OBSERVATIONS = np.eye(4, dtype=np.float32)


def network() -> Network:
    made = Network(4, (8, 6), 2)
    made.start(3)
    return made


def write(path: Path, change: dict[str, object] | None = None, about: object = None) -> Path:
    arrays = {**network().arrays(), **(change or {})}
    kept = {name: array for name, array in arrays.items() if array is not None}
    described = json.dumps(about or {"format": FORMAT})
    path.write_bytes(safetensors.numpy.save(kept, {"about": described}))  # type: ignore[arg-type]
    return path


def test_saved_weights_load_as_the_same_policy(tmp_path: Path) -> None:
    save(tmp_path / "new" / "policy.safetensors", network().arrays(), {"seed": 7})
    policy, about = load_policy(tmp_path / "new" / "policy.safetensors")
    assert np.array_equal(policy.logits(OBSERVATIONS), network().policy().logits(OBSERVATIONS))
    assert about == {"format": FORMAT, "seed": 7}


def test_the_same_weights_are_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "other"):
        save(tmp_path / name, network().arrays(), {"seed": 7, "steps": 3, "config_id": "x"})
    assert (tmp_path / "one").read_bytes() == (tmp_path / "other").read_bytes()


@pytest.mark.parametrize(
    ("change", "about", "expected"),
    [
        ({}, {"format": "other"}, "its format is not"),
        ({}, [1], "its format is not"),
        ({"policy.1.bias": None}, None, "has no tensor 'policy.1.bias'"),
        ({"policy.1.bias": np.zeros(5, np.float32)}, None, "do not fit together"),
        ({"policy.0.weight": np.zeros((8, 5), np.float32)}, None, "do not fit together"),
        ({"policy.0.bias": np.full(8, np.nan, np.float32)}, None, "not finite"),
        ({"policy.0.bias": np.zeros(8, np.float64)}, None, "do not fit together"),
    ],
)
def test_an_unusable_file_is_named_with_its_fault(
    tmp_path: Path, change: dict[str, object], about: object, expected: str
) -> None:
    path = write(tmp_path / "policy.safetensors", change, about)
    with pytest.raises(WeightsError, match=expected) as caught:
        load_policy(path)
    assert str(path) in str(caught.value)


def test_a_file_that_is_no_safetensors_is_named(tmp_path: Path) -> None:
    (tmp_path / "policy.safetensors").write_bytes(b"weights")
    with pytest.raises(WeightsError, match=r"policy\.safetensors is no readable safetensors file"):
        load_policy(tmp_path / "policy.safetensors")


def test_the_champion_is_the_only_weights_file_of_the_baseline(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    write(tmp_path / "data" / "policy.safetensors")
    policy, line = champion.find(tmp_path)
    assert policy is not None
    assert np.array_equal(policy.logits(OBSERVATIONS), network().policy().logits(OBSERVATIONS))
    assert line == ""


def test_without_a_baseline_there_is_no_champion(tmp_path: Path) -> None:
    assert champion.find(None) == champion.find(tmp_path) == (None, "")


def test_a_baseline_that_cannot_be_a_champion_is_passed_over_with_a_line(tmp_path: Path) -> None:
    write(tmp_path / "one.safetensors", about={"format": "other"})
    assert champion.find(tmp_path)[0] is None
    assert "no champion: " in champion.find(tmp_path)[1]
    write(tmp_path / "two.safetensors")
    assert "holds 2 files of weights" in champion.find(tmp_path)[1]
