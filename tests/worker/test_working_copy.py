import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from runner.worker.snapshot import Snapshot
from runner.worker.working_copy import WorkingCopy, put_away

FILES = {"a.txt": b"a", "folder/b.txt": b"b", "folder/deep/c.txt": b"c"}


def tree(root: Path) -> dict[str, tuple[str, bytes | str]]:
    found: dict[str, tuple[str, bytes | str]] = {}
    for path in root.rglob("*"):
        name = str(path.relative_to(root))
        if path.is_symlink():
            found[name] = ("link", str(path.readlink()))
        elif path.is_dir():
            found[name] = (oct(path.stat().st_mode), "")
        else:
            found[name] = (oct(path.stat().st_mode), path.read_bytes())
    return found


@pytest.fixture
def copy(tmp_path: Path, make_archive: Callable[..., Path]) -> WorkingCopy:
    return WorkingCopy(Snapshot(make_archive(FILES, {"link": "a.txt"})), tmp_path / "work")


def same_stamp(root: Path) -> None:
    """A write that puts back size and modification time."""
    before = (root / "a.txt").stat()
    (root / "a.txt").write_bytes(b"z")
    os.utime(root / "a.txt", ns=(before.st_atime_ns, before.st_mtime_ns))


def through_a_map(root: Path) -> None:
    import mmap

    with (root / "a.txt").open("r+b") as file, mmap.mmap(file.fileno(), 1) as mapped:
        mapped[0:1] = b"z"


VANDALS: dict[str, Callable[[Path], object]] = {
    "writes": lambda root: (root / "a.txt").write_bytes(b"z"),
    "writes with the same time": same_stamp,
    "writes through a map": through_a_map,
    "changes a mode": lambda root: (root / "a.txt").chmod(0o777),
    "removes a file": lambda root: (root / "folder/b.txt").unlink(),
    "removes a folder": lambda root: shutil.rmtree(root / "folder"),
    "adds files": lambda root: (root / "folder/new").write_bytes(b"n"),
    "adds folders": lambda root: (root / "x/y/z").mkdir(parents=True),
    "swaps files": lambda root: (root / "a.txt").rename(root / "folder/b.txt"),
    "makes a folder of a file": lambda root: ((root / "a.txt").unlink(), (root / "a.txt").mkdir()),
    "makes a file of a folder": lambda root: (
        shutil.rmtree(root / "folder"),
        (root / "folder").write_bytes(b"f"),
    ),
    "turns a link": lambda root: ((root / "link").unlink(), (root / "link").symlink_to("/etc/passwd")),
    "makes a link of a folder": lambda root: (
        shutil.rmtree(root / "folder"),
        (root / "folder").symlink_to("/"),
    ),
    "closes a folder": lambda root: (root / "folder").chmod(0o500),
    "gives a file a second name": lambda root: (root / "other").hardlink_to(root / "a.txt"),
    "makes a pipe": lambda root: os.mkfifo(root / "pipe"),
}


@pytest.mark.parametrize("vandal", VANDALS.values(), ids=VANDALS.keys())
def test_whatever_a_program_does_is_undone(copy: WorkingCopy, vandal: Callable[[Path], object]) -> None:
    before = tree(copy.root)
    vandal(copy.root)
    copy.make_pristine()
    assert tree(copy.root) == before
    vandal(copy.root)
    copy.make_pristine()
    assert tree(copy.root) == before


def test_untouched_files_are_not_written_again(copy: WorkingCopy) -> None:
    before = {path: path.stat().st_ino for path in copy.root.rglob("*")}
    (copy.root / "a.txt").write_bytes(b"z")
    copy.make_pristine()
    kept = {path: path.stat().st_ino for path in copy.root.rglob("*")}
    assert {path.name for path in before if before[path] != kept[path]} <= {"a.txt", "link"}


def test_a_hard_link_elsewhere_keeps_what_the_program_wrote(copy: WorkingCopy, tmp_path: Path) -> None:
    (copy.root / "a.txt").write_bytes(b"result")
    (tmp_path / "kept").hardlink_to(copy.root / "a.txt")
    copy.make_pristine()
    assert (tmp_path / "kept").read_bytes() == b"result"
    assert (copy.root / "a.txt").read_bytes() == b"a"


def test_a_working_copy_that_is_not_kept_is_removed(copy: WorkingCopy) -> None:
    put_away(copy, None)
    assert not copy.root.exists()


def test_a_copy_that_was_replaced_by_a_link_harms_nothing_outside(copy: WorkingCopy, tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside/kept").touch()
    copy.root.rename(tmp_path / "moved")
    copy.root.symlink_to(tmp_path / "outside")
    put_away(copy, tmp_path / "spare")
    assert [path.name for path in (tmp_path / "outside").iterdir()] == ["kept"]
    assert not os.path.lexists(tmp_path / "work")
    assert not (tmp_path / "spare").exists()
