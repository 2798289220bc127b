from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from runner.errors import InputError
from runner.repository.git import Repository
from runner.results.weight_content import content_at

if TYPE_CHECKING:
    from conftest import Shelf

V1, V2, V4 = b"a = 1.0\n", b"a = 2.0\n", b"a = 4.0\n"


def test_content_is_that_of_the_working_tree_a_run_or_a_commit(history: Shelf) -> None:
    repository = Repository.find(history.root)
    history.put(b"mine\n")
    points = (None, "latest", "HEAD", "HEAD~1")
    found = [content_at(repository, history.path, point).held.head(history.path) for point in points]
    assert found == [b"mine\n", V2, V2, V1]


def kept(shelf: Shelf, content: bytes) -> str:
    """A run of this machine that nobody proposed, with its output; its id."""
    report = shelf.result(4, V2, V4, local=True)
    path = shelf.root / ".runner" / "runs" / report.run / report.weights[0].source
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    return report.run


def test_the_weights_of_a_local_run_are_read_from_its_folder(history: Shelf) -> None:
    run = kept(history, V4)
    found = content_at(Repository.find(history.root), history.path, run)
    assert (found.label, found.held.head(history.path)) == (f"run {run}", V4)


def test_an_output_that_was_changed_since_is_not_what_the_run_made(history: Shelf) -> None:
    run = kept(history, b"a = 5.0\n")
    with pytest.raises(
        InputError, match=r"neither in the history of this repository nor under \.runner/runs"
    ):
        content_at(Repository.find(history.root), history.path, run)


@pytest.mark.parametrize("source", ["../../../a.toml", "/etc/hostname", "", "linked/a.toml"])
def test_a_result_cannot_make_another_file_pass_for_the_run_s_own(history: Shelf, source: str) -> None:
    report = history.result(4, V2, V4, local=True)
    folder = history.root / ".runner" / "runs" / report.run
    history.put(V4, "a.toml")
    (folder / "linked").symlink_to(history.root)
    result = folder / "report" / "result.json"
    result.write_text(result.read_text().replace(report.weights[0].source, source))
    with pytest.raises(InputError, match="neither in the history of this repository nor under"):
        content_at(Repository.find(history.root), history.path, report.run)


def test_a_large_file_is_read_where_the_run_was_made_and_its_pointer_anywhere(history: Shelf) -> None:
    run = history.result(6, V2, b"large", pointer=True).run
    repository = Repository.find(history.root)
    with pytest.raises(InputError) as caught:
        content_at(repository, history.path, run)
    assert caught.value.fix == f"where the run was made: runner results download {run}"
    found = content_at(repository, history.path + ".pointer.json", run)
    assert f'"run": "{run}"'.encode() in found.held.head(history.path)
