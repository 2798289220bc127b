from __future__ import annotations

import hashlib
import multiprocessing
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from runner.errors import InputError, ProviderError
from runner.forge import FORGES
from runner.forge.base import Proposal, PullRequest
from runner.forge.local import LocalForge
from runner.repository.git import Repository
from runner.results.summary import Links

Make = Callable[..., Any]
BRANCH = "runner/tune"


def page(_links: Links) -> str:
    return "**Verdict: pass.**"


def proposal(made: Any, run: str = "r1", **changes: Any) -> Proposal:
    files = {f"results/tune/{run}/summary.md": f"{run}\n".encode(), "data/w.toml": f"w = {run!r}\n".encode()}
    plain = Proposal(
        job="tune",
        run=run,
        title=f"tune: {run}",
        page=page,
        verdict="pass",
        base=made.git("rev-parse", "HEAD"),
        date=1_700_000_000.0 + int(run[1:]),
        files=files,
    )
    return replace(plain, **changes)


def propose(made: Any, run: str = "r1", **changes: Any) -> PullRequest:
    return LocalForge(made.repository()).propose(proposal(made, run, **changes))


def human_commit_on(made: Any, branch: str, tmp_path: Path) -> str:
    """Somebody commits to `branch` in a working tree of their own, and leaves."""
    folder = str(tmp_path / f"by-hand-{branch.replace('/', '-')}")
    made.git("worktree", "add", "--quiet", folder, branch)
    made.git("-C", folder, "commit", "--quiet", "--allow-empty", "-m", "By hand")
    made.git("worktree", "remove", folder)
    return str(made.git("rev-parse", branch))


def files_of(made: Any, revision: str) -> list[str]:
    return str(made.git("ls-tree", "-r", "--name-only", revision)).split("\n")


def test_the_forge_is_listed() -> None:
    assert set(FORGES) >= {"local"}


def test_a_proposal_becomes_one_commit_on_the_base(checkout: Make) -> None:
    made = checkout(files={"README.md": "r", "data/w.toml": "w = 0\n"})
    pull = propose(made, message="Why it is better.")
    assert (pull.branch, pull.state, pull.notes) == (BRANCH, "created", ())
    assert made.git("rev-parse", f"{BRANCH}^") == made.git("rev-parse", "main") == pull.base
    assert made.git("rev-parse", BRANCH) == pull.commit
    assert files_of(made, BRANCH) == ["README.md", "data/w.toml", "results/tune/r1/summary.md"]
    assert made.git("show", f"{BRANCH}:data/w.toml") == "w = 'r1'"
    assert made.git("log", "-1", "--format=%B", BRANCH) == (
        "tune: r1\n\nWhy it is better.\n\nRunner-Run: r1\nRunner-Job: tune"
    )
    assert made.git("log", "-1", "--format=%an|%ae|%cn|%ce|%at|%ct", BRANCH) == "|".join(
        ["runner[bot]", "runner@users.noreply.github.com"] * 2 + ["1700000001"] * 2
    )


def test_neither_working_tree_nor_index_is_touched(checkout: Make) -> None:
    made = checkout(files={"data/w.toml": "w = 0\n", "a": "1"})
    made.write({"a": "edited", "data/w.toml": "edited", "staged": "s"})
    made.git("add", "staged")
    before = {name: value for name, value in made.traces().items() if name in ("index", "status")}
    stand = {path: path.stat().st_mtime_ns for path in made.root.rglob("*") if ".git" not in path.parts}
    propose(made)
    propose(made, "r2")
    assert {name: value for name, value in made.traces().items() if name in before} == before
    assert {path: path.stat().st_mtime_ns for path in stand} == stand
    assert sorted(path.name for path in (made.root / ".runner").iterdir()) == [".gitignore", "pulls"]


def test_a_second_run_rebuilds_the_pull_request_on_the_present_base(checkout: Make) -> None:
    made = checkout()
    propose(made)
    base = made.commit({"later": "l"})
    pull = propose(made, "r2")
    assert (pull.branch, pull.state) == (BRANCH, "updated")
    assert made.git("rev-parse", f"{BRANCH}^") == base
    assert files_of(made, BRANCH) == ["README.md", "data/w.toml", "later", "results/tune/r2/summary.md"]
    assert made.git("for-each-ref", "--format=%(refname:short)", "refs/heads") == f"main\n{BRANCH}"


