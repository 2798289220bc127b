import io
import os
import tarfile
from pathlib import Path

import pytest

from runner.worker.snapshot import BUFFER, Snapshot, snapshot
from runner.worker.trees import UnsafePathError
from runner.worker.working_copy import WorkingCopy


def archived(path: Path, *members: tuple[str, bytes, str | bytes]) -> Path:
    """Writes a tar of (name, type, content or link target)."""
    with tarfile.open(path, "w") as archive:
        for name, kind, content in members:
            member = tarfile.TarInfo(name)
            member.type = kind
            if isinstance(content, str):
                member.linkname = content
                archive.addfile(member)
            else:
                member.size = len(content)
                member.mode = 0o755 if name.endswith(".sh") else 0o644
                archive.addfile(member, io.BytesIO(content))
    return path


FILE, FOLDER, LINK = tarfile.REGTYPE, tarfile.DIRTYPE, tarfile.SYMTYPE


def test_files_folders_and_links_are_unpacked(tmp_path: Path) -> None:
    path = archived(
        tmp_path / "tar",
        ("empty", FOLDER, b""),
        ("a/b/run.sh", FILE, b"#!/bin/sh\n"),
        ("a/link", LINK, "b/run.sh"),
        ("top.txt", FILE, b"top"),
    )
    WorkingCopy(Snapshot(path), tmp_path / "work")
    assert (tmp_path / "work/a/link").read_bytes() == b"#!/bin/sh\n"
    assert os.access(tmp_path / "work/a/b/run.sh", os.X_OK)
    assert not os.access(tmp_path / "work/top.txt", os.X_OK)
    assert (tmp_path / "work/empty").is_dir()


def test_a_large_archive_is_unpacked_from_the_disk(tmp_path: Path) -> None:
    content = os.urandom(1 << 20) * (BUFFER // (1 << 20) + 1)
    path = archived(tmp_path / "tar", ("large", FILE, content), ("small", FILE, b"x"))
    WorkingCopy(Snapshot(path), tmp_path / "work")
    assert (tmp_path / "work/large").read_bytes() == content


@pytest.mark.parametrize(
    "members",
    [
        [("../outside", FILE, b"x")],
        [("/etc/outside", FILE, b"x")],
        [("a/../../outside", FILE, b"x")],
        [("link", LINK, "/etc/passwd")],
        [("a/link", LINK, "../../outside")],
        [("link", LINK, "."), ("link/file", FILE, b"x")],
        [("file", FILE, b"x"), ("file/below", FILE, b"x")],
        [("hard", tarfile.LNKTYPE, "top.txt")],
        [("pipe", tarfile.FIFOTYPE, b"")],
        [("device", tarfile.CHRTYPE, b"")],
    ],
)
def test_archives_that_reach_outside_are_refused(
    tmp_path: Path, members: list[tuple[str, bytes, str | bytes]]
) -> None:
    with pytest.raises(UnsafePathError):
        Snapshot(archived(tmp_path / "tar", *members))


def test_an_archive_is_listed_once_per_process(tmp_path: Path) -> None:
    path = archived(tmp_path / "tar", ("a", FILE, b"x"))
    assert snapshot(path) is snapshot(path)


def test_chosen_files_are_copied_and_missing_ones_left_out(tmp_path: Path) -> None:
    code = Snapshot(archived(tmp_path / "tar", ("w/a.toml", FILE, b"a"), ("other", FILE, b"x")))
    code.extract(["w/a.toml", "w/none.toml"], tmp_path / "baseline")
    found = [path for path in (tmp_path / "baseline").rglob("*") if path.is_file()]
    assert found == [tmp_path / "baseline/w/a.toml"]
