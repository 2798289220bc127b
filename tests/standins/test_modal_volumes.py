"""Volumes of the Modal stand-in, through the real SDK: nothing is seen by others before it is committed."""

import io
from collections.abc import Callable
from pathlib import Path

import modal
import pytest

from tests.standins.modal.client import Plane
from tests.standins.modal.eventually import eventually

Deploy = Callable[..., modal.Function]
BLOCK = 8 * 1024 * 1024


@pytest.fixture
def volume(request: pytest.FixtureRequest, plane: Plane) -> modal.Volume:
    name = request.node.name[-40:]
    return modal.Volume.from_name(name, create_if_missing=True, version=2)


def put(volume: modal.Volume, path: str, content: bytes, force: bool = False) -> None:
    with volume.batch_upload(force=force) as batch:
        batch.put_file(io.BytesIO(content), path)


def read(volume: modal.Volume, path: str) -> bytes:
    return b"".join(volume.read_file(path))


def paths(volume: modal.Volume, path: str = "/") -> list[str]:
    return sorted(entry.path for entry in volume.listdir(path, recursive=True))


def test_files_are_uploaded_listed_read_and_removed(volume: modal.Volume) -> None:
    put(volume, "/a/b.txt", b"hello")
    put(volume, "/a/empty", b"")
    entries = {entry.path: entry for entry in volume.listdir("/", recursive=True)}
    assert {path: entry.type.name for path, entry in entries.items()} == {
        "a": "DIRECTORY",
        "a/b.txt": "FILE",
        "a/empty": "FILE",
    }
    assert entries["a/b.txt"].size == 5
    assert entries["a/b.txt"].mtime > 1_700_000_000
    assert read(volume, "a/b.txt") == b"hello"
    assert read(volume, "a/empty") == b""
    volume.remove_file("a/b.txt")
    assert paths(volume) == ["a", "a/empty"]
    volume.remove_file("/a", recursive=True)
    assert paths(volume) == []


def test_what_is_missing_and_what_is_there_already_are_said(volume: modal.Volume) -> None:
    put(volume, "/a", b"1")
    with pytest.raises(FileExistsError, match="already exists"):
        put(volume, "/a", b"2")
    put(volume, "/a", b"2", force=True)
    assert read(volume, "/a") == b"2"
    with pytest.raises(FileNotFoundError):
        read(volume, "/b")
    with pytest.raises(modal.exception.NotFoundError):
        volume.listdir("/nowhere")
    with pytest.raises(modal.exception.NotFoundError, match="'no-such-volume' not found"):
        modal.Volume.from_name("no-such-volume").listdir("/")


