"""Files of the code that runs, as images are made from them."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from runner.backends.modal.images import Pinned
from runner.errors import InputError


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    tree = tmp_path / "tree"
    (tree / "docker").mkdir(parents=True)
    (tree / "requirements.lock").write_text("numpy==2.4.6\n")
    (tree / "docker" / "Dockerfile").write_text("FROM debian:12\nCOPY run.sh /\n")
    (tree / "run.sh").write_text("true\n")
    subprocess.run(["tar", "-cf", tmp_path / "snapshot.tar", "-C", tree, "."], check=True)
    return tmp_path / "snapshot.tar"


@pytest.fixture
def pinned(archive: Path) -> Iterator[Pinned]:
    made = Pinned(lambda: archive)
    yield made
    made.close()


def test_a_file_is_as_it_stands_in_the_snapshot(pinned: Pinned) -> None:
    assert pinned.file("requirements.lock", "spec.image.requirements").read_text() == "numpy==2.4.6\n"


def test_a_file_that_is_not_in_the_snapshot_is_the_manifests_fault(pinned: Pinned) -> None:
    with pytest.raises(InputError) as caught:
        pinned.file("requirements.txt", "spec.image.requirements")

    assert (caught.value.code, caught.value.place) == ("image-file", "spec.image.requirements")


def test_everything_is_there_for_a_dockerfile(pinned: Pinned) -> None:
    pinned.file("docker/Dockerfile", "spec.image.dockerfile")

    root = pinned.everything()

    assert sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()) == [
        "docker/Dockerfile",
        "requirements.lock",
        "run.sh",
    ]


def test_nothing_is_left_once_the_image_is_made(archive: Path) -> None:
    pinned = Pinned(lambda: archive)
    root = pinned.everything()

    pinned.close()

    assert not root.exists()


def test_no_snapshot_is_made_where_the_image_needs_no_file() -> None:
    def archive() -> Path:
        raise AssertionError("nobody asked for a file")

    Pinned(archive).close()
