"""How the API shows commits, and what hangs on them."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from tests.standins.github.commits import Commit, read_commit
from tests.standins.github.history import ChangedFile
from tests.standins.github.repository import Repository
from tests.standins.github.shapes import Shape, account, page, url
from tests.standins.github.state import CheckRun, CommitComment, Label, Status


@dataclass(frozen=True)
class CommitShapes:
    """Commits of one repository, and what hangs on them."""

    base: str
    repository: Repository

    def url(self, tail: str) -> str:
        """An address in the API."""
        return url(self.base, self.repository, tail)

    def reference(self, name: str, sha: str) -> Shape:
        """A reference."""
        kind = self.repository.git.kind(sha) or "commit"
        target = {"type": kind, "sha": sha, "url": self.url(f"/git/{kind}s/{sha}")}
        return {
            "ref": name,
            "node_id": f"REF_{sha}",
            "url": self.url(f"/git/{quote(name)}"),
            "object": target,
        }

    def git_commit(self, commit: Commit) -> Shape:
        """A commit as the Git Data API shows it."""
        return {
            "sha": commit.name,
            "node_id": f"C_{commit.name}",
            "url": self.url(f"/git/commits/{commit.name}"),
            "html_url": page(self.base, self.repository, f"/commit/{commit.name}"),
            "message": commit.message,
            "tree": {"sha": commit.tree, "url": self.url(f"/git/trees/{commit.tree}")},
            "parents": self._parents(commit, "/git/commits/"),
            "author": commit.author.shape(),
            "committer": commit.committer.shape(),
            "verification": self._verification(commit),
        }

    def _parents(self, commit: Commit, folder: str) -> list[Shape]:
        return [
            {
                "sha": parent,
                "url": self.url(folder + parent),
                "html_url": page(self.base, self.repository, f"/commit/{parent}"),
            }
            for parent in commit.parents
        ]

    def _verification(self, commit: Commit) -> Shape:
        reason = "valid" if commit.verified else "unsigned"
        signed = "-----BEGIN PGP SIGNATURE-----" if commit.verified else None
        return {
            "verified": commit.verified,
            "reason": reason,
            "signature": signed,
            "payload": f"tree {commit.tree}" if signed else None,
            "verified_at": commit.committer.date if signed else None,
        }

    def commit(self, sha: str, files: tuple[ChangedFile, ...] | None = None) -> Shape:
        """A commit as the rest of the API shows it."""
        commit = read_commit(self.repository.git, sha)
        assert commit is not None, sha
        inner = self.git_commit(commit)
        shape: Shape = {
            "sha": sha,
            "node_id": inner["node_id"],
            "url": self.url(f"/commits/{sha}"),
            "html_url": inner["html_url"],
            "comments_url": self.url(f"/commits/{sha}/comments"),
            "commit": {
                key: inner[key] for key in ("author", "committer", "message", "tree", "url", "verification")
            },
            "author": self._account(commit.author.email),
            "committer": self._account(commit.committer.email),
            "parents": self._parents(commit, "/commits/"),
        }
        if files is not None:
            shape["files"] = [self.file(each, sha) for each in files]
        return shape

    def _account(self, address: str) -> Shape | None:
        local, _, domain = address.partition("@")
        login = local.partition("+")[2]
        return account(self.base, login) if domain == "users.noreply.github.com" and login else None

    def file(self, changed: ChangedFile, sha: str) -> Shape:
        """A file that changed."""
        path = quote(changed.path)
        return {
            "filename": changed.path,
            "status": changed.status,
            "sha": changed.blob,
            "additions": changed.additions,
            "deletions": changed.deletions,
            "changes": changed.additions + changed.deletions,
            "blob_url": page(self.base, self.repository, f"/blob/{sha}/{path}"),
            "raw_url": page(self.base, self.repository, f"/raw/{sha}/{path}"),
            "contents_url": self.url(f"/contents/{path}?ref={sha}"),
        }

    def label(self, label: Label) -> Shape:
        """A label."""
        return {
            "id": label.id,
            "node_id": f"LA_{label.id}",
            "url": self.url(f"/labels/{quote(label.name, safe='')}"),
            "name": label.name,
            "color": label.color,
            "description": label.description,
            "default": False,
        }

    def status(self, status: Status, simple: bool = False) -> Shape:
        """A status of a commit."""
        shape: Shape = {
            "id": status.id,
            "node_id": f"SC_{status.id}",
            "url": self.url(f"/statuses/{status.sha}"),
            "state": status.state,
            "context": status.context,
            "description": status.description,
            "target_url": status.target_url,
            "created_at": status.created_at,
            "updated_at": status.created_at,
        }
        return shape if simple else {**shape, "creator": account(self.base, status.login)}

    def comment(self, comment: CommitComment) -> Shape:
        """A comment on a commit."""
        place = page(self.base, self.repository, f"/commit/{comment.sha}#commitcomment-{comment.id}")
        return {
            **{key: getattr(comment, key) for key in ("id", "body", "path", "position", "line")},
            "commit_id": comment.sha,
            "node_id": f"CC_{comment.id}",
            "url": self.url(f"/comments/{comment.id}"),
            "html_url": place,
            "user": account(self.base, comment.login),
            "created_at": comment.created_at,
            "updated_at": comment.updated_at,
        }

    def check(self, check: CheckRun) -> Shape:
        """A check run."""
        output = {
            **{key: getattr(check, key) for key in ("title", "summary", "text")},
            "annotations_count": check.annotations,
            "annotations_url": self.url(f"/check-runs/{check.id}/annotations"),
        }
        kept = ("id", "name", "status", "conclusion", "external_id", "started_at", "completed_at")
        return {
            **{key: getattr(check, key) for key in kept},
            "head_sha": check.sha,
            "node_id": f"CR_{check.id}",
            "url": self.url(f"/check-runs/{check.id}"),
            "html_url": page(self.base, self.repository, f"/runs/{check.id}"),
            "details_url": check.details_url or page(self.base, self.repository, f"/runs/{check.id}"),
            "check_suite": {"id": check.id},
            "app": None,
            "pull_requests": [],
            "output": output,
        }
