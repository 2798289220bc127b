"""A checkpoint resumes its own run and no other."""

from pathlib import Path

from workloads.skirmish.checkpoint import FILE_NAME, Checkpoint, Progress

IDENTITY = {"seed": 1, "start": [1, 2]}
PROGRESS = Progress(rates=[[0.1, 0.7]], rows=[{"generation": 1, "best": 0.7}])


def test_saved_progress_is_loaded_exactly(tmp_path: Path) -> None:
    checkpoint = Checkpoint(tmp_path / "deep" / "folder", IDENTITY)
    checkpoint.save(PROGRESS)
    progress, line = checkpoint.load()
    assert progress == PROGRESS
    assert line.startswith("resuming after generation 1")


def test_a_checkpoint_of_another_run_is_ignored_with_a_line(tmp_path: Path) -> None:
    Checkpoint(tmp_path, IDENTITY).save(PROGRESS)
    progress, line = Checkpoint(tmp_path, {"seed": 2, "start": [1, 2]}).load()
    assert progress == Progress()
    assert "belongs to another run" in line


def test_a_damaged_checkpoint_is_ignored_with_a_line(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_text('{"identity": {')
    progress, line = Checkpoint(tmp_path, IDENTITY).load()
    assert progress == Progress()
    assert "cannot be read" in line


def test_nothing_is_saved_without_a_folder(tmp_path: Path) -> None:
    checkpoint = Checkpoint(None, IDENTITY)
    checkpoint.save(PROGRESS)
    assert checkpoint.load() == (Progress(), "")
