import os
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from runner.worker.trees import (
    SMALL,
    UnsafePathError,
    copy_file,
    copy_tree,
    inside,
    lend_tree,
    read_plain,
    remove_tree,
)


@pytest.mark.parametrize("path", ["", "/etc", "..", "a/../b", "a//b", "./a", "a/.", "nul\0"])
def test_paths_that_are_not_plainly_inside_are_refused(tmp_path: Path, path: str) -> None:
    with pytest.raises(UnsafePathError):
        inside(tmp_path, path)


def test_a_path_through_a_link_is_refused(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("/etc")
    with pytest.raises(UnsafePathError):
        inside(tmp_path, "link/passwd")


def test_a_link_and_a_pipe_are_not_copied(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("/etc/passwd")
    os.mkfifo(tmp_path / "pipe")
    for name in ("link", "pipe"):
        with pytest.raises(OSError):
            copy_file(tmp_path / name, tmp_path / "copy")


def test_a_lent_tree_can_be_changed_without_harm(tmp_path: Path) -> None:
    source = tmp_path / "source"
    (source / "sub").mkdir(parents=True)
    (source / "sub/small").write_bytes(b"small")
    (source / "large").write_bytes(b"l" * (SMALL + 1))
    lend_tree(source, tmp_path / "lent")
    (tmp_path / "lent/sub/small").write_bytes(b"spoilt")
    (tmp_path / "lent/large").unlink()
    assert (source / "sub/small").read_bytes() == b"small"
    assert (source / "large").stat().st_size == SMALL + 1


def test_a_large_file_is_lent_without_copying_to_whom_permissions_stop(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    (source / "large").write_bytes(b"l" * (SMALL + 1))
    lend_tree(source, tmp_path / "lent")
    is_linked = (tmp_path / "lent/large").samefile(source / "large")
    assert is_linked == (not os.access(source / "large", os.W_OK))


def test_a_large_file_that_is_written_where_it_was_lent_stays_what_it_was(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    (source / "large").write_bytes(b"l" * (SMALL + 1))
    lend_tree(source, tmp_path / "lent")
    with suppress(PermissionError):
        (tmp_path / "lent/large").write_bytes(b"spoilt")
    assert (source / "large").read_bytes() == b"l" * (SMALL + 1)


def test_a_tree_with_links_is_removed_without_following_them(tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside/kept").touch()
    (tmp_path / "tree").mkdir()
    (tmp_path / "tree/link").symlink_to(tmp_path / "outside")
    remove_tree(tmp_path / "tree")
    assert not (tmp_path / "tree").exists()
    assert (tmp_path / "outside/kept").exists()


def test_removing_what_is_not_there_is_no_error(tmp_path: Path) -> None:
    remove_tree(tmp_path / "none")


def test_a_link_that_took_the_place_of_a_tree_is_removed_and_not_followed(tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside/kept").touch()
    (tmp_path / "tree").symlink_to(tmp_path / "outside")
    remove_tree(tmp_path / "tree")
    assert not os.path.lexists(tmp_path / "tree")
    assert (tmp_path / "outside/kept").exists()


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OSError, match="not a regular file"):
        read_plain(tmp_path / "pipe")


def test_a_copied_tree_holds_folders_and_plain_files_only(tmp_path: Path) -> None:
    source = tmp_path / "source"
    (source / "sub/empty").mkdir(parents=True)
    (source / "sub/file").write_bytes(b"content")
    (source / "large").write_bytes(b"l" * (SMALL + 1))
    (source / "link").symlink_to("/etc/passwd")
    os.mkfifo(source / "pipe")
    copy_tree(source, tmp_path / "copy")
    copied = {str(path.relative_to(tmp_path / "copy")) for path in (tmp_path / "copy").rglob("*")}
    assert copied == {"sub", "sub/empty", "sub/file", "large"}
    assert (tmp_path / "copy/large").stat().st_nlink == 1


@pytest.mark.skipif(not Path("/dev/shm").is_dir(), reason="there is no other file system here")
def test_a_large_file_of_another_file_system_is_copied_and_left_as_it_is(tmp_path: Path) -> None:
    with TemporaryDirectory(dir="/dev/shm") as elsewhere:
        source = Path(elsewhere, "source")
        source.mkdir()
        (source / "large").write_bytes(b"l" * (SMALL + 1))
        (source / "large").chmod(0o600)
        lend_tree(source, tmp_path / "lent")
        assert (source / "large").stat().st_mode & 0o777 == 0o600
        assert (tmp_path / "lent/large").stat().st_size == SMALL + 1
