from __future__ import annotations

import multiprocessing
import os
import resource
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from runner.errors import InputError, ProviderError
from runner.repository.git import Repository
from runner.repository.snapshot import archive, listing, pin

Make = Callable[..., Any]


@pytest.fixture
def unpacked(tmp_path: Path) -> Callable[[Repository], dict[str, bytes]]:
    """What Python alone finds in the archive of what is pinned now."""

    def unpack(repository: Repository) -> dict[str, bytes]:
        target = tmp_path / "unpacked"
        archive(repository, pin(repository).tree, tmp_path / "snapshot.tar")
        with tarfile.open(tmp_path / "snapshot.tar", "r:") as tar:
            # The first releases of Python 3.11 know no filter.
            tar.extractall(target, **({"filter": "data"} if hasattr(tarfile, "data_filter") else {}))
        return {
            str(path.relative_to(target)): path.read_bytes() for path in target.rglob("*") if path.is_file()
        }

    return unpack


def test_a_clean_working_tree_is_the_tree_of_its_commit(checkout: Make) -> None:
    made = checkout()
    snapshot = pin(made.repository())
    assert snapshot.commit == made.git("rev-parse", "HEAD")
    assert snapshot.tree == made.git("rev-parse", "HEAD^{tree}")
    assert snapshot.uncommitted == snapshot.untracked == snapshot.warnings == ()


def test_uncommitted_changes_are_part_of_the_snapshot(checkout: Make, unpacked: Any) -> None:
    made = checkout(files={"kept": "k", "edited": "old", "gone": "g", "removed": "r", "both": "1"})
    made.write({"edited": "new", "added": "staged", "both": "2"})
    made.git("add", "added", "both")
    made.write({"added": "staged, then edited", "both": "3"})
    (made.root / "gone").unlink()
    made.git("rm", "--quiet", "removed")
    snapshot = pin(made.repository())
    assert snapshot.uncommitted == ("added", "both", "edited", "gone", "removed")
    assert unpacked(made.repository()) == {
        "kept": b"k", "edited": b"new", "added": b"staged, then edited", "both": b"3"
    }  # fmt: skip


def test_a_file_only_announced_to_git_is_part_of_the_snapshot(checkout: Make, unpacked: Any) -> None:
    made = checkout()
    made.write({"new": "n"})
    made.git("add", "--intent-to-add", "new")
    assert unpacked(made.repository())["new"] == b"n"


def test_untracked_files_are_named_and_left_out(checkout: Make, unpacked: Any) -> None:
    made = checkout(files={".gitignore": "*.log\n"})
    made.write({".env": "KEY=secret", "note.txt": "n", "x.log": "l", "folder/file": "f"})
    assert pin(made.repository()).untracked == (".env", "folder/", "note.txt")
    assert set(unpacked(made.repository())) == {".gitignore"}


def test_nothing_of_the_repository_is_touched(checkout: Make, tmp_path: Path) -> None:
    made = checkout(files={"a": "1", "b": "2", "c": "3"})
    made.write({"a": "changed", "d": "staged"})
    made.git("add", "d")
    (made.root / "b").unlink()
    before = made.traces()
    archive(made.repository(), pin(made.repository()).tree, tmp_path / "x.tar")
    assert made.traces() == before


def test_no_temporary_file_stays(checkout: Make, tmp_path: Path) -> None:
    made = checkout(files={"a": "1"})
    made.write({"a": "2"})
    (tmp_path / "out").mkdir()
    archive(made.repository(), pin(made.repository()).tree, tmp_path / "out" / "x.tar")
    assert sorted(path.name for path in (made.root / ".runner").iterdir()) == [".gitignore", "objects.git"]
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["x.tar"]


def test_a_change_right_after_a_commit_is_seen(checkout: Make, unpacked: Any) -> None:
    made = checkout(files={"a": "one"})
    for word in ("two", "six", "ten"):
        made.commit({"a": "xxx"})
        made.write({"a": word})
        assert unpacked(made.repository())["a"] == word.encode()


