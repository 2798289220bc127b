"""What it costs: requests are few, counted, and do not grow with what was there before."""

from __future__ import annotations

from typing import Any

from runner.forge.github.forge import GitHubForge
from tests.forge.github.conftest import BRANCH, Desk


def bring_home(desk: Desk, forge: GitHubForge, run: str, launched: str, **changes: Any) -> int:
    """A finished run as a pull request of 30 files, told where it was launched; the requests that took."""
    desk.labels = ("runner",)
    files = {f"results/tune/{run}/{number}.json": f'{{"é": {number}}}\n'.encode() for number in range(29)}
    before = len(desk.hub.calls())
    thread = forge.thread(launched)
    files["data/w.toml"] = run.encode()
    forge.propose(desk.proposal(forge, run, files=files, owners=("@grace", "@acme/referees"), **changes))
    forge.tell(thread, f"run {run}", "It has ended.")
    return len(desk.hub.calls()) - before


def launch(desk: Desk) -> str:
    """A person's pull request with a manifest, merged; the commit."""
    desk.hub.collaborator("grace")
    desk.hub.team("referees")
    desk.labels = ("runner",)
    desk.hub.push("add-tune", {"jobs/tune.yaml": "x\n"})
    return desk.hub.merge_pull(desk.hub.open_pull("add-tune"))


def test_a_new_pull_request_with_30_files_takes_at_most_12_requests(desk: Desk) -> None:
    launched = launch(desk)
    forge = desk.forge()
    asked = bring_home(desk, forge, "r1", launched)
    assert forge.hub.requests == asked <= 12
    assert len(desk.files(desk.hub.tip(BRANCH))) == 32
    assert [comment.body for comment in desk.hub.comments_on(1)] == ["<!-- runner:run r1 -->\nIt has ended."]


def test_an_update_takes_no_more(desk: Desk) -> None:
    launched = launch(desk)
    bring_home(desk, desk.forge(), "r1", launched)
    assert bring_home(desk, desk.forge(), "r2", launched, verdict="fail", draft=True) <= 12


def test_a_repetition_takes_two(desk: Desk) -> None:
    desk.propose()
    forge = desk.forge()
    forge.propose(desk.proposal(forge))
    assert forge.hub.requests == 2


def test_the_number_does_not_grow_with_old_runs(desk: Desk) -> None:
    launched = launch(desk)
    few = bring_home(desk, desk.forge(), "r1", launched)
    tip = desk.hub.push("old", {"x": "x"})
    names = [f"runner/tune-old-{number}" for number in range(100)] + [
        f"runner/x{number}" for number in range(100)
    ]
    orders = "".join(f"create refs/heads/{name} {tip}\n" for name in names)
    desk.hub.repository.git.run("update-ref", "--stdin", given=orders.encode())
    for name in names[:60]:
        desk.hub.close_pull(desk.hub.open_pull(name))
    desk.hub.close_pull(2)
    desk.hub.delete_branch(BRANCH)
    assert bring_home(desk, desk.forge(), "r2", launched) == few


def test_files_that_github_has_are_not_sent_again(desk: Desk) -> None:
    weights = bytes(range(256))
    desk.hub.push("main", {"data/w.bin": weights, "kept": "k"})
    files = {"data/copy.bin": weights, "data/w.bin": weights, "kept": b"k", "data/new.bin": b"\xff" + weights}
    desk.propose(files=files)
    assert desk.hub.calls().count("git/create-blob") == 1
    assert desk.files(desk.hub.tip(BRANCH)) == [
        "README.md", "data/copy.bin", "data/new.bin", "data/w.bin", "kept",
    ]  # fmt: skip
