"""Weights in Git LFS: commits hold pointers, and the contents may or may not be on this machine."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from runner.errors import InputError
from runner.repository.git import Repository
from runner.repository.lfs import Pointer, describe, parse, store
from runner.results.held import Held, at, on_disk
from runner.results.rollback import rollback
from runner.results.weight_content import content_at

if TYPE_CHECKING:
    from conftest import Shelf

V1, V2 = b"a = 1.0\n", b"a = 2.0\n"


def pointer(shelf: Shelf, content: bytes, *, here: bool) -> bytes:
    """The pointer to a content, which is `here` or not."""
    file = shelf.root.parent / "content.bin"
    file.write_bytes(content)
    if here:
        store(shelf.root / ".git", file)
    return describe(file).text()


def landed(shelf: Shelf, *, here: bool) -> Repository:
    """Two runs that were merged, with their weights in Git LFS."""
    shelf.commit("Empty")
    for number, old, new in ((1, None, V1), (2, V1, V2)):
        shelf.result(number, old, new)
        shelf.put(pointer(shelf, new, here=here))
        shelf.commit(f"Results of run {number}")
    return Repository.find(shelf.root)


def test_a_pointer_reads_back_and_nothing_else_is_taken_for_one() -> None:
    made = Pointer("ab" * 32, 123)
    assert parse(made.text()) == made
    for other in (
        b"",
        b"a = 1.0\n",
        made.text() + b"x",
        made.text().replace(b"sha256", b"sha512"),
        bytes(2_000),
    ):
        assert parse(other) is None


def test_a_version_is_told_by_its_content_and_not_by_its_pointer(shelf: Shelf) -> None:
    repository = landed(shelf, here=True)
    held = at(repository, "HEAD", shelf.path)
    assert held is not None
    assert (held.lfs, held.head(shelf.path)) == (True, V2)
    (shelf.root / shelf.path).write_bytes(V2)
    assert on_disk(repository, shelf.root / shelf.path).sha256 == held.sha256


@pytest.mark.parametrize("point", [None, "HEAD", "latest", "20261120-150001"])
def test_contents_are_read_where_git_lfs_keeps_them(shelf: Shelf, point: str | None) -> None:
    found = content_at(landed(shelf, here=True), shelf.path, point)
    assert found.held.head(shelf.path) == (V1 if point and point[0] == "2" else V2)


def test_a_content_that_is_not_here_is_a_clear_error(shelf: Shelf) -> None:
    found = content_at(landed(shelf, here=False), shelf.path, "HEAD")
    with pytest.raises(InputError, match="is in Git LFS, and not on this machine") as caught:
        found.held.head(shelf.path)
    assert caught.value.fix.endswith("git lfs fetch --all")


@pytest.mark.parametrize("here", [True, False])
def test_where_a_pointer_stands_a_pointer_is_put_back(shelf: Shelf, here: bool) -> None:
    restored = rollback(landed(shelf, here=here), shelf.path)
    assert (restored.changed, restored.lfs) == (True, True)
    assert (shelf.root / shelf.path).read_bytes() == pointer(shelf, V1, here=here)


def pulled(shelf: Shelf, *, here: bool) -> Repository:
    """As a clone with Git LFS, after `git lfs pull`: its filter makes pointers of contents."""
    repository = landed(shelf, here=here)
    shelf.put(f"{shelf.path} filter=lfs\n".encode(), ".gitattributes")
    shelf.commit("Attributes")
    text = pointer(shelf, V2, here=here).decode().replace("\n", "\\n")
    shelf.git("config", "filter.lfs.clean", f"printf '{text}'")
    shelf.put(V2)
    shelf.git("add", shelf.path)
    return repository


def test_where_the_content_stands_the_content_is_put_back(shelf: Shelf) -> None:
    restored = rollback(pulled(shelf, here=True), shelf.path)
    assert (restored.changed, restored.lfs) == (True, False)
    assert (shelf.root / shelf.path).read_bytes() == V1


def test_without_the_old_content_its_pointer_is_put_back(shelf: Shelf) -> None:
    restored = rollback(pulled(shelf, here=False), shelf.path)
    assert (restored.changed, restored.lfs) == (True, True)
    assert (shelf.root / shelf.path).read_bytes() == pointer(shelf, V1, here=False)


def test_without_git_lfs_a_large_content_is_never_put_where_it_might_be_committed(shelf: Shelf) -> None:
    repository = landed(shelf, here=True)
    shelf.put(b"small\n")
    shelf.commit("By hand, in git itself")
    assert rollback(repository, shelf.path, "20261120-150001").lfs
    assert (shelf.root / shelf.path).read_bytes() == pointer(shelf, V1, here=True)


def test_a_file_outside_of_git_is_written_as_it_is(tmp_path: Path) -> None:
    source, target = tmp_path / "source", tmp_path / "target"
    source.write_bytes(V1)
    with target.open("wb") as file:
        Held("", file=source).write(file, as_pointer=False)
    assert target.read_bytes() == V1