def test_what_the_repository_leaves_out_of_its_releases_is_there(checkout: Make, unpacked: Any) -> None:
    made = checkout(
        files={
            ".gitattributes": "secret export-ignore\nversion export-subst\n",
            "secret": "s",
            "version": "$Format:%H$",
        }
    )
    (made.root / ".git" / "info" / "attributes").write_text("README export-ignore")
    assert unpacked(made.repository()) == {
        ".gitattributes": b"secret export-ignore\nversion export-subst\n",
        "secret": b"s",
        "version": b"$Format:%H$",
    }


def test_filters_of_the_repository_apply(checkout: Make, unpacked: Any) -> None:
    made = checkout()
    made.git("config", "filter.upper.clean", "tr a-z A-Z")
    made.git("config", "filter.upper.smudge", "tr A-Z a-z")
    made.commit({".gitattributes": "*.low filter=upper\n", "x.low": "words"})
    assert made.git("cat-file", "blob", "HEAD:x.low") == "WORDS"
    assert unpacked(made.repository())["x.low"] == b"words"
    made.write({"x.low": "other"})
    assert unpacked(made.repository())["x.low"] == b"other"


def test_a_persons_line_ends_do_not_change_what_runs(checkout: Make, unpacked: Any) -> None:
    made = checkout(files={"run.sh": "#!/bin/sh\n"})
    made.git("config", "core.autocrlf", "true")
    assert unpacked(made.repository())["run.sh"] == b"#!/bin/sh\n"


def test_modes_survive(checkout: Make, tmp_path: Path) -> None:
    made = checkout(files={"run.sh": "#!/bin/sh\n", "plain": "p"})
    (made.root / "run.sh").chmod(0o755)
    made.commit({})
    archive(made.repository(), pin(made.repository()).tree, tmp_path / "x.tar")
    with tarfile.open(tmp_path / "x.tar") as tar:
        assert oct(tar.getmember("run.sh").mode) == "0o755"
        assert oct(tar.getmember("plain").mode) == "0o644"


def test_links_inside_are_kept_and_links_outside_are_left_out(checkout: Make, unpacked: Any) -> None:
    made = checkout(files={"data/real": "r"})
    links = {
        "inside": "data/real", "data/up": "../data/real", "dangling": "nowhere",
        "absolute": "/etc/passwd", "above": "../x", "data/far": "../../x", "through": "above/y",
    }  # fmt: skip
    for name, target in links.items():
        (made.root / name).symlink_to(target)
    made.commit({})
    snapshot = pin(made.repository())
    assert snapshot.warnings == (
        "Symbolic links that lead out of the tree were left out: above, absolute, data/far, through.",
    )
    assert unpacked(made.repository()) == {"data/real": b"r", "inside": b"r", "data/up": b"r"}


def test_names_of_any_bytes_survive(checkout: Make, unpacked: Any) -> None:
    names = ["a\nb", "é ü", "-rf", "--help", 'q"uote', "t\tab", os.fsdecode(b"latin-\xe9")]
    made = checkout(files=dict.fromkeys(names, "1"))
    made.write(dict.fromkeys(names, "2"))
    snapshot = pin(made.repository())
    assert "latin-\\xe9" in snapshot.uncommitted
    assert unpacked(made.repository()) == dict.fromkeys(names, b"2")


def test_submodules_are_named(checkout: Make, unpacked: Any) -> None:
    made, other = checkout(), checkout("other")
    made.git("submodule", "--quiet", "add", str(other.root), "vendor/other")
    made.commit({})
    assert pin(made.repository()).warnings == ("Submodules are not part of the snapshot: vendor/other.",)
    assert set(unpacked(made.repository())) == {"README.md", ".gitmodules"}


def test_the_same_tree_gives_the_same_bytes(checkout: Make, tmp_path: Path) -> None:
    one, two = checkout("one"), checkout("two")
    for made, name in ((one, "1.tar"), (two, "2.tar")):
        archive(made.repository(), pin(made.repository()).tree, tmp_path / name)
    assert (tmp_path / "1.tar").read_bytes() == (tmp_path / "2.tar").read_bytes()


@pytest.mark.parametrize("name", ["splitIndex", "untrackedCache"])
def test_an_index_with_extensions_is_read(checkout: Make, unpacked: Any, name: str) -> None:
    made = checkout(files={"a": "1", "b": "1"})
    made.git("config", f"core.{name}", "true")
    made.commit({"a": "2"})
    made.write({"b": "3"})
    before = made.traces()
    assert unpacked(made.repository()) == {"a": b"2", "b": b"3"}
    assert made.traces() == before


