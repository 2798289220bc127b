"""A checkpoint takes a run to the bytes that it would have come to without a break."""

from pathlib import Path

import pytest

from tests.workloads.cartpole.cartpole import outcome, plan, trained
from workloads.cartpole.checkpoint import FILE_NAME, Checkpoint
from workloads.cartpole.training import Training


@pytest.mark.parametrize("updates", [1, 4, 8])
def test_a_resumed_run_ends_as_one_without_a_break(tmp_path: Path, updates: int) -> None:
    checkpoint = Checkpoint(tmp_path / "deep" / "folder")
    checkpoint.save(trained(Training(plan()), updates))
    resumed = Training(plan())
    assert checkpoint.restore(resumed).startswith("resuming after ")
    assert len(resumed.progress.rows) == updates
    assert outcome(trained(resumed)) == outcome(trained(Training(plan())))


def test_without_a_checkpoint_a_run_begins(tmp_path: Path) -> None:
    assert Checkpoint(tmp_path).restore(Training(plan())) == ""


def test_without_a_folder_nothing_is_saved(tmp_path: Path) -> None:
    Checkpoint(None).save(Training(plan()))
    assert Checkpoint(None).restore(Training(plan())) == ""


@pytest.mark.parametrize("other", [plan(seed=1), plan(gamma=0.5), plan(hidden_sizes=(8,))])
def test_the_checkpoint_of_another_run_is_ignored_with_a_line(tmp_path: Path, other: object) -> None:
    Checkpoint(tmp_path).save(trained(Training(plan()), 1))
    begun = Training(other)  # type: ignore[arg-type]
    assert "belongs to another run" in Checkpoint(tmp_path).restore(begun)
    assert begun.progress.steps == 0


def test_a_damaged_checkpoint_is_ignored_with_a_line(tmp_path: Path) -> None:
    Checkpoint(tmp_path).save(trained(Training(plan()), 1))
    path = tmp_path / FILE_NAME
    path.write_bytes(path.read_bytes()[:200])
    assert "cannot be read" in Checkpoint(tmp_path).restore(Training(plan()))
