from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from runner.errors import InputError
from runner.repository.git import Repository
from runner.results.rollback import rollback

if TYPE_CHECKING:
    from conftest import Shelf

V0, V1, V2 = b"a = 0.0\n", b"a = 1.0\n", b"a = 2.0\n"


def file(shelf: Shelf) -> bytes:
    return (shelf.root / shelf.path).read_bytes()


def test_rolling_back_restores_what_stood_before_the_latest_run(history: Shelf) -> None:
    restored = rollback(Repository.find(history.root), history.path)
    assert file(history) == V1
    assert (restored.label, restored.changed) == ("before run 20261120-150002-000002", True)
    assert history.git("status", "--porcelain") == f"M {history.path}"


def test_rolling_back_to_a_run_restores_what_it_made(history: Shelf) -> None:
    rollback(Repository.find(history.root), history.path, "20261120-150001")
    assert file(history) == V1


def test_rolling_back_to_a_commit_restores_what_it_held(history: Shelf) -> None:
    restored = rollback(Repository.find(history.root), history.path, "HEAD~2")
    assert file(history) == V0
    assert restored.label.startswith("commit ")


def test_rolling_back_keeps_the_files_permissions(history: Shelf) -> None:
    (history.root / history.path).chmod(0o755)
    history.commit("Executable")
    rollback(Repository.find(history.root), history.path)
    assert (history.root / history.path).stat().st_mode & 0o777 == 0o755


def test_rolling_back_twice_changes_nothing_more(history: Shelf) -> None:
    repository = Repository.find(history.root)
    rollback(repository, history.path)
    history.commit("Roll back")
    assert not rollback(repository, history.path).changed


@pytest.mark.parametrize("staged", [False, True])
def test_uncommitted_changes_are_never_overwritten(history: Shelf, staged: bool) -> None:
    history.put(b"mine\n")
    if staged:
        history.git("add", "--all")
    with pytest.raises(InputError, match="not committed"):
        rollback(Repository.find(history.root), history.path)
    assert file(history) == b"mine\n"


def test_another_files_changes_do_not_matter_and_stay(history: Shelf) -> None:
    history.put(b"mine\n", "other.txt")
    rollback(Repository.find(history.root), history.path)
    assert (history.root / "other.txt").read_bytes() == b"mine\n"


def test_an_edit_by_hand_between_the_runs_is_what_comes_back(shelf: Shelf) -> None:
    shelf.put(V0)
    shelf.commit("By hand")
    shelf.put(b"a = 0.5\n")
    shelf.commit("A person, while the run was going")
    shelf.land(1, V0, V1)
    rollback(Repository.find(shelf.root), shelf.path)
    assert file(shelf) == b"a = 0.5\n"


def test_results_and_weights_in_different_commits_are_found_by_their_checksums(shelf: Shelf) -> None:
    shelf.put(V0)
    shelf.commit("By hand")
    shelf.put(V1)
    shelf.commit("Weights")
    shelf.result(1, V0, V1)
    shelf.commit("Results")
    rollback(Repository.find(shelf.root), shelf.path)
    assert file(shelf) == V0


def test_the_weights_of_an_unmerged_run_are_found_on_its_branch(history: Shelf) -> None:
    history.git("switch", "--quiet", "--create", "runner/skirmish-weights")
    history.land(3, V2, b"a = 3.0\n")
    history.git("switch", "--quiet", "main")
    history.result(3, V2, b"a = 3.0\n", local=True)
    rollback(Repository.find(history.root), history.path, "20261120-150003")
    assert file(history) == b"a = 3.0\n"


def test_weights_that_history_does_not_hold_are_a_clear_error(history: Shelf) -> None:
    history.result(4, V2, b"a = 4.0\n", local=True)
    with pytest.raises(InputError, match="neither in the history"):
        rollback(Repository.find(history.root), history.path, "20261120-150004")
    assert file(history) == V2


