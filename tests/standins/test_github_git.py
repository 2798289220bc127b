"""Git over HTTP: real git against the stand-in, and the events that pushes make."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Checkout
from tests.standins.github.hub import Hub

ABSENT = "0" * 40


@pytest.fixture
def clone(hub: Hub, tmp_path: Path) -> Callable[[str], Checkout]:
    """Clones of the hub's repository."""

    def make(token: str, name: str = "clone", repository: str = "") -> Checkout:
        run = ["git", "clone", "--quiet", hub.clone_url(token, repository), str(tmp_path / name)]
        subprocess.run(run, check=True, capture_output=True)
        return Checkout(tmp_path / name)

    return make


def refused(checkout: Checkout, *arguments: str) -> str:
    """What git says when a push fails."""
    done = subprocess.run(["git", "push", *arguments], cwd=checkout.root, capture_output=True, text=True)
    assert done.returncode != 0
    return done.stderr


def pushes(hub: Hub) -> list[tuple[str, str, str, bool]]:
    told = [each.payload for each in hub.events if each.name == "push"]
    return [(each["ref"], each["before"], each["after"], each["forced"]) for each in told]


def test_a_push_tells_what_it_moved(hub: Hub, clone: Callable[..., Checkout]) -> None:
    mine = clone(hub.token("ada"))
    old = hub.tip()
    new = mine.commit({"jobs/a.yaml": "a", "big.bin": b"\x00" * 3_000_000}, "Add a job")
    mine.git("push", "--quiet", "origin", "main", "main:refs/heads/other", "main:refs/tags/v1")
    mine.git("commit", "--quiet", "--amend", "-m", "Again")
    again = mine.git("rev-parse", "HEAD")
    mine.git("push", "--quiet", f"--force-with-lease=other:{new}", "origin", "HEAD:other")
    mine.git("push", "--quiet", "origin", ":other")
    assert pushes(hub) == [
        ("refs/heads/main", old, new, False),
        ("refs/heads/other", ABSENT, new, False),
        ("refs/tags/v1", ABSENT, new, False),
        ("refs/heads/other", new, again, True),
        ("refs/heads/other", again, ABSENT, False),
    ]
    first = hub.events[0]
    assert (first.payload["created"], first.payload["deleted"], first.sha, first.ref) == (
        False,
        False,
        new,
        "refs/heads/main",
    )
    assert first.payload["commits"][0]["added"] == ["big.bin", "jobs/a.yaml"]
    assert first.payload["head_commit"]["message"] == "Add a job"
    assert first.payload["sender"]["login"] == first.payload["pusher"]["name"] == "ada"
    assert hub.events[4].payload["deleted"]


def test_a_push_moves_its_pull_request_along(hub: Hub, clone: Callable[..., Checkout]) -> None:
    mine = clone(hub.token("ada"))
    mine.git("switch", "--quiet", "--create", "work")
    mine.commit({"a": "1"})
    mine.git("push", "--quiet", "origin", "work")
    hub.open_pull("work")
    before, after = hub.tip("work"), mine.commit({"a": "2"})
    mine.git("push", "--quiet", "origin", "work")
    event = hub.events[-1]
    assert (event.name, event.payload["action"]) == ("pull_request", "synchronize")
    assert (event.payload["before"], event.payload["after"]) == (before, after)
    assert event.payload["pull_request"]["head"]["sha"] == after
    assert event.ref == "refs/pull/1/merge"
    mine.git("fetch", "--quiet", "origin", "refs/pull/1/merge")
    assert mine.git("rev-parse", "FETCH_HEAD") == event.sha
    assert "deny updating a hidden ref" in refused(mine, "origin", "HEAD:refs/pull/1/head")


def test_a_commit_is_fetched_by_its_name(hub: Hub, clone: Callable[..., Checkout], tmp_path: Path) -> None:
    old = hub.tip()
    hub.push("main", {"a": "1"})
    shallow = Checkout(tmp_path / "shallow")
    shallow.root.mkdir()
    shallow.git("init", "--quiet")
    url = hub.clone_url(hub.token("ada")).removesuffix(".git")  # as actions/checkout writes it
    shallow.git("fetch", "--quiet", "--depth=1", url, old)
    assert shallow.git("log", "--format=%H", "FETCH_HEAD") == old


