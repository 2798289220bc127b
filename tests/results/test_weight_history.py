from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from runner.errors import InputError
from runner.repository.git import Repository
from runner.results.weight_history import main_metric, repository_path, steps

if TYPE_CHECKING:
    from conftest import Shelf

    from runner.results.model import Report


def test_the_runs_that_changed_a_file_are_listed_newest_first(history: Shelf) -> None:
    history.result(3, b"a = 2.0\n", b"a = 2.0\n")
    repository = Repository.find(history.root)
    assert [step.entry.report.run[-1] for step in steps(repository, history.path)] == ["2", "1"]
    assert steps(repository, "another.toml") == []


def test_each_version_is_merged_proposed_or_local(history: Shelf) -> None:
    history.git("switch", "--quiet", "--create", "runner/skirmish-weights")
    history.land(3, b"a = 2.0\n", b"a = 3.0\n")
    history.git("switch", "--quiet", "main")
    history.result(3, b"a = 2.0\n", b"a = 3.0\n", local=True)
    history.result(4, b"a = 2.0\n", b"a = 4.0\n", local=True)
    history.result(5, b"a = 2.0\n", b"a = 5.0\n")
    repository = Repository.find(history.root)
    where = {step.entry.report.run[-1]: step.where for step in steps(repository, history.path)}
    assert where == {"5": "local", "4": "local", "3": "proposed", "2": "merged", "1": "merged"}
    history.git("merge", "--quiet", "--no-ff", "-m", "Accept", "runner/skirmish-weights")
    assert {step.where for step in steps(repository, history.path) if step.entry.report.run[-1] == "3"} == {
        "merged"
    }


def test_a_merged_version_stays_merged_when_its_results_are_removed(history: Shelf) -> None:
    history.result(2, b"a = 1.0\n", b"a = 2.0\n", local=True)
    history.git("rm", "-r", "--quiet", "results")
    history.commit("Tidy up")
    (step,) = steps(Repository.find(history.root), history.path)
    assert step.where == "merged"


def test_a_run_is_remembered_by_the_metric_that_its_gate_asks_for(tuned: Report) -> None:
    assert main_metric(tuned, "train/generalist") == "win_rate 0.612 (n 6,000)"
    assert main_metric(tuned, "nobody") == "first_seat_win_rate 0.523 (n 40,000)"


def test_a_path_is_understood_from_where_a_person_stands(history: Shelf) -> None:
    root = history.root
    for argument, here in (
        (history.path, root),
        ("generalist.toml", root / "data/weights"),
        (history.path, root / "data"),
    ):
        assert repository_path(root, argument, here) == history.path


@pytest.mark.parametrize("argument", ["../x", "/etc/passwd", ".git/config", ".", "results/../.git/HEAD"])
def test_a_path_outside_is_refused(history: Shelf, argument: str) -> None:
    with pytest.raises(InputError, match="no file of the repository"):
        repository_path(history.root, argument, history.root)


def test_a_link_is_never_written_through(history: Shelf, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (history.root / "linked").symlink_to(outside)
    (history.root / "link.toml").symlink_to(history.root / history.path)
    for argument in ("linked/x.toml", "link.toml"):
        with pytest.raises(InputError, match="symbolic link"):
            repository_path(history.root, argument, history.root)