def test_a_proposal_that_holds_less_than_the_one_before_says_so(checkout: Make) -> None:
    made = checkout()
    first = propose(made)
    pull = propose(made, "r2", files={"results/tune/r2/summary.md": b"only results"})
    assert pull.notes == (
        f"This replaces a proposal that also changed data/w.toml. It is still commit {first.commit[:12]}.",
    )


def test_the_same_run_twice_changes_nothing(checkout: Make) -> None:
    made = checkout()
    first = propose(made)
    pages = {
        path: path.read_bytes() for path in (made.root / ".runner" / "pulls").rglob("*") if path.is_file()
    }
    reflog = made.git("reflog", BRANCH)
    second = propose(made)
    assert second == replace(first, state="unchanged")
    assert made.git("reflog", BRANCH) == reflog
    assert {path: path.read_bytes() for path in pages} == pages


def test_an_older_run_does_not_replace_a_newer_one(checkout: Make) -> None:
    made = checkout()
    newer = propose(made, "r2")
    pull = propose(made, "r1")
    assert (pull.state, pull.commit) == ("unchanged", newer.commit)
    assert "newer run r2" in pull.notes[0]
    assert "tune: r2" in Path(pull.page).read_text()


def test_a_merged_run_is_not_proposed_again(checkout: Make) -> None:
    made = checkout()
    propose(made)
    made.git("merge", "--quiet", "--no-ff", "--no-edit", BRANCH)
    pull = propose(made)
    assert pull.state == "unchanged"
    assert "already holds everything" in pull.notes[0]


@pytest.mark.parametrize("how", ["--no-ff", "--ff-only", "--squash"])
def test_a_merged_branch_is_rebuilt_freely(checkout: Make, how: str) -> None:
    made = checkout()
    propose(made)
    made.git("merge", "--quiet", how, BRANCH)
    if how == "--squash":
        made.commit({}, "Squashed")
    pull = propose(made, "r2")
    assert (pull.branch, pull.notes) == (BRANCH, ())
    assert made.git("rev-list", "--count", f"main..{BRANCH}") == "1"


def test_a_commit_by_hand_is_never_lost(checkout: Make, tmp_path: Path) -> None:
    made = checkout()
    propose(made)
    by_hand = human_commit_on(made, BRANCH, tmp_path)
    pull = propose(made, "r2")
    assert (pull.branch, pull.state) == (f"{BRANCH}-2", "created")
    assert pull.notes == (f"`{BRANCH}` holds a commit that is not the bot's, so it was left as it is.",)
    assert made.git("rev-parse", BRANCH) == by_hand
    again = propose(made, "r3")
    assert (again.branch, again.state) == (f"{BRANCH}-2", "updated")
    human_commit_on(made, f"{BRANCH}-2", tmp_path)
    assert propose(made, "r4").branch == f"{BRANCH}-3"


def test_an_amended_commit_of_the_bot_is_somebodys_work(checkout: Make, tmp_path: Path) -> None:
    made = checkout()
    propose(made)
    folder = str(tmp_path / "linked")
    made.git("worktree", "add", "--quiet", folder, BRANCH)
    made.git("-C", folder, "commit", "--quiet", "--amend", "--no-edit", "--allow-empty")
    made.git("worktree", "remove", folder)
    assert propose(made, "r2").branch == f"{BRANCH}-2"


def test_a_commit_by_the_bots_name_without_its_trailers_is_somebodys_work(checkout: Make) -> None:
    made = checkout()
    tree = made.git("rev-parse", "HEAD^{tree}")
    identity = ("-c", "user.name=runner[bot]", "-c", "user.email=runner@users.noreply.github.com")
    other = made.git(*identity, "commit-tree", tree, "-p", "HEAD", "-m", "Something else")
    made.git("branch", BRANCH, other)
    assert propose(made).branch == f"{BRANCH}-2"


def test_commits_below_the_bots_that_are_on_no_other_branch_are_kept(checkout: Make) -> None:
    made = checkout()
    made.git("switch", "--quiet", "-c", "feature")
    made.commit({"feature": "f"}, "A feature")
    first = propose(made)
    made.git("switch", "--quiet", "main")
    assert propose(made, "r2").branch == BRANCH
    made.git("update-ref", f"refs/heads/{BRANCH}", first.commit)
    made.git("branch", "-D", "feature")
    pull = propose(made, "r3")
    assert pull.branch == f"{BRANCH}-2"
    assert "on no other branch" in pull.notes[0]


