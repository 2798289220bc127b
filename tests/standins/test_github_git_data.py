"""The Git Data API: what PyGithub makes with it is what real git finds."""

import base64
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from github import GithubException, InputGitTreeElement, UnknownObjectException
from github.GitCommit import GitCommit
from github.Repository import Repository

from tests.standins.github.hub import Hub

MISSING = "1" * 40


def git(hub: Hub, *arguments: str) -> str:
    run = ["git", "--git-dir", str(hub.git_directory), *arguments]
    return subprocess.run(run, check=True, capture_output=True, text=True).stdout.rstrip("\n")


def text(path: str, content: str | None = None, sha: str | None = None) -> InputGitTreeElement:
    if content is not None:
        return InputGitTreeElement(path, "100644", "blob", content=content)
    return InputGitTreeElement(path, "100644", "blob", sha=sha)


def commit_on(repository: Repository, parent: str, message: str, *elements: InputGitTreeElement) -> GitCommit:
    parents = [repository.get_git_commit(parent)]
    tree = repository.create_git_tree(list(elements), parents[0].tree)
    return repository.create_git_commit(message, tree, parents)


def test_a_commit_made_through_the_api_is_one_for_git(hub: Hub, bot: Repository) -> None:
    blob = bot.create_git_blob(base64.b64encode(b"\x00weights").decode(), "base64")
    made = commit_on(
        bot,
        hub.tip(),
        "Results\n\nRunner-Run: 1\n",
        text("results/a/b.json", "{}\n"),
        text("results.txt", "beside the folder\n"),
        text("weights.bin", sha=blob.sha),
    )
    bot.create_git_ref("refs/heads/runner/skirmish", made.sha)

    assert git(hub, "fsck", "--strict") == ""
    names = git(hub, "ls-tree", "-r", "--name-only", "runner/skirmish").splitlines()
    assert names == ["README.md", "results.txt", "results/a/b.json", "weights.bin"]
    assert hub.read("weights.bin", "runner/skirmish") == b"\x00weights"
    assert git(hub, "log", "-1", "--format=%B", "runner/skirmish") == "Results\n\nRunner-Run: 1"


def test_a_tree_without_a_file_and_an_emptied_folder(hub: Hub, bot: Repository) -> None:
    tip = hub.push("main", {"old/a": "1", "keep": "2"})
    made = commit_on(bot, tip, "Delete", text("old/a"))
    assert [each.path for each in bot.get_git_tree(made.tree.sha, recursive=True).tree] == [
        "README.md",
        "keep",
    ]
    with pytest.raises(GithubException) as refused:
        commit_on(bot, tip, "Delete", text("not/there"))
    assert (refused.value.status, refused.value.data["message"]) == (422, "GitRPC::BadObjectState")


@pytest.mark.parametrize("path", ["/etc/passwd", "a/../b", "a//b", ".git/config", "a/.GIT/x", ""])
def test_a_malformed_path_is_refused(hub: Hub, bot: Repository, path: str) -> None:
    with pytest.raises(GithubException) as refused:
        commit_on(bot, hub.tip(), "Bad", text(path, "x"))
    assert refused.value.data["message"] == "tree.path contains a malformed path component"


def test_a_bots_commit_without_author_is_verified(hub: Hub, bot: Repository) -> None:
    made = commit_on(bot, hub.tip(), "Results", text("a", "1"))
    assert made.verification.verified
    assert (made.author.name, made.committer.name) == ("runner[bot]", "GitHub")


def test_a_persons_commit_is_not_verified(hub: Hub, connect: Callable[..., Repository]) -> None:
    made = commit_on(connect(hub.token("eve")), hub.tip(), "By hand", text("a", "1"))
    assert not made.verification.verified
    assert made.committer.name == "eve"


def test_a_reference_moves_forward_only_unless_forced(hub: Hub, bot: Repository) -> None:
    first = commit_on(bot, hub.tip(), "One", text("a", "1"))
    other = commit_on(bot, hub.tip(), "Other", text("a", "2"))
    reference = bot.create_git_ref("refs/heads/bot", first.sha)
    with pytest.raises(GithubException) as refused:
        reference.edit(other.sha, force=False)
    assert (refused.value.status, refused.value.data["message"]) == (422, "Update is not a fast forward")
    reference.edit(other.sha, force=True)
    assert bot.get_git_ref("heads/bot").object.sha == other.sha == hub.tip("bot")


