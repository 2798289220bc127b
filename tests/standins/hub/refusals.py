"""What the hub says instead of doing it. Clients tell refusals apart by the headers."""

from __future__ import annotations

from tests.standins.github.answers import HttpAnswer, json_answer


class Refusal(Exception):
    """An answer that is no success."""

    def __init__(self, status: int, message: str, code: str = "", commit: str = "", **more: str) -> None:
        super().__init__(message)
        self.status, self.message, self.code, self.commit = status, message, code, commit
        self.more = more

    def answer(self) -> HttpAnswer:
        """As clients get it."""
        headers = {"X-Error-Message": self.message}
        if self.code:
            headers["X-Error-Code"] = self.code
        if self.commit:
            headers["X-Repo-Commit"] = self.commit
        return json_answer(self.status, {"error": self.message, **self.more}, headers)


def no_repository(known: bool) -> Refusal:
    """There is none, or it is private: who did not say who they are is told to do so."""
    if known:
        return Refusal(404, "Repository not found", "RepoNotFound")
    return Refusal(401, "Invalid username or password.", "RepoNotFound")


def no_revision(revision: str) -> Refusal:
    """There is no such branch, tag or commit."""
    return Refusal(404, f"Invalid rev id: {revision}", "RevisionNotFound")


def no_entry(commit: str) -> Refusal:
    """There is no such file at that commit."""
    return Refusal(404, "Entry not found", "EntryNotFound", commit)


def gated(name: str, known: bool) -> Refusal:
    """Files are for those who agreed to terms."""
    if known:
        return Refusal(
            403, f"Access to model {name} is restricted and you are not in the authorized list.", "GatedRepo"
        )
    return Refusal(401, f"Access to model {name} is restricted. You must have access to it.", "GatedRepo")
