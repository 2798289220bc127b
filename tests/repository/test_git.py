from __future__ import annotations

import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from runner.errors import InputError, ProviderError
from runner.repository.git import Repository

Make = Callable[..., Any]


def refusal(start: Path) -> InputError:
    with pytest.raises(InputError) as caught:
        Repository.find(start)
    assert caught.value.fix or caught.value.code == "path-missing"
    return caught.value


def test_the_root_is_found_from_a_file_deep_inside(checkout: Make) -> None:
    made = checkout(files={"a/b/c.txt": "c"})
    assert Repository.find(made.root / "a" / "b" / "c.txt").root == made.root.resolve()


def test_a_folder_outside_any_repository_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path).code == "not-a-repository"


def test_a_missing_folder_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path / "no" / "where").code == "path-missing"


def test_a_repository_without_commits_is_refused(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True)
    assert refusal(tmp_path).code == "no-commits"


def test_a_bare_repository_is_refused(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "--quiet", "--bare", str(tmp_path)], check=True)
    assert refusal(tmp_path).code == "no-working-tree"


def test_the_git_folder_itself_is_refused(checkout: Make) -> None:
    assert refusal(checkout().root / ".git").code == "no-working-tree"


def test_a_missing_git_is_named(checkout: Make, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    made = checkout()
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))
    assert refusal(made.root).code == "git-missing"


def test_variables_that_a_hook_sets_do_not_lead_elsewhere(
    checkout: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, other = checkout("one"), checkout("two", files={"x": "x"})
    for name, value in {
        "GIT_DIR": other.root / ".git",
        "GIT_WORK_TREE": other.root,
        "GIT_INDEX_FILE": other.root / ".git" / "index",
        "GIT_OBJECT_DIRECTORY": other.root / ".git" / "objects",
        "GIT_COMMON_DIR": other.root / ".git",
        "GIT_NAMESPACE": "elsewhere",
        "GIT_PREFIX": "a/",
    }.items():
        monkeypatch.setenv(name, str(value))
    repository = Repository.find(made.root)
    assert repository.root == made.root.resolve()
    assert repository.show("HEAD", "README.md") == b"A repository.\n"


def test_a_linked_working_tree_is_its_own_root(checkout: Make, tmp_path: Path) -> None:
    made = checkout()
    made.git("worktree", "add", "--quiet", "-b", "side", str(tmp_path / "linked"))
    repository = Repository.find(tmp_path / "linked")
    assert repository.root == (tmp_path / "linked").resolve()
    assert repository.branch() == "side"
    assert repository.common_directory == (made.root / ".git").resolve()
    assert repository.git_directory != repository.common_directory


def test_head_and_branch_are_those_checked_out(checkout: Make) -> None:
    made = checkout()
    assert made.repository().branch() == "main"
    assert made.repository().head() == made.git("rev-parse", "HEAD")


def test_a_detached_head_has_no_branch(checkout: Make) -> None:
    made = checkout()
    made.git("checkout", "--quiet", "--detach")
    assert made.repository().branch() is None


def test_a_file_is_shown_as_it_was_committed(checkout: Make) -> None:
    made = checkout(files={"data/w.toml": b"\x00a\r\n"})
    made.write({"data/w.toml": "later"})
    assert made.repository().show("HEAD", "data/w.toml") == b"\x00a\r\n"


@pytest.mark.parametrize(
    "path", ["missing", "data", "data/", "", "link", "../README.md", "/etc/passwd", "--help", ":(top)*", "*"]
)
def test_what_is_no_regular_file_shows_nothing(checkout: Make, path: str) -> None:
    made = checkout(files={"data/w.toml": "w"})
    (made.root / "link").symlink_to("data/w.toml")
    made.commit({})
    assert made.repository().show("HEAD", path) is None


@pytest.mark.parametrize("name", ["-rf", "--", "a\nb", "é ü", "*", ":(glob)x", '"quoted"', "a\tb"])
def test_hostile_names_are_only_names(checkout: Make, name: str) -> None:
    repository = checkout(files={name: name, "other": "o"}).repository()
    assert repository.show("HEAD", name) == name.encode()
    assert repository.tracks(name)
    assert repository.mode("HEAD", name) == "100644"


@pytest.mark.parametrize("revision", ["--help", "-x", "--output=pwned", "nonsense", ""])
def test_hostile_revisions_are_no_commits(checkout: Make, revision: str) -> None:
    made = checkout()
    assert made.repository().commit(revision) is None
    assert made.repository().show(revision, "README.md") is None
    assert not (made.root / "pwned").exists()


def test_a_failure_carries_the_last_line_of_git(checkout: Make) -> None:
    with pytest.raises(ProviderError, match="git cat-file: Not a valid object name nonsense"):
        checkout().repository().git("cat-file", "blob", "nonsense")


def test_a_failure_does_not_show_credentials(checkout: Make) -> None:
    with pytest.raises(ProviderError) as caught:
        checkout().repository().git("ls-remote", "https://ada:hunter2@localhost:1/x")
    assert "hunter2" not in caught.value.message


def test_the_state_directory_is_invisible_to_git(checkout: Make) -> None:
    made = checkout()
    state = made.repository().state_directory()
    (state / "anything").write_text("x")
    assert state == made.root.resolve() / ".runner"
    assert made.git("status", "--porcelain") == ""


def test_a_state_directory_that_is_a_link_is_refused(checkout: Make, tmp_path: Path) -> None:
    made = checkout()
    (made.root / ".runner").symlink_to(tmp_path)
    with pytest.raises(InputError, match="symbolic link"):
        made.repository().state_directory()
    assert not (tmp_path / ".gitignore").exists()


def test_an_index_that_a_killed_process_left_is_removed_after_a_day(
    checkout: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository = checkout().repository()
    left = repository.state_directory() / "index-left"
    left.touch()
    with repository.temporary_index():
        assert left.exists()
    tomorrow = time.time() + 25 * 60 * 60
    monkeypatch.setattr("time.time", lambda: tomorrow)
    with repository.temporary_index():
        assert not left.exists()


def test_a_file_in_the_place_of_the_state_folder_is_refused(checkout: Make) -> None:
    made = checkout()
    made.write({".runner": "x"})
    with pytest.raises(InputError, match="stands where the runner keeps its own files"):
        made.repository().state_directory()


def test_the_cause_that_git_names_is_told_with_what_came_of_it(checkout: Make, tmp_path: Path) -> None:
    shim = "#!/bin/sh\necho 'error: the cause' >&2; echo 'fatal: what came of it' >&2; exit 128\n"
    made = checkout()
    repository = made.repository()
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/git").write_text(shim)
    (tmp_path / "bin/git").chmod(0o755)
    with pytest.MonkeyPatch.context() as patched, pytest.raises(ProviderError) as caught:
        patched.setenv("PATH", str(tmp_path / "bin"))
        repository.git("status")
    assert caught.value.message == "git status: the cause; what came of it"