def test_references_are_refused_as_github_does(hub: Hub, bot: Repository) -> None:
    told = []
    for name, sha in (
        ("refs/heads/main", hub.tip()),
        ("refs/heads/new", MISSING),
        ("refs/heads/a b", hub.tip()),
        ("refs/heads/main/below", hub.tip()),
    ):
        with pytest.raises(GithubException) as refused:
            bot.create_git_ref(name, sha)
        told.append((refused.value.status, refused.value.data["message"]))
    assert told == [
        (422, "Reference already exists"),
        (422, "Object does not exist"),
        (422, "refs/heads/a b is not a valid ref name."),
        (422, "Reference update failed"),
    ]


def test_a_deleted_reference_is_gone(hub: Hub, bot: Repository) -> None:
    bot.create_git_ref("refs/heads/bot", hub.tip()).delete()
    with pytest.raises(UnknownObjectException):
        bot.get_git_ref("heads/bot")


def test_of_racing_bots_one_wins_and_no_commit_is_lost(hub: Hub, connect: Callable[..., Repository]) -> None:
    commits = {}
    outcomes: list[tuple[int, str]] = []

    def race(number: int) -> None:
        mine = connect(hub.token(f"bot{number}[bot]", "app"))
        commits[number] = commit_on(mine, hub.tip(), f"Bot {number}", text(f"{number}.json", "{}")).sha
        start.wait()
        try:
            mine.create_git_ref("refs/heads/runner/skirmish", commits[number])
        except GithubException as refused:
            outcomes.append((number, refused.data["message"]))
        else:
            outcomes.append((number, "won"))

    start = threading.Barrier(4)
    racers = [threading.Thread(target=race, args=(number,)) for number in range(4)]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join()
    told = dict(outcomes)
    (winner,) = (number for number, outcome in told.items() if outcome == "won")
    assert sorted(told.values()) == ["Reference already exists"] * 3 + ["won"]
    assert hub.tip("runner/skirmish") == commits[winner]


def test_a_commit_outside_is_known_at_once(hub: Hub, bot: Repository, tmp_path: Path) -> None:
    git(hub, "update-ref", "refs/heads/packed", hub.tip())
    git(hub, "pack-refs", "--all")
    assert bot.get_branch("packed").commit.sha == hub.tip()
    assert [each.ref for each in bot.get_git_matching_refs("heads/pack")] == ["refs/heads/packed"]


def test_comparisons_and_files(hub: Hub, bot: Repository) -> None:
    old = hub.tip()
    hub.push("work", {"a/b.txt": "1\n2\n", "README.md": None})
    hub.push("main", {"c": "3"})
    compared = bot.compare("main", "work")
    assert (compared.status, compared.ahead_by, compared.behind_by) == ("diverged", 1, 1)
    assert compared.merge_base_commit.sha == old
    files = [(each.filename, each.status, each.additions) for each in compared.files]
    assert files == [("README.md", "removed", 0), ("a/b.txt", "added", 2)]
    content = bot.get_contents("a/b.txt", ref="work")
    assert not isinstance(content, list)
    assert content.decoded_content == b"1\n2\n"
    listed = bot.get_contents("a", ref="work")
    assert isinstance(listed, list)
    assert [each.path for each in listed] == ["a/b.txt"]


def test_a_file_is_written_in_one_call(hub: Hub, bot: Repository) -> None:
    made = bot.create_file("notes/a.md", "Note", "hello\n", branch="main")
    bot.update_file("notes/a.md", "Note again", "hello again\n", made["content"].sha, branch="main")
    assert hub.read("notes/a.md") == b"hello again\n"
    assert [each.name for each in hub.events] == ["push", "push"]
    with pytest.raises(GithubException) as refused:
        bot.update_file("notes/a.md", "Late", "late\n", made["content"].sha, branch="main")
    assert refused.value.status == 409