def test_a_repository_of_sha256_objects_works(checkout: Make, unpacked: Any) -> None:
    made = checkout("new", "--object-format=sha256", files={"a": "1", "b": "1"})
    made.write({"a": "2"})
    (made.root / "b").unlink()
    assert unpacked(made.repository()) == {"a": b"2"}


def test_a_linked_working_tree_pins_its_own_files(checkout: Make, unpacked: Any, tmp_path: Path) -> None:
    made = checkout(files={"a": "main"})
    made.git("worktree", "add", "--quiet", "-b", "side", str(tmp_path / "linked"))
    (tmp_path / "linked" / "a").write_text("side")
    assert unpacked(Repository.find(tmp_path / "linked")) == {"a": b"side"}
    assert pin(made.repository()).uncommitted == ()


def test_a_file_replaced_by_a_folder_or_a_link_is_pinned_as_it_stands(checkout: Make, unpacked: Any) -> None:
    made = checkout(files={"a": "1", "b": "1", "c/d": "1"})
    (made.root / "a").unlink()
    made.write({"a/inner": "untracked"})
    (made.root / "b").unlink()
    (made.root / "b").symlink_to("README")
    (made.root / "c" / "d").unlink()
    (made.root / "c").rmdir()
    (made.root / "c").symlink_to("a")
    made.write({"README": "r"})
    made.git("add", "README")
    assert unpacked(made.repository()) == {"README": b"r", "b": b"r"}


def test_files_outside_a_sparse_checkout_are_part_of_the_snapshot(checkout: Make, unpacked: Any) -> None:
    made = checkout(files={"in/a": "1", "out/b": "1"})
    made.git("sparse-checkout", "set", "in")
    made.write({"in/a": "2"})
    assert not (made.root / "out").exists()
    assert unpacked(made.repository()) == {"in/a": b"2", "out/b": b"1"}


def test_conflicts_are_refused(checkout: Make) -> None:
    made = checkout(files={"a": "1"})
    made.git("switch", "--quiet", "-c", "side")
    made.commit({"a": "2"})
    made.git("switch", "--quiet", "main")
    made.commit({"a": "3"})
    with pytest.raises(Exception, match="merge"):
        made.git("merge", "side")
    with pytest.raises(InputError, match="merge conflicts"):
        pin(made.repository())


def test_a_folder_that_cannot_be_written_is_told(checkout: Make) -> None:
    made = checkout()
    with pytest.raises(ProviderError, match="cannot be written"):
        archive(made.repository(), pin(made.repository()).tree, Path("/dev/full/x.tar"))


def _archive_with_no_room(root: Path, destination: Path) -> str:
    resource.setrlimit(resource.RLIMIT_FSIZE, (4_096, 4_096))
    try:
        archive(Repository.find(root), pin(Repository.find(root)).tree, destination)
    except ProviderError as error:
        return error.message
    return ""


def test_a_full_disk_is_told_and_leaves_nothing(checkout: Make, tmp_path: Path) -> None:
    made = checkout()
    (tmp_path / "out").mkdir()
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        told = pool.apply(_archive_with_no_room, (made.root, tmp_path / "out" / "x.tar"))
    assert told.startswith("git archive: ")
    assert list((tmp_path / "out").iterdir()) == []


def test_a_tree_that_is_not_there_is_told(checkout: Make, tmp_path: Path) -> None:
    with pytest.raises(ProviderError):
        archive(checkout().repository(), "1" * 40, tmp_path / "x.tar")
    assert [path.name for path in tmp_path.glob("*.tar*")] == []


def test_the_objects_of_a_pinned_tree_tell_what_has_changed(checkout: Make) -> None:
    made = checkout(files={"code/a": "1", "code/b": "2", "top": "3"})
    repository = made.repository()
    before = pin(repository).tree
    made.write({"code/a": "changed"})
    after = pin(repository).tree
    assert list(listing(repository, before)) == ["code", "top"]
    assert listing(repository, before)["top"] == listing(repository, after)["top"]
    assert listing(repository, before, ["code"]) != listing(repository, after, ["code"])
    assert listing(repository, before, ["code/b"]) == listing(repository, after, ["code/b"])
    assert listing(repository, before, ["gone", "top"]).keys() == {"top"}
