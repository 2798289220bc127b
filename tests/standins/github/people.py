"""What people do on GitHub: through the same code as the API, as whoever the test says."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from tests.standins.github.commits import read_commit, signature, write_commit
from tests.standins.github.git import ABSENT, environment
from tests.standins.github.identity import Identity
from tests.standins.github.moving import BRANCHES, move
from tests.standins.github.operations import Call
from tests.standins.github.references import move_references, point, read_references
from tests.standins.github.repository import Repository
from tests.standins.github.rest.everything import known
from tests.standins.github.state import Comment, Pull
from tests.standins.github.trees import FILE, Entry, edit_tree, look_up
from tests.standins.github.world import World

Files = Mapping[str, str | bytes | None]
"""Paths and contents; None deletes."""
PERSON = "ada"


class People:
    """The repository, and people who act on it. Whoever acts first becomes a writer; `ada` is its admin."""

    def __init__(self, world: World, name: str, private: bool) -> None:
        self.world = world
        self.name = name
        self.repository = world.add_repository(name, private=private)
        self.repository.roles[PERSON] = "admin"

    def begin(self, files: Mapping[str, str | bytes]) -> None:
        """Make the first commit; nobody is told."""
        if files:
            self._commit(self.repository, "main", files, "Begin", Identity(PERSON), quiet=True)

    def fork(self, owner: str, files: Files | None = None, branch: str = "main") -> Repository:
        """Fork the repository, and commit files to a branch of the fork."""
        name = f"{owner}/{self.repository.short_name}"
        with self.world.lock:
            made = self.world.add_repository(name, private=self.repository.private, parent=self.name)
            self.repository.roles.setdefault(owner, "read")
            source = str(self.repository.git.folder)
            made.git.run("fetch", "--quiet", source, "+refs/heads/*:refs/heads/*")
        if files:
            self.push(branch, files, login=owner, repository=made)
        return made

    # Commits -----------------------------------------------------------------------------------------------

    def push(
        self,
        branch: str,
        files: Files,
        message: str = "Change",
        login: str = PERSON,
        repository: Repository | None = None,
    ) -> str:
        """Commit files to a branch and push it, as a person; a new branch begins at `main`. The commit."""
        where = repository or self.repository
        where.roles.setdefault(login, "write")
        return self._commit(where, branch, files, message, Identity(login))

    def _commit(
        self, where: Repository, branch: str, files: Files, message: str, who: Identity, quiet: bool = False
    ) -> str:
        changes: dict[str, Entry | None] = {}
        for path, content in files.items():
            data = content.encode() if isinstance(content, str) else content
            changes[path] = None if data is None else Entry(FILE, where.git.write("blob", data))
        with self.world.lock:
            old = where.branch(branch) or ABSENT
            parent = read_commit(where.git, old) or read_commit(where.git, where.branch("main") or ABSENT)
            tree = edit_tree(where.git, parent.tree if parent else "", changes)
            author = signature(who.login.capitalize(), f"{who.login}@example.org")
            made = write_commit(
                where.git, tree, [parent.name] if parent else [], message + "\n", author, author
            )
            if quiet:
                move_references(where.git, {BRANCHES + branch: (old, made)})
            else:
                move(self.world, where, who, BRANCHES + branch, old, made)
        return made

    def delete_branch(self, branch: str, login: str = PERSON) -> None:
        """Delete a branch, as the button on a pull request's page does."""
        tip = self.tip(branch)
        with self.world.lock:
            move(self.world, self.repository, Identity(login), BRANCHES + branch, tip, ABSENT)

    def adopt(self, checkout: Path, token: str = "", repository: Repository | None = None) -> str:
        """Make a checkout's HEAD the tip of `main`; with a token, give the checkout a remote `origin`."""
        where = repository or self.repository
        where.git.run(
            "fetch", "--quiet", "--force", "--update-head-ok", "--update-shallow", str(checkout), "HEAD"
        )
        tip = (where.git.folder / "FETCH_HEAD").read_text().split()[0]
        point(where.git, BRANCHES + "main", tip)
        if token:
            place = f"{self.world.base_url.replace('://', f'://x-access-token:{token}@')}/{where.name}.git"
            run = ["git", "-C", str(checkout), "remote", "add", "origin", place]
            subprocess.run(run, check=True, env=environment())
        return tip

    # What is there -----------------------------------------------------------------------------------------

    def branches(self) -> dict[str, str]:
        """Branches and their tips."""
        found = read_references(self.repository.git)
        return {ref.removeprefix(BRANCHES): tip for ref, tip in found.items() if ref.startswith(BRANCHES)}

    def tip(self, branch: str = "main") -> str:
        """The commit that a branch stands at."""
        return self.branches()[branch]

    def read(self, path: str, branch: str = "main") -> bytes | None:
        """A file on a branch, or at a commit."""
        sha = self.repository.resolve(branch)
        commit = read_commit(self.repository.git, sha or ABSENT)
        entry = look_up(self.repository.git, commit.tree, path) if commit else None
        found = self.repository.git.read(entry.name) if entry else None
        return found[1] if found else None

    # Pull requests -----------------------------------------------------------------------------------------

    def open_pull(
        self,
        head: str,
        base: str = "main",
        title: str = "Change",
        body: str = "",
        login: str = PERSON,
        draft: bool = False,
    ) -> int:
        """Open a pull request from a branch, or from a fork's as `owner:branch`; its number."""
        told = {"head": head, "base": base, "title": title, "body": body, "draft": draft}
        number: int = self.act("pulls/create", login, told)["number"]
        return number

    def merge_pull(
        self, number: int, method: Literal["merge", "squash"] = "merge", login: str = PERSON
    ) -> str:
        """Merge a pull request; the commit on its base."""
        sha: str = self.act("pulls/merge", login, {"merge_method": method}, pull_number=str(number))["sha"]
        return sha

    def close_pull(self, number: int, login: str = PERSON) -> None:
        """Close a pull request without merging it."""
        self.act("pulls/update", login, {"state": "closed"}, pull_number=str(number))

    def reopen_pull(self, number: int, login: str = PERSON) -> None:
        """Open a closed pull request again."""
        self.act("pulls/update", login, {"state": "open"}, pull_number=str(number))

    def comment(self, number: int, body: str, login: str = PERSON) -> Comment:
        """Comment on a pull request."""
        made = self.act("issues/create-comment", login, {"body": body}, issue_number=str(number))
        return next(each for each in self.repository.comments if each.id == made["id"])

    def comments_on(self, number: int) -> list[Comment]:
        """A pull request's comments, oldest first."""
        return [each for each in self.repository.comments if each.number == number]

    def pull_from(self, branch: str) -> Pull | None:
        """The newest pull request from a branch of the repository."""
        every = reversed(self.repository.pulls.values())
        own = (each for each in every if each.head_repository == self.name)
        return next((each for each in own if each.head == branch), None)

    def dispatch(
        self, workflow: str, inputs: Mapping[str, Any] | None = None, ref: str = "main", login: str = PERSON
    ) -> None:
        """Start a workflow by hand."""
        told = {"ref": ref, "inputs": dict(inputs or {})}
        self.act("actions/create-workflow-dispatch", login, told, workflow_id=workflow)

    def act(self, operation: str, login: str, body: Any, **parameters: str) -> Any:
        """Do as a person what the API does. Raises Refusal."""
        self.repository.roles.setdefault(login, "write")
        call = Call(self.world, self.repository, Identity(login), parameters, {}, body)
        implementation = known()[operation]
        with self.world.lock:
            implementation.check(call)
            return implementation.run(call).value