def test_a_checked_out_branch_is_never_moved(checkout: Make, tmp_path: Path) -> None:
    made = checkout()
    first = propose(made)
    made.git("worktree", "add", "--quiet", str(tmp_path / "review"), BRANCH)
    assert propose(made) == replace(first, state="unchanged")
    pull = propose(made, "r2")
    assert pull.branch == f"{BRANCH}-2"
    assert pull.notes == (f"`{BRANCH}` is checked out, so it was left as it is.",)
    assert made.git("rev-parse", BRANCH) == first.commit
    assert made.git("-C", str(tmp_path / "review"), "status", "--porcelain") == ""


def test_a_branch_in_the_middle_of_a_rebase_is_never_moved(checkout: Make, tmp_path: Path) -> None:
    made = checkout(files={"data/w.toml": "0"})
    propose(made)
    made.commit({"data/w.toml": "conflict"})
    folder = str(tmp_path / "review")
    made.git("worktree", "add", "--quiet", folder, BRANCH)
    with pytest.raises(Exception, match="rebase"):
        made.git("-C", folder, "rebase", "main")
    assert propose(made, "r2").branch == f"{BRANCH}-2"


def test_an_open_proposal_left_behind_is_named(checkout: Make, tmp_path: Path) -> None:
    made = checkout()
    propose(made)
    made.git("worktree", "add", "--quiet", str(tmp_path / "review"), BRANCH)
    propose(made, "r2")
    made.git("worktree", "remove", str(tmp_path / "review"))
    pull = propose(made, "r3")
    assert pull.branch == BRANCH
    assert pull.notes == (
        f"`{BRANCH}-2` holds an earlier proposal of this job; delete it: git branch -D {BRANCH}-2.",
    )


def test_another_jobs_branch_is_left_alone(checkout: Make, tmp_path: Path) -> None:
    made = checkout()
    other = propose(made, job="tune-2", files={"x": b"x"})
    assert other.branch == f"{BRANCH}-2"
    propose(made)
    human_commit_on(made, BRANCH, tmp_path)
    assert propose(made, "r2").branch == f"{BRANCH}-3"
    assert made.git("rev-parse", f"{BRANCH}-2") == other.commit


def test_a_branch_that_points_at_another_is_left_alone(checkout: Make) -> None:
    made = checkout()
    made.git("symbolic-ref", f"refs/heads/{BRANCH}", "refs/heads/main")
    pull = propose(made)
    assert pull.branch == f"{BRANCH}-2"
    assert made.git("rev-parse", "main") == pull.base


def test_a_branch_named_runner_is_told_with_its_fix(checkout: Make) -> None:
    made = checkout()
    made.git("branch", "runner")
    with pytest.raises(InputError) as caught:
        propose(made)
    assert caught.value.code == "branch-collision"
    assert "git branch -m runner runner-old" in caught.value.fix


def test_branches_below_the_wanted_name_are_avoided(checkout: Make) -> None:
    made = checkout()
    made.git("branch", f"{BRANCH}/deep")
    assert propose(made).branch == f"{BRANCH}-2"


def test_packed_references_are_seen(checkout: Make) -> None:
    made = checkout()
    propose(made)
    made.git("pack-refs", "--all")
    assert propose(made, "r2").state == "updated"


def test_contents_are_committed_as_given(checkout: Make, tmp_path: Path) -> None:
    made = checkout(files={".gitattributes": "* text=auto eol=crlf filter=spoil ident\n"})
    made.git("config", "filter.spoil.clean", "tr a-z A-Z")
    source = tmp_path / "weights.bin"
    source.write_bytes(b"a\r\n$Id$\x00\xff")
    propose(made, files={"w.bin": source, "w.txt": b"b\r\n$Id$"})
    assert made.repository().show(BRANCH, "w.bin") == b"a\r\n$Id$\x00\xff"
    assert made.repository().show(BRANCH, "w.txt") == b"b\r\n$Id$"


