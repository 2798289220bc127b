"""A repository with one commit, taken out of another."""

import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from runner.errors import ProviderError
from runner.repository.lone import archive_repository
from tests.conftest import Checkout


def unpacked(archive: Path, folder: Path) -> Checkout:
    with tarfile.open(archive) as held:
        held.extractall(folder / ".git", filter="data")
    made = Checkout(folder)
    made.git("reset", "--quiet", "--hard")
    return made


def test_it_holds_one_commit_and_knows_nothing_of_where_it_comes_from(
    checkout: Callable[..., Checkout], tmp_path: Path
) -> None:
    made = checkout()
    wanted = made.commit({"a": "1"}, "Second")
    made.commit({"a": "2"}, "Third")
    before = made.traces()

    archive_repository(made.repository(), wanted, tmp_path / "lone.tar")

    lone = unpacked(tmp_path / "lone.tar", tmp_path / "lone")
    assert lone.git("log", "--format=%H %s") == f"{wanted} Second"
    assert (lone.root / "a").read_text() == "1"
    assert (lone.git("branch", "--show-current"), lone.git("remote")) == ("main", "")
    kept = [path.read_bytes() for path in (lone.root / ".git").rglob("*") if path.is_file()]
    assert not any(str(made.root).encode() in content for content in kept)
    assert made.traces() == before


def test_a_shallow_clone_can_be_its_source(checkout: Callable[..., Checkout], tmp_path: Path) -> None:
    made = checkout()
    wanted = made.commit({"a": "1"}, "Second")
    made.git("clone", "--quiet", "--depth=1", f"file://{made.root}", str(tmp_path / "shallow"))
    archive_repository(Checkout(tmp_path / "shallow").repository(), wanted, tmp_path / "lone.tar")
    assert unpacked(tmp_path / "lone.tar", tmp_path / "lone").git("rev-parse", "HEAD") == wanted


def test_a_commit_that_is_not_there_is_an_error(checkout: Callable[..., Checkout], tmp_path: Path) -> None:
    with pytest.raises(ProviderError):
        archive_repository(checkout().repository(), "1" * 40, tmp_path / "lone.tar")
