"""Writes that are whole or not there."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from runner.repository.files import write_if_changed


def test_threads_that_write_the_same_file_leave_one_whole_text(tmp_path: Path) -> None:
    path = tmp_path / "names"
    texts = [f"{number}\n" * 1000 for number in range(200)]
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda text: write_if_changed(path, text), texts))
    assert path.read_text() in texts
    assert list(tmp_path.iterdir()) == [path]