def test_what_a_job_pushes_is_suppressed(hub: Hub, clone: Callable[..., Checkout]) -> None:
    heard: list[bool] = []
    hub.listen(lambda event: heard.append(event.suppressed))
    mine = clone(hub.job_token())
    mine.commit({"a": "1"})
    mine.git("push", "--quiet", "origin", "main")
    assert heard == [True]


def test_a_push_needs_contents(hub: Hub, clone: Callable[..., Checkout]) -> None:
    mine = clone(hub.job_token({"contents": "read"}))
    mine.commit({"a": "1"})
    assert "Write access to repository not granted" in refused(mine, "origin", "main")
    assert hub.events == []


def test_bad_tokens_and_strangers_get_nothing(hub: Hub, tmp_path: Path) -> None:
    hub.collaborator("mallory", "none")
    for token, told in (("ghp_wrong", "Authentication failed"), (hub.token("mallory"), "not found")):
        run = ["git", "clone", hub.clone_url(token), str(tmp_path / "no")]
        done = subprocess.run(run, capture_output=True, text=True)
        assert done.returncode == 128
        assert told in done.stderr


def test_a_protected_branch_refuses_pushes(hub: Hub, clone: Callable[..., Checkout]) -> None:
    hub.protect("main")
    grace = clone(hub.token("grace"))
    grace.commit({"a": "1"})
    said = refused(grace, "origin", "main", "main:other")
    assert "remote: error: GH006: Protected branch update failed for refs/heads/main." in said
    assert sorted(hub.branches()) == ["main", "other"]
    assert hub.tip() != hub.tip("other")
    ada = clone(hub.token("ada"), "ada")
    ada.commit({"b": "1"})
    ada.git("push", "--quiet", "origin", "main")


def test_workflow_files_are_not_for_jobs_to_push(hub: Hub, clone: Callable[..., Checkout]) -> None:
    hub.push("main", {".github/workflows/a.yml": "on: push\n"})
    mine = clone(hub.job_token())
    mine.commit({"data": "1"})
    mine.git("push", "--quiet", "origin", "main:data")
    mine.commit({".github/workflows/b.yml": "on: push\n"})
    said = refused(mine, "origin", "main:more")
    assert "refusing to allow a GitHub App to create or update workflow `.github/workflows/b.yml`" in said


def test_a_file_over_the_limit_is_refused(hub: Hub, clone: Callable[..., Checkout]) -> None:
    hub.repository.largest_file = 100_000
    mine = clone(hub.token("ada"))
    mine.commit({"large.bin": b"\x00" * 100_001, "small.bin": b"\x00" * 100_000})
    said = refused(mine, "origin", "main")
    assert "File large.bin is larger than 100.00 MB" in said
    assert "GH001" in said


def test_a_person_pushes_to_a_fork_only(hub: Hub, clone: Callable[..., Checkout]) -> None:
    hub.fork("eve")
    eve = hub.token("eve")
    theirs = clone(eve, repository="eve/demo")
    theirs.commit({"a": "1"})
    theirs.git("push", "--quiet", "origin", "main")
    assert [each.repository for each in hub.events] == ["eve/demo"]
    theirs.git("remote", "set-url", "origin", hub.clone_url(eve))
    assert "Permission to acme/demo.git denied to eve." in refused(theirs, "origin", "main")


def test_a_checkout_becomes_the_repository(hub: Hub, checkout: Callable[..., Checkout]) -> None:
    mine = checkout("mine", files={"jobs/a.yaml": "a"})
    tip = hub.adopt(mine.root, hub.token("ada"))
    assert (hub.tip(), hub.read("jobs/a.yaml")) == (tip, b"a")
    mine.commit({"b": "1"})
    mine.git("push", "--quiet", "origin", "main")
    assert len(pushes(hub)) == 1