def test_a_file_that_a_run_made_is_not_rolled_back_to_nothing(shelf: Shelf) -> None:
    shelf.commit("Empty")
    shelf.land(1, None, V1)
    with pytest.raises(InputError, match="did not exist before run"):
        rollback(Repository.find(shelf.root), shelf.path)
    assert file(shelf) == V1


@pytest.mark.parametrize(
    ("point", "message"),
    [
        ("nonsense", "neither a run nor a commit"),
        ("--help", "neither a run nor"),
        ("2026", "the beginning of 2 runs"),
    ],
)
def test_a_point_that_is_nowhere_is_a_clear_error(history: Shelf, point: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        rollback(Repository.find(history.root), history.path, point)


def test_a_file_that_no_run_changed_has_nothing_to_go_back_to(history: Shelf) -> None:
    with pytest.raises(InputError, match="no merged run changed"):
        rollback(Repository.find(history.root), "other.txt")
    with pytest.raises(InputError, match="did not make this file"):
        rollback(Repository.find(history.root), "other.txt", "20261120-150001")


def test_a_link_beside_the_file_is_not_written_through(history: Shelf, tmp_path: Path) -> None:
    outside = tmp_path / "outside.toml"
    outside.write_bytes(b"theirs\n")
    name = (history.root / history.path).name
    (history.root / history.path).with_name(f".{name}.new").symlink_to(outside)
    history.commit("A trap")
    rollback(Repository.find(history.root), history.path)
    assert (file(history), outside.read_bytes()) == (V1, b"theirs\n")


def test_changes_of_a_file_that_git_ignores_are_not_overwritten(history: Shelf) -> None:
    history.git("rm", "--cached", "--quiet", history.path)
    history.put(b"data/\n", ".gitignore")
    history.commit("Weights are no longer tracked")
    history.put(b"mine\n")
    with pytest.raises(InputError, match="not committed"):
        rollback(Repository.find(history.root), history.path)
    assert file(history) == b"mine\n"


def test_a_name_that_git_takes_for_a_pattern_is_a_name(history: Shelf) -> None:
    for name in (":(exclude)x.toml", "[a].toml"):
        history.put(b"old\n", name)
        history.commit("Awkward")
        history.put(b"mine\n", name)
        with pytest.raises(InputError, match="not committed"):
            rollback(Repository.find(history.root), name, "HEAD")
        history.commit("Mine")


@pytest.mark.parametrize("where", ["local", "proposed"])
def test_what_is_not_merged_is_refused_in_the_words_of_the_log(shelf: Shelf, where: str) -> None:
    shelf.put(V0)
    shelf.commit("By hand")
    if where == "proposed":
        shelf.git("switch", "--quiet", "--create", "runner/skirmish-weights")
        shelf.land(1, V0, V1)
        shelf.git("switch", "--quiet", "main")
    report = shelf.result(1, V0, V1, local=True)
    with pytest.raises(InputError, match=f"no merged run changed the file; {report.run} is only {where}"):
        rollback(Repository.find(shelf.root), shelf.path)


def test_a_pointer_is_removed_or_put_back(shelf: Shelf) -> None:
    shelf.put(V0)
    shelf.commit("By hand")
    pointer = shelf.path + ".pointer.json"
    for number, content in ((1, b"one"), (2, b"two")):
        report = shelf.result(number, V0, content, pointer=True)
        shelf.put(report.run.encode(), pointer)
        shelf.commit(f"Results of run {number}")
    repository = Repository.find(shelf.root)
    with pytest.raises(InputError, match="a pointer landed") as caught:
        rollback(repository, shelf.path)
    assert caught.value.fix.endswith(f"runner weights rollback {pointer}")
    assert not rollback(repository, pointer).removed
    assert (shelf.root / pointer).read_bytes() == b"20261120-150001-000001"
    shelf.git("reset", "--quiet", "--hard", "HEAD~1")
    assert rollback(repository, pointer).removed
    assert not (shelf.root / pointer).exists()
    assert file(shelf) == V0