def test_large_files_travel_in_blocks_and_known_blocks_do_not_travel_again(
    plane: Plane, volume: modal.Volume
) -> None:
    content = bytes(range(256)) * (BLOCK // 256) + b"the rest" + b"\0" * 100
    put(volume, "/large", content)
    assert plane.counts()["BlockPut"] == 2
    assert read(volume, "/large") == content
    put(volume, "/again", content)
    put(volume, "/longer", content + b"more")
    assert plane.counts()["BlockPut"] == 3
    assert read(volume, "/longer") == content + b"more"


def test_what_is_not_committed_is_seen_by_nobody_else(deploy: Deploy, volume: modal.Volume) -> None:
    job = deploy(volumes={"/data": volume})
    writer = job.spawn(["write", "/data/draft", "half"], ["print", "ready"], ["sleep", 1.5])
    eventually(lambda: list(writer.logs.tail(5)))
    assert job.remote(["ls", "/data"]) == [[]]
    assert paths(volume) == []
    writer.get(timeout=10)
    eventually(lambda: paths(volume) == ["draft"])  # the SDK commits at the end of a container


def test_a_container_sees_what_others_commit_once_it_reloads(deploy: Deploy, volume: modal.Volume) -> None:
    job = deploy(volumes={"/data": volume})
    put(volume, "/a", b"old")
    reader = job.spawn(
        ["tree", "/data"],
        ["print", "ready"],
        ["sleep", 1],
        ["tree", "/data"],
        ["reload", volume.name],
        ["tree", "/data"],
    )
    eventually(lambda: [entry.message for entry in reader.logs.tail(5)] == ["ready\n"])
    put(volume, "/a", b"new", force=True)
    put(volume, "/b", b"more")
    first, _, _, unaware, _, aware = reader.get(timeout=10)
    assert first == unaware == {"a": "old"}
    assert aware == {"a": "new", "b": "more"}


def test_a_commit_merges_by_file_and_the_last_writer_wins(deploy: Deploy, volume: modal.Volume) -> None:
    put(volume, "/both", b"0")
    put(volume, "/gone", b"0")
    job = deploy(volumes={"/data": volume})
    slow = job.spawn(
        ["write", "/data/slow", "s"],
        ["write", "/data/both", "slow"],
        ["print", "ready"],
        ["sleep", 1.5],
        ["commit", volume.name],
    )
    eventually(lambda: list(slow.logs.tail(5)))
    job.remote(
        ["write", "/data/quick", "q"],
        ["write", "/data/both", "quick"],
        ["remove", "/data/gone"],
        ["commit", volume.name],
    )
    assert paths(volume) == ["both", "quick"]
    assert read(volume, "both") == b"quick"
    slow.get(timeout=10)
    assert paths(volume) == ["both", "quick", "slow"]
    assert read(volume, "both") == b"slow"


def test_a_killed_container_loses_what_it_did_not_commit(
    plane: Plane, deploy: Deploy, volume: modal.Volume
) -> None:
    job = deploy(volumes={"/data": volume})
    call = job.spawn(
        ["write", "/data/kept", "k"],
        ["commit", volume.name],
        ["write", "/data/lost", "l"],
        ["print", "ready"],
        ["sleep", 60],
    )
    eventually(lambda: list(call.logs.tail(5)))
    plane.kill("run", fails=True)
    with pytest.raises(modal.exception.InternalFailure):
        call.get(timeout=5)
    assert paths(volume) == ["kept"]


def test_files_changed_in_place_are_committed_each_time(deploy: Deploy, volume: modal.Volume) -> None:
    job = deploy(volumes={"/data": volume})
    steps = [
        step for text in ("aa", "bb", "cc") for step in (["write", "/data/f", text], ["commit", volume.name])
    ]
    job.remote(*steps)
    assert read(volume, "f") == b"cc"


def test_an_open_file_prevents_a_reload(deploy: Deploy, volume: modal.Volume) -> None:
    put(volume, "/f", b"1")
    job = deploy(volumes={"/data": volume})
    answers = job.remote(
        ["open", "/data/f"],
        ["try_reload", volume.name],
        ["close"],
        ["chdir", "/data"],
        ["try_reload", volume.name],
        ["chdir", "/"],
        ["try_reload", volume.name],
    )
    assert "there are open files preventing the operation" in answers[1]
    assert "there are open files preventing the operation" in answers[4]
    assert answers[6] == "reloaded"


def test_a_sub_path_is_all_that_is_mounted_and_is_made_if_missing(
    deploy: Deploy, volume: modal.Volume
) -> None:
    put(volume, "/runs/a/f", b"1")
    put(volume, "/runs/b/g", b"2")
    job = deploy(volumes={"/data": volume.with_mount_options(sub_path="/runs/a")})
    assert job.remote(["tree", "/data"], ["write", "/data/new/h", "3"], ["commit", volume.name])[0] == {
        "f": "1"
    }
    other = deploy(name="other", volumes={"/data": volume.with_mount_options(sub_path="/runs/c")})
    assert other.remote(["ls", "/data"]) == [[]]
    assert paths(volume, "/runs") == [
        "runs/a",
        "runs/a/f",
        "runs/a/new",
        "runs/a/new/h",
        "runs/b",
        "runs/b/g",
        "runs/c",
    ]


def test_a_read_only_mount_takes_no_writes_and_can_be_reloaded(deploy: Deploy, volume: modal.Volume) -> None:
    put(volume, "/f", b"1")
    job = deploy(volumes={"/data": volume.with_mount_options(read_only=True)})
    call = job.spawn(
        ["refused", "/data/f"],
        ["refused", "/data/new"],
        ["print", "ready"],
        ["wait_for", volume.name, "/data/go"],
        ["tree", "/data"],
    )
    eventually(lambda: list(call.logs.tail(5)))
    put(volume, "/f", b"2", force=True)
    put(volume, "/go", b"")
    changed, made, _, _, seen = call.get(timeout=10)
    assert "Read-only file system" in changed
    assert "Read-only file system" in made
    assert seen == {"f": "2", "go": ""}


def test_a_full_volume_refuses_uploads_and_commits(
    plane: Plane, deploy: Deploy, volume: modal.Volume
) -> None:
    put(volume, "/f", b"12345")
    plane.volume_limit(volume.name, 10)
    with pytest.raises(modal.exception.ResourceExhaustedError, match="No space left on Volume"):
        put(volume, "/g", b"123456")
    job = deploy(volumes={"/data": volume})
    answers = job.remote(
        ["write", "/data/g", "123456"],
        ["try_commit", volume.name],
        ["write", "/data/g", "1"],
        ["try_commit", volume.name],
    )
    assert answers[1].startswith("ResourceExhaustedError: No space left on Volume")
    assert answers[3] == "committed"
    assert paths(volume) == ["f", "g"]


def test_a_path_does_not_lead_out_of_the_volume(volume: modal.Volume, tmp_path: Path) -> None:
    with pytest.raises(modal.exception.InvalidError, match="Invalid path"):
        put(volume, "/../../x", b"")
    with pytest.raises(modal.exception.InvalidError, match="Invalid path"):
        read(volume, "../x")


def test_a_commit_may_be_set_to_reload_as_well(plane: Plane, deploy: Deploy, volume: modal.Volume) -> None:
    put(volume, "/f", b"1")
    job = deploy(volumes={"/data": volume})
    plane.options(commit_reloads=True)
    try:
        put(volume, "/g", b"2")
        answers = job.remote(["commit", volume.name], ["open", "/data/f"], ["try_commit", volume.name])
        assert "open files" in answers[2]
    finally:
        plane.options(commit_reloads=False)
