"""The data are fetched once, verified, and whole; what cannot be had is one sentence."""

import subprocess
import sys
import threading
import zipfile
from pathlib import Path

import pytest

from workloads.textgames.envs.base import GameError
from workloads.textgames.envs.bfcl import data, download
from workloads.textgames.envs.bfcl.rows import load

ROOT = Path(__file__).parents[5]


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A registry that is an empty folder; and an empty cache."""
    folder = tmp_path / "registry"
    folder.mkdir()
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv(data.VARIABLE, raising=False)
    return folder


def test_who_fetches_the_data_can_import_setuptools_afterwards(offline: Path) -> None:
    """vLLM does. Python's setuptools steps aside for good where something looks for pip's module."""
    program = """
from workloads.textgames.envs import registry
from workloads.textgames.envs.base import GameError
try:
    registry.make("bfcl", {}).reset(0)
except GameError:
    import setuptools
    print("imported")
"""
    command = [sys.executable, "-W", "ignore", "-c", program]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.stdout == "imported\n", done.stderr


def test_a_folder_may_be_the_unpacked_wheel_or_its_data(small: str, tmp_path: Path) -> None:
    assert data.folder(small) == Path(small)
    (tmp_path / "bfcl_eval").mkdir()
    (tmp_path / "bfcl_eval" / "data").symlink_to(small)
    assert data.folder(str(tmp_path)) == tmp_path / "bfcl_eval" / "data"
    assert data.folder(str(tmp_path / "bfcl_eval")) == tmp_path / "bfcl_eval" / "data"


def test_the_folder_may_be_named_in_the_environment(small: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(data.VARIABLE, small)
    assert data.folder(None) == Path(small)


def test_a_folder_without_data_is_refused(tmp_path: Path) -> None:
    with pytest.raises(
        GameError, match="has no data of bfcl-eval; give the folder where its wheel is unpacked"
    ):
        data.folder(str(tmp_path))


def test_a_registry_that_does_not_have_it_is_told(offline: Path) -> None:
    with pytest.raises(
        GameError, match="cannot be had from the package registry; check the network, or unpack"
    ):
        data.folder(None)
    assert list((offline.parent / "cache" / "textgames").iterdir()) == []


def test_another_file_of_that_name_is_refused(offline: Path) -> None:
    with zipfile.ZipFile(offline / f"bfcl_eval-{download.VERSION}-py3-none-any.whl", "w") as wheel:
        information = f"bfcl_eval-{download.VERSION}.dist-info"
        wheel.writestr(
            f"{information}/METADATA",
            f"Metadata-Version: 2.1\nName: bfcl_eval\nVersion: {download.VERSION}\n",
        )
        wheel.writestr(f"{information}/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        wheel.writestr(f"{information}/RECORD", "")
    with pytest.raises(GameError, match="is not the file that is pinned"):
        data.folder(None)


def test_a_cache_that_cannot_be_written_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    with pytest.raises(GameError, match="cannot be written: Not a directory; set XDG_CACHE_HOME"):
        data.folder(None)


def test_two_at_once_leave_one_whole_folder(
    unpacked: Path, offline: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wheels = list(unpacked.parent.glob("*.whl"))
    (offline / wheels[0].name).write_bytes(wheels[0].read_bytes())
    found: list[Path] = []
    threads = [threading.Thread(target=lambda: found.append(data.folder(None))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    cache = offline.parent / "cache" / "textgames"
    assert found == [cache / f"bfcl-eval-{download.VERSION}"] * 2
    assert list(cache.iterdir()) == found[:1]
    assert sorted(str(path.relative_to(found[0])) for path in found[0].rglob("*.json")) == sorted(
        download.FILES
    )
    assert len(load(found[0], "simple_python")) == 400
    (offline / wheels[0].name).unlink()
    assert data.folder(None) == found[0]


@pytest.mark.parametrize(
    ("question", "answer", "told"),
    [
        ("{", "{}", "is not of the leaderboard's version 4"),
        ('{"id": 3, "question": [], "function": []}', "{}", "is not of the leaderboard's version 4"),
        (
            '{"id": "a", "question": [], "function": []}',
            '{"id": "b", "ground_truth": []}',
            "do not fit together",
        ),
        (
            '{"id": "a", "question": [], "function": []}',
            '{"id": "a", "ground_truth": [{"f": {}}]}',
            "do not fit",
        ),
    ],
)
def test_a_file_of_another_form_is_refused(tmp_path: Path, question: str, answer: str, told: str) -> None:
    (tmp_path / "possible_answer").mkdir()
    (tmp_path / "BFCL_v4_multiple.json").write_text(question)
    (tmp_path / "possible_answer" / "BFCL_v4_multiple.json").write_text(answer)
    with pytest.raises(GameError, match=told):
        load(tmp_path, "multiple")


def test_a_file_that_is_not_there_is_told(small: str) -> None:
    with pytest.raises(GameError, match=r"BFCL_v4_multiple.json cannot be read: No such file"):
        load(Path(small), "multiple")


def test_a_fifth_of_the_rows_is_for_tests_and_functions_are_not_shared(unpacked: Path) -> None:
    rows = load(unpacked / "bfcl_eval" / "data", "live_multiple")
    assert 0.15 < sum(row.split == "test" for row in rows) / len(rows) < 0.25
    families: dict[str, set[str]] = {}
    for row in rows:
        families.setdefault(row.id.split("-")[1], set()).add(row.split)
    assert all(len(splits) == 1 for splits in families.values())
