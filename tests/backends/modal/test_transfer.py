"""Files on the provider's Volumes."""

import tracemalloc
from pathlib import Path

import pytest

from runner.backends.modal.transfer import Store, _inside, upload_once
from runner.errors import ProviderError
from runner.settings import ModalSettings
from tests.standins.modal.client import Plane


def store(prefix: str, part: str = "control") -> Store:
    return Store(ModalSettings(prefix=prefix), part)


def test_what_is_put_can_be_read_listed_and_removed(plane: Plane, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"from a file")
    made = store("put")

    made.put({"/a/one": b"from memory", "/a/b/two": tmp_path / "file"})

    assert made.read("/a/one") == b"from memory"
    assert store("put").read("/a/b/two") == b"from a file"
    assert sorted((one.path, one.size) for one in made.files("/a")) == [("a/b/two", 11), ("a/one", 11)]
    made.remove("/a/one")
    made.remove("/a/one")
    assert made.read("/a/one") is None


def test_what_is_put_again_replaces_what_was_there(plane: Plane) -> None:
    made = store("again")
    made.put({"/a": b"first"})

    made.put({"/a": b"second"})

    assert made.read("/a") == b"second"


def test_an_empty_file_is_a_file(plane: Plane) -> None:
    made = store("empty")

    made.put({"/a": b""})

    assert made.read("/a") == b""


def test_nothing_is_there_in_a_volume_that_nobody_made(plane: Plane, tmp_path: Path) -> None:
    missing = store("nobody")

    assert missing.read("/a") is None
    assert missing.files("/") == []
    assert not missing.read_to("/a", tmp_path / "a")
    missing.remove("/a")
    assert list(tmp_path.iterdir()) == []


def test_a_large_file_is_never_in_memory_as_a_whole(plane: Plane, tmp_path: Path) -> None:
    large = tmp_path / "large"
    with large.open("wb") as file:
        for number in range(12):
            file.write(bytes([number]) * (8 << 20))
    made = store("large")
    tracemalloc.start()

    made.put({"/large": large})
    assert made.read_to("/large", tmp_path / "copy")

    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (tmp_path / "copy").read_bytes() == large.read_bytes()
    assert peak < 80 << 20


def test_a_copy_that_fails_leaves_what_was_there_before(plane: Plane, tmp_path: Path) -> None:
    made = store("half")
    made.put({"/a": b"x" * 100})
    (tmp_path / "a").write_bytes(b"before")
    plane.fail("BlockGet", status="NOT_FOUND", times=20)
    try:
        with pytest.raises(ProviderError):
            made.read_to("/a", tmp_path / "a")
    finally:
        plane.clear_faults()

    assert [path.name for path in tmp_path.iterdir()] == ["a"]
    assert (tmp_path / "a").read_bytes() == b"before"


def test_an_upload_that_is_interrupted_leaves_no_half_of_it(plane: Plane) -> None:
    made = store("whole")
    made.put({"/before": b"x"})
    plane.fail("VolumePutFiles2", status="FAILED_PRECONDITION", times=1)

    with pytest.raises(ProviderError):
        made.put({"/a": b"1", "/b": b"2"})

    assert [one.path for one in made.files("/")] == ["before"]


def test_code_is_brought_once_for_each_tree(plane: Plane, tmp_path: Path) -> None:
    (tmp_path / "tar").write_bytes(b"archive")
    made = store("code", "code")

    assert upload_once(made, "1" * 40, lambda: tmp_path / "tar")
    assert not upload_once(made, "1" * 40, lambda: pytest.fail("it is there already"))
    assert upload_once(made, "2" * 40, lambda: tmp_path / "tar")

    assert made.read(f"/{'1' * 40}/snapshot.tar") == b"archive"


@pytest.mark.parametrize("path", ["../x", "a/../../x", "", "/", "a\0b"])
def test_a_path_that_leads_elsewhere_is_not_taken_from_the_provider(path: str) -> None:
    with pytest.raises(ProviderError):
        _inside(path)


def test_an_error_says_which_volume_it_is_about(plane: Plane) -> None:
    made = store("named")
    made.put({"/a": b"x"})
    plane.fail("VolumeGetFile2", status="PERMISSION_DENIED")

    with pytest.raises(ProviderError) as caught:
        made.read("/a")

    assert (caught.value.code, caught.value.place) == ("provider-forbidden", "Volume named-control")
    assert caught.value.fix
