from __future__ import annotations

import tarfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from runner.errors import ProviderError
from runner.results.archive import pack
from runner.results.history import entries

if TYPE_CHECKING:
    from conftest import Shelf


@pytest.fixture
def finished(shelf: Shelf) -> Path:
    """A run of this machine with logs, outputs, and things that must stay."""
    report = shelf.result(1, None, b"1", local=True)
    run = shelf.root / ".runner" / "runs" / report.run
    attempt = run / "tasks" / "train" / "generalist" / "attempt-1"
    for name in ("output/weights/w.toml", "output/metrics.json", "work/secret.txt", "log.txt", "claim.json"):
        (attempt / name).parent.mkdir(parents=True, exist_ok=True)
        (attempt / name).write_text(name, encoding="utf-8")
    (attempt / "output" / "link").symlink_to("/etc/passwd")
    (attempt / "output" / "folder-link").symlink_to("/etc")
    (run / "journal.jsonl").write_text("{}\n", encoding="utf-8")
    (run / "snapshot.tar").write_text("large", encoding="utf-8")
    return shelf.root


def test_an_archive_holds_the_report_logs_and_outputs_and_nothing_else(
    finished: Path, tmp_path: Path
) -> None:
    (entry,) = entries(finished)
    target = tmp_path / "run.tar.gz"
    count = pack(finished, entry, target)
    with tarfile.open(target) as archive:
        members = archive.getmembers()
    top = "skirmish-weights-20261120-150001-000001/"
    names = [member.name.removeprefix(top) for member in members]
    assert len(names) == count
    assert [name for name in names if not name.startswith("report/")] == [
        "journal.jsonl",
        "tasks/train/generalist/attempt-1/log.txt",
        "tasks/train/generalist/attempt-1/output/metrics.json",
        "tasks/train/generalist/attempt-1/output/weights/w.toml",
    ]
    assert "report/result.json" in names
    assert all(member.isreg() and member.uid == 0 and member.uname == "" for member in members)


def test_the_same_run_is_the_same_archive(finished: Path, tmp_path: Path) -> None:
    (entry,) = entries(finished)
    for name in ("one.tar.gz", "two.tar.gz"):
        pack(finished, entry, tmp_path / name)
    assert (tmp_path / "one.tar.gz").read_bytes() == (tmp_path / "two.tar.gz").read_bytes()


def test_a_place_that_cannot_be_written_is_a_clear_error(finished: Path, tmp_path: Path) -> None:
    (entry,) = entries(finished)
    with pytest.raises(ProviderError, match="the archive could not be written"):
        pack(finished, entry, tmp_path / "nowhere" / "run.tar.gz")