def test_executable_bits_are_kept(checkout: Make) -> None:
    made = checkout(files={"tool": "1", "plain": "1"})
    (made.root / "tool").chmod(0o755)
    made.commit({})
    propose(made, files={"tool": b"2", "plain": b"2", "new": b"2"})
    modes = {name: made.repository().mode(BRANCH, name) for name in ("tool", "plain", "new")}
    assert modes == {"tool": "100755", "plain": "100644", "new": "100644"}


@pytest.mark.parametrize(
    "path", ["-rf", "é ü/x", "a b", ":(top)x", "*", "'quoted'", "results/tune/r1/ü.json"]
)
def test_unusual_names_are_only_names(checkout: Make, path: str) -> None:
    made = checkout()
    if ":" in path:
        with pytest.raises(InputError):
            propose(made, files={path: b"x"})
    else:
        pull = propose(made, files={path: b"x"})
        assert made.repository().show(pull.commit, path) == b"x"


@pytest.mark.parametrize(
    "path",
    [
        "jobs/x.yaml", "Jobs/x.yaml", ".github/workflows/x.yml", "runner.toml", "Runner.TOML", ".git/config",
        ".GIT/config", "sub/.git/hooks/x", "git~1/config", ".git./config", ".git /config",
        ".runner/x", "/etc/passwd", "../x", "a/../../x", "a/./b", "a//b", "a/", "", "a\\b", "C:x", "a\nb",
        "a\x00b", "a\u202eb", "a\udc80", "x" * 500,
    ],
)  # fmt: skip
def test_no_proposal_writes_where_it_must_not(checkout: Make, path: str) -> None:
    made = checkout()
    before = made.traces()
    with pytest.raises(InputError) as caught:
        propose(made, files={path: b"x"})
    assert caught.value.code == "proposal-path"
    assert made.traces() == before
    str(caught.value).encode()


def test_files_in_the_way_are_told(checkout: Make) -> None:
    made = checkout(files={"folder/x": "x", "file": "f"})
    (made.root / "link").symlink_to("file")
    made.commit({})
    for files in ({"folder": b""}, {"file/x": b""}, {"link": b""}, {"link/x": b""}, {"a": b"", "a/b": b""}):
        with pytest.raises(InputError):
            propose(made, files=files)
    assert made.git("branch", "--list", "runner/*") == ""


def test_a_produced_file_that_is_a_link_is_refused(checkout: Make, tmp_path: Path) -> None:
    made = checkout()
    (tmp_path / "link").symlink_to("/etc/passwd")
    with pytest.raises(ProviderError, match="not a regular file"):
        propose(made, files={"x": tmp_path / "link"})


@pytest.mark.parametrize("job", ["../x", "-x", "a b", "A", "", "x.lock", "a/b"])
def test_a_job_that_is_no_name_is_refused(checkout: Make, job: str) -> None:
    with pytest.raises(InputError, match="not the name of a job"):
        propose(checkout(), job=job)


def test_an_unknown_base_is_refused(checkout: Make) -> None:
    with pytest.raises(InputError, match="no such commit"):
        propose(checkout(), base="1" * 40)


def test_the_message_cannot_forge_trailers(checkout: Make) -> None:
    made = checkout()
    propose(
        made, title="tune\n\nRunner-Job: other", message="x\x00\x1b[31m\n\nRunner-Job: other\nRunner-Run: r9"
    )
    trailers = made.git("log", "-1", "--format=%(trailers:key=Runner-Job,valueonly)", BRANCH).split()
    assert trailers == ["tune"]
    assert made.git("log", "-1", "--format=%s", BRANCH) == "tune Runner-Job: other"
    assert propose(made, "r2").branch == BRANCH


def test_a_linked_working_tree_and_sha256_work(checkout: Make, tmp_path: Path) -> None:
    made = checkout("new", "--object-format=sha256")
    made.git("worktree", "add", "--quiet", "-b", "side", str(tmp_path / "linked"))
    forge = LocalForge(Repository.find(tmp_path / "linked"))
    assert forge.propose(proposal(made)).state == "created"
    assert forge.propose(proposal(made, "r2")).state == "updated"


def test_a_hook_cannot_stop_or_join_the_commit(checkout: Make) -> None:
    made = checkout()
    for hook in ("pre-commit", "commit-msg", "post-commit"):
        path = made.root / ".git" / "hooks" / hook
        path.write_text("#!/bin/sh\nexit 1\n")
        path.chmod(0o755)
    assert propose(made).state == "created"


