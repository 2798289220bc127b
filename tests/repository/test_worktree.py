"""Another commit's files in a folder of their own."""

from collections.abc import Callable

import pytest

from runner.errors import InputError
from runner.repository.worktree import checked_out
from tests.conftest import Checkout

Make = Callable[..., Checkout]


def test_the_files_of_a_commit_lie_beside_those_that_are_checked_out(checkout: Make) -> None:
    made = checkout(files={"a": "old\n"})
    old = made.git("rev-parse", "HEAD")
    made.commit({"a": "new\n"})
    hook = made.root / ".git/hooks/post-checkout"
    hook.write_text("#!/bin/sh\ntouch ran\n")
    hook.chmod(0o755)
    before = made.traces()
    with checked_out(made.repository(), old) as folder:
        assert (folder / "a").read_text() == "old\n"
        assert (made.root / "a").read_text() == "new\n"
        assert not (folder / "ran").exists()
        (folder / "left").write_text("behind")
    assert not folder.exists()
    assert made.git("worktree", "list").count("\n") == 0
    assert made.traces() == before


@pytest.mark.parametrize("files", [{".runner/ledger.git/commondir": "../../evil"}, {".runner": "a file"}])
def test_a_commit_with_files_where_ours_are_is_not_checked_out(checkout: Make, files: dict[str, str]) -> None:
    made = checkout(files=files)
    with (
        pytest.raises(InputError, match="where the runner keeps its own"),
        checked_out(made.repository(), made.git("rev-parse", "HEAD")),
    ):
        pass


def test_a_commit_with_links_out_of_it_is_not_checked_out(checkout: Make) -> None:
    made = checkout(files={"a": "x\n"})
    (made.root / "inside").symlink_to("a")
    fine = made.commit({})
    (made.root / "results").symlink_to("/proc/self")
    with checked_out(made.repository(), fine) as folder:
        assert (folder / "inside").read_text() == "x\n"
    with (
        pytest.raises(InputError, match="lead out of the tree were left out: results"),
        checked_out(made.repository(), made.commit({})),
    ):
        pass
