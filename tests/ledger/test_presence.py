from collections.abc import Callable
from typing import Any

from runner.ledger import Ledger, in_use
from runner.repository.git import Repository

Make = Callable[..., Any]


def test_a_repository_that_never_heard_of_a_ledger_uses_none(checkout: Make) -> None:
    assert not in_use(checkout("alone").repository())


def test_a_ledger_that_was_read_here_is_in_use(checkout: Make) -> None:
    made = checkout("here")
    made.git("clone", "--quiet", "--bare", ".", "../origin.git")
    made.git("remote", "add", "origin", str(made.root.parent / "origin.git"))
    Ledger(made.repository()).read()
    assert in_use(made.repository())


def test_a_clone_that_knows_the_branch_uses_the_ledger(checkout: Make) -> None:
    made = checkout("here")
    made.git("branch", "runner-ledger")
    made.git("clone", "--quiet", ".", "../clone")
    assert in_use(made.repository())
    assert in_use(Repository.find(made.root.parent / "clone"))
