"""Files of the code that runs, as images are made from them."""

import subprocess
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

from runner.backends.modal.images import SWEEPS, Pinned, to_drive
from runner.errors import InputError
from runner.plan.model import PinnedSource, Plan, Requirements, Search, Stage, Task


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


@pytest.mark.parametrize(
    ("search", "packages"),
    [
        (None, ["msgspec"]),
        ({"method": "grid"}, ["msgspec", "pyyaml"]),
        ({"method": "grid", "early_terminate": {"type": "hyperband"}}, ["msgspec", "pyyaml", SWEEPS]),
        ({"method": "bayes"}, ["msgspec", "pyyaml", SWEEPS]),
    ],
)
def test_what_drives_a_search_has_the_library_for_it(
    search: dict[str, Any] | None, packages: list[str]
) -> None:
    wanted = Search(parameters={}, command=("x",), **search) if search else None
    tasks = (Task("trials/1", (("x",),)),)
    stage = Stage(name="trials", tasks=tasks, requirements=Requirements(1.0, 1 << 30, 60), search=wanted)
    plan = Plan(job="job", kind="Sweep", source=PinnedSource("c", "t"), manifest={}, stages=(stage,))
    assert to_drive(plan) == packages


def test_the_library_is_the_one_that_the_tests_ran_with() -> None:
    assert f"sweeps=={version('sweeps')}" == SWEEPS
