"""Runs that came as merges: a job's branch was rebuilt on a newer base, then merged or squashed."""

from __future__ import annotations

import re
import subprocess
from typing import TYPE_CHECKING

import pytest

from runner.repository.git import Repository
from runner.results.rollback import rollback
from runner.results.summary import summary
from runner.results.weight_content import content_at
from runner.results.weight_history import steps

if TYPE_CHECKING:
    from conftest import Shelf

    from runner.results.model import Report

V0, V1, V2 = b"a = 0.0\n", b"a = 1.0\n", b"a = 2.0\n"


def rebuilt(shelf: Shelf) -> Report:
    """A branch whose first run was never merged, rebuilt for a second one when main had moved on."""
    shelf.put(V0)
    shelf.commit("By hand")
    shelf.git("switch", "--quiet", "--create", "runner/skirmish-weights")
    shelf.land(1, V0, V1)
    shelf.git("switch", "--quiet", "main")
    shelf.put(b"moved on\n", "other.txt")
    shelf.commit("Main moves")
    shelf.git("switch", "--quiet", "--detach")
    report = shelf.land(2, V0, V2)
    parents = ("-p", "runner/skirmish-weights", "-p", "main")
    made = shelf.git("commit-tree", "HEAD^{tree}", *parents, "-m", "Results of run 2")
    shelf.git("update-ref", "refs/heads/runner/skirmish-weights", made)
    shelf.git("switch", "--quiet", "main")
    return report


def accept(shelf: Shelf, how: str) -> None:
    shelf.git("merge", "--quiet", how, "runner/skirmish-weights")
    if how == "--squash":
        shelf.commit("Squashed")
    if how != "--ff-only":
        shelf.git("branch", "-D", "runner/skirmish-weights")


@pytest.mark.parametrize("how", ["--no-ff", "--squash", "--ff-only"])
def test_a_rebuilt_run_is_rolled_back_to_what_stood_on_main(shelf: Shelf, how: str) -> None:
    report = rebuilt(shelf)
    accept(shelf, how)
    repository = Repository.find(shelf.root)
    (step,) = [one for one in steps(repository, shelf.path) if one.entry.report.run == report.run]
    assert step.where == "merged"
    assert content_at(repository, shelf.path, report.run).held.blob == V2
    rollback(repository, shelf.path)
    assert (shelf.root / shelf.path).read_bytes() == V0


@pytest.mark.parametrize("how", ["--no-ff", "--squash"])
def test_the_command_on_the_page_takes_all_of_it_back(shelf: Shelf, how: str) -> None:
    report = rebuilt(shelf)
    before = shelf.git("rev-parse", "HEAD^{tree}")
    accept(shelf, how)
    shelf.put(b"later\n", "later.txt")
    shelf.commit("Somebody goes on")
    found = re.search(r"^git revert .*$", summary(report), re.MULTILINE)
    assert found is not None
    command = found[0].replace("git revert", "git revert --no-edit")
    subprocess.run(["sh", "-c", command], cwd=shelf.root, check=True, capture_output=True)
    shelf.git("rm", "--quiet", "later.txt")
    assert shelf.git("write-tree") == before


def test_an_older_version_that_only_a_merge_made_is_found_on_its_branch(shelf: Shelf) -> None:
    report = rebuilt(shelf)
    shelf.result(2, V0, V2, local=True)
    assert content_at(Repository.find(shelf.root), shelf.path, report.run).held.blob == V2
