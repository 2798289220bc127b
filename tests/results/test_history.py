from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from runner.errors import InputError
from runner.results.history import entries, find, unreadable

if TYPE_CHECKING:
    from conftest import Shelf


def test_runs_are_listed_newest_first_from_both_places(shelf: Shelf) -> None:
    runs = [shelf.result(1, None, b"1").run, shelf.result(3, None, b"3").run]
    runs.insert(1, shelf.result(2, None, b"2", local=True).run)
    found = entries(shelf.root)
    assert [entry.report.run for entry in found] == runs[::-1]
    assert [entry.published for entry in found] == [True, False, True]
    assert entries(shelf.root, "skirmish-weights") == found
    assert entries(shelf.root, "another") == []


def test_a_run_in_both_places_counts_once_as_published(shelf: Shelf) -> None:
    shelf.result(1, None, b"1")
    shelf.result(1, None, b"1", local=True)
    (entry,) = entries(shelf.root)
    assert entry.published


def test_a_repository_without_results_has_no_history(shelf: Shelf) -> None:
    assert entries(shelf.root) == []


def test_a_damaged_result_is_passed_over_and_named(shelf: Shelf) -> None:
    shelf.result(1, None, b"1")
    broken = shelf.root / "results" / "job" / "run" / "result.json"
    broken.parent.mkdir(parents=True)
    broken.write_text("{", encoding="utf-8")
    assert len(entries(shelf.root)) == 1
    (problem,) = unreadable(shelf.root)
    assert str(broken) in problem


def test_a_result_under_another_runs_name_is_passed_over(shelf: Shelf) -> None:
    report = shelf.result(1, None, b"1")
    folder = shelf.root / "results" / report.job / report.run
    shutil.move(folder, folder.with_name("elsewhere"))
    assert entries(shelf.root) == []
    assert "not that of the run" in unreadable(shelf.root)[0]


def test_a_run_is_found_by_its_id_a_unique_beginning_or_as_the_latest(shelf: Shelf) -> None:
    first, second = shelf.result(1, None, b"1"), shelf.result(2, None, b"2")
    assert find(shelf.root, first.run).report.run == first.run
    assert find(shelf.root, "20261120-150002").report.run == second.run
    assert find(shelf.root, "latest").report.run == second.run


@pytest.mark.parametrize(
    ("name", "message"), [("2026", "the beginning of 2 runs"), ("zz", "no results"), ("", "no results")]
)
def test_an_ambiguous_or_unknown_run_is_a_clear_error(shelf: Shelf, name: str, message: str) -> None:
    shelf.result(1, None, b"1")
    shelf.result(2, None, b"2")
    with pytest.raises(InputError, match=message):
        find(shelf.root, name)