def _propose_many(root: Path, plain: Proposal, runs: list[str]) -> list[PullRequest]:
    forge = LocalForge(Repository.find(root))
    return [
        forge.propose(
            replace(plain, run=run, files={f"results/tune/{run}/x": run.encode(), "w": run.encode()})
        )
        for run in runs
    ]


def test_proposals_at_once_from_two_working_trees_end_in_one_pull_request(
    checkout: Make, tmp_path: Path
) -> None:
    made = checkout()
    made.git("worktree", "add", "--quiet", "-b", "side", str(tmp_path / "linked"))
    plain = proposal(made)
    work = [
        (root, plain, [f"{name}{number}" for number in range(12)])
        for root, name in ((made.root, "a"), (tmp_path / "linked", "b"))
    ]
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        answers = pool.starmap(_propose_many, work)
    assert {pull.branch for pulls in answers for pull in pulls} == {BRANCH}
    assert made.git("rev-list", "--count", f"main..{BRANCH}") == "1"
    assert made.git("rev-parse", BRANCH) in {pulls[-1].commit for pulls in answers}
    moves = made.git("reflog", "--format=%H", BRANCH).split()
    assert sorted(moves) == sorted(pull.commit for pulls in answers for pull in pulls)


def test_a_commit_by_hand_in_the_very_moment_is_not_lost(checkout: Make) -> None:
    """A hook that runs while git moves the branch stands in for a person who was faster."""
    made = checkout()
    propose(made)
    made.git("switch", "--quiet", "--detach", BRANCH)
    by_hand = made.commit({"note": "by hand"}, "By hand")
    made.git("switch", "--quiet", "main")
    hook = made.root / ".git" / "hooks" / "reference-transaction"
    hook.write_text(
        f"#!/bin/sh\nrm -f '{hook}'\n[ \"$1\" = prepared ] || exit 0\n"
        f"echo {by_hand} > '{made.root}/.git/refs/heads/{BRANCH}'\nexit 1\n"
    )
    hook.chmod(0o755)
    pull = propose(made, "r2")
    assert not hook.exists()
    assert made.git("rev-parse", BRANCH) == by_hand
    assert pull.branch == f"{BRANCH}-2"


def test_a_large_file_is_kept_where_git_lfs_keeps_it(checkout: Make, tmp_path: Path) -> None:
    made = checkout(files={"data/w.bin": "old", ".gitattributes": "*.png binary\n"})
    (tmp_path / "w.bin").write_bytes(b"large")
    files = {"data/w.bin": tmp_path / "w.bin", "a.txt": b"a"}
    pull = propose(made, files=files, large=frozenset({"data/w.bin"}))
    name = hashlib.sha256(b"large").hexdigest()
    assert made.git("show", f"{BRANCH}:data/w.bin") == (
        f"version https://git-lfs.github.com/spec/v1\noid sha256:{name}\nsize 5"
    )
    kept = made.root / ".git" / "lfs" / "objects" / name[:2] / name[2:4] / name
    assert kept.read_bytes() == b"large"
    attributes = made.git("show", f"{BRANCH}:.gitattributes").splitlines()
    assert attributes[0] == "*.png binary"
    assert "filter=lfs" in attributes[-1]
    assert propose(made, files=files, large=frozenset({"data/w.bin"})).commit == pull.commit


def test_what_the_base_gives_to_git_lfs_goes_there(checkout: Make) -> None:
    made = checkout(files={".gitattributes": "*.bin filter=lfs diff=lfs merge=lfs -text\n"})
    pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"0" * 64 + b"\nsize 9\n"
    propose(made, files={"a.bin": b"\0", "b.bin": pointer, "c.txt": b"c"})
    name = hashlib.sha256(b"\0").hexdigest()
    assert f"oid sha256:{name}" in made.git("show", f"{BRANCH}:a.bin")
    assert made.git("show", f"{BRANCH}:b.bin").encode() + b"\n" == pointer
    assert made.git("show", f"{BRANCH}:c.txt") == "c"
    assert (made.root / ".git" / "lfs" / "objects" / name[:2] / name[2:4] / name).is_file()
