"""Where histories part, in whole clones and in shallow ones."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from runner.errors import ProviderError
from runner.repository.ancestry import is_older, merge_base
from tests.conftest import Checkout

Make = Callable[..., Checkout]


@pytest.fixture
def origin(checkout: Make) -> Checkout:
    """`main` and `topic` part after the second commit; `other` has a history of its own."""
    made = checkout("origin")
    made.git("config", "uploadpack.allowAnySHA1InWant", "true")
    made.git("config", "uploadpack.allowFilter", "true")
    made.commit({"big": "x" * 100_000}, "second")
    made.git("tag", "parted")
    made.git("switch", "--quiet", "-c", "topic")
    made.commit({"topic": "t"})
    made.git("switch", "--quiet", "--orphan", "other")
    made.commit({"other": "o"})
    made.git("switch", "--quiet", "main")
    made.commit({"main": "m"})
    return made


@pytest.mark.parametrize("depth", [(), ("--depth=1",)])
def test_the_commit_at_which_two_branches_parted_is_found(
    origin: Checkout, tmp_path: Path, depth: tuple[str, ...]
) -> None:
    clone = Checkout(tmp_path / "clone")
    subprocess.run(
        ["git", "clone", "--quiet", "--no-single-branch", *depth, f"file://{origin.root}", clone.root],
        check=True,
    )
    before = clone.traces()
    main, topic, other = (origin.git("rev-parse", name) for name in ("main", "topic", "other"))
    assert merge_base(clone.repository(), topic, main) == origin.git("rev-parse", "parted")
    assert merge_base(clone.repository(), main, main) == main
    assert merge_base(clone.repository(), other, main) is None
    assert clone.traces() == before


def test_a_history_that_cannot_be_fetched_is_said_with_what_to_do(origin: Checkout, tmp_path: Path) -> None:
    clone = Checkout(tmp_path / "clone")
    subprocess.run(["git", "clone", "--quiet", "--depth=1", f"file://{origin.root}", clone.root], check=True)
    with pytest.raises(ProviderError) as failed:
        merge_base(clone.repository(), "0" * 39 + "1", origin.git("rev-parse", "main"))
    assert "fetch-depth: 0" in failed.value.fix


def test_a_commit_is_older_than_what_builds_on_it(origin: Checkout) -> None:
    repository = origin.repository()
    parted, main, topic = (origin.git("rev-parse", name) for name in ("parted", "main", "topic"))
    assert is_older(repository, parted, main) is True
    assert is_older(repository, main, parted) is False
    assert is_older(repository, topic, main) is False
    assert is_older(repository, main, main) is False
    assert is_older(repository, main, "0" * 39 + "1") is None
