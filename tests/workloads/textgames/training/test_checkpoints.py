from pathlib import Path

import pytest

from workloads.textgames.settings import SettingsError
from workloads.textgames.training.checkpoints import MARK, Checkpoints, Progress


def checkpoints(folder: Path, steps: tuple[int, ...] = ()) -> Checkpoints:
    made = Checkpoints(folder, "mine")
    for step in steps:
        made.path(step).mkdir(parents=True)
        (made.path(step) / "model.safetensors").write_bytes(b"weights")
        made.complete(Progress(identity="mine", step=step, rows=[{"step": step}]))
    return made


def test_an_empty_folder_has_no_checkpoint(tmp_path: Path) -> None:
    assert checkpoints(tmp_path / "absent").latest() is None


def test_the_newest_checkpoint_is_found_by_its_number(tmp_path: Path) -> None:
    made = checkpoints(tmp_path, (9, 10))
    found = made.latest()
    assert found is not None
    assert found == (tmp_path / "checkpoint-10", Progress(identity="mine", step=10, rows=[{"step": 10}]))


def test_two_checkpoints_are_kept(tmp_path: Path) -> None:
    checkpoints(tmp_path, (5, 10, 15))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["checkpoint-10", "checkpoint-15"]


def test_a_checkpoint_without_its_mark_is_torn_and_deleted(tmp_path: Path) -> None:
    made = checkpoints(tmp_path, (5, 10))
    (tmp_path / "checkpoint-10" / MARK).unlink()
    found = made.latest()
    assert found is not None
    assert found[1].step == 5
    assert not (tmp_path / "checkpoint-10").exists()


@pytest.mark.parametrize("text", ["", '{"identity": "mine"', '{"identity": "mine", "step": 9}', "[]", "\x00"])
def test_a_mark_that_is_not_this_checkpoints_does_not_count(tmp_path: Path, text: str) -> None:
    made = checkpoints(tmp_path, (5, 10))
    (tmp_path / "checkpoint-10" / MARK).write_text(text)
    found = made.latest()
    assert found is not None
    assert found[1].step == 5


def test_checkpoints_of_another_training_are_refused_and_kept(tmp_path: Path) -> None:
    checkpoints(tmp_path, (5,))
    with pytest.raises(SettingsError, match="other settings or another seed: take another folder"):
        Checkpoints(tmp_path, "another").latest()
    assert (tmp_path / "checkpoint-5" / MARK).exists()
