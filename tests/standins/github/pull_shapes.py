"""How the API shows pull requests and their comments."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.standins.github.commit_shapes import CommitShapes
from tests.standins.github.merging import Mergeability
from tests.standins.github.repository import Repository
from tests.standins.github.shapes import Shape, account, page, repository_shape, url
from tests.standins.github.state import Comment, Pull

SIMPLE = ("id", "node_id", "number", "state", "title", "body", "draft", "merge_commit_sha")
TIMES = ("created_at", "updated_at", "closed_at", "merged_at")


@dataclass(frozen=True)
class PullShapes:
    """Pull requests of one repository."""

    base: str
    repository: Repository
    heads: dict[str, Repository]
    """All repositories, by name."""

    def simple(self, pull: Pull) -> Shape:
        """A pull request in a list."""
        api = url(self.base, self.repository, f"/pulls/{pull.number}")
        issue = url(self.base, self.repository, f"/issues/{pull.number}")
        web = page(self.base, self.repository, f"/pull/{pull.number}")
        return {
            **{key: getattr(pull, key) for key in (*SIMPLE, *TIMES)},
            "url": api,
            "html_url": web,
            "diff_url": web + ".diff",
            "patch_url": web + ".patch",
            "issue_url": issue,
            "comments_url": issue + "/comments",
            "commits_url": api + "/commits",
            "statuses_url": url(self.base, self.repository, f"/statuses/{pull.head_sha}"),
            "user": account(self.base, pull.login),
            "author_association": self.association(pull.login),
            "labels": self.labels(pull),
            **self._people(pull),
            "requested_reviewers": [account(self.base, login) for login in pull.reviewers],
            "requested_teams": [{"slug": slug, "name": slug} for slug in pull.team_reviewers],
            "head": self._side(self.heads[pull.head_repository], pull.head, pull.head_sha),
            "base": self._side(self.repository, pull.base, pull.base_sha),
        }

    def full(self, pull: Pull, merge: Mergeability, comments: int) -> Shape:
        """A pull request by itself."""
        files = self.repository.history.changes(
            self.repository.history.merge_base(pull.base_sha, pull.head_sha) or pull.base_sha, pull.head_sha
        )
        return {
            **self.simple(pull),
            "merged": pull.merged,
            "mergeable": merge.mergeable,
            "rebaseable": merge.mergeable,
            "mergeable_state": merge.state,
            "merged_by": account(self.base, pull.merged_by) if pull.merged_by else None,
            "comments": comments,
            "commits": len(self.repository.history.between(pull.base_sha, pull.head_sha)),
            "changed_files": len(files),
            "additions": sum(each.additions for each in files),
            "deletions": sum(each.deletions for each in files),
        }

    def issue(self, pull: Pull, comments: int) -> Shape:
        """A pull request as the issue that it is too."""
        api = url(self.base, self.repository, f"/issues/{pull.number}")
        web = page(self.base, self.repository, f"/pull/{pull.number}")
        link = {
            "url": url(self.base, self.repository, f"/pulls/{pull.number}"),
            "html_url": web,
            "diff_url": web + ".diff",
            "patch_url": web + ".patch",
            "merged_at": pull.merged_at,
        }
        return {
            **{
                key: getattr(pull, key)
                for key in ("id", "node_id", "number", "state", "title", "body", "draft")
            },
            **{key: getattr(pull, key) for key in ("created_at", "updated_at", "closed_at")},
            "url": api,
            "html_url": web,
            "comments_url": api + "/comments",
            "repository_url": url(self.base, self.repository),
            "user": account(self.base, pull.login),
            "author_association": self.association(pull.login),
            "labels": self.labels(pull),
            **self._people(pull),
            "comments": comments,
            "pull_request": link,
        }

    def comment(self, comment: Comment) -> Shape:
        """A comment on a pull request."""
        web = page(self.base, self.repository, f"/pull/{comment.number}#issuecomment-{comment.id}")
        return {
            "id": comment.id,
            "node_id": f"IC_{comment.id}",
            "url": url(self.base, self.repository, f"/issues/comments/{comment.id}"),
            "html_url": web,
            "issue_url": url(self.base, self.repository, f"/issues/{comment.number}"),
            "body": comment.body,
            "user": account(self.base, comment.login),
            "author_association": self.association(comment.login),
            "created_at": comment.created_at,
            "updated_at": comment.updated_at,
        }

    def labels(self, pull: Pull) -> list[Shape]:
        """Its labels. Where one has no description, GitHub answers null, which its description denies."""
        shapes = CommitShapes(self.base, self.repository)
        labels = [self.repository.labels[name.lower()] for name in pull.labels]
        return [{**shapes.label(label), "description": label.description or ""} for label in labels]

    def association(self, login: str) -> str:
        """What an author is to the repository; GitHub calls everybody else's bots and people NONE."""
        if login == self.repository.owner:
            return "OWNER"
        return "COLLABORATOR" if self.repository.roles.get(login, "none") != "none" else "NONE"

    def _people(self, pull: Pull) -> dict[str, Any]:
        people = [account(self.base, login) for login in pull.assignees]
        return {"assignees": people, "assignee": people[0] if people else None}

    def _side(self, repository: Repository, branch: str, sha: str) -> Shape:
        return {
            "label": f"{repository.owner}:{branch}",
            "ref": branch,
            "sha": sha,
            "user": account(self.base, repository.owner),
            "repo": repository_shape(self.base, repository),
        }
