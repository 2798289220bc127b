"""GraphQL: the two mutations for drafts, as PyGithub sends them. All else is a violation."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from tests.standins.github.answers import HttpAnswer, HttpRequest, Violation, json_answer
from tests.standins.github.identity import Identity
from tests.standins.github.limits import count
from tests.standins.github.payloads import tell_pull
from tests.standins.github.refusals import Refusal
from tests.standins.github.repository import Repository
from tests.standins.github.state import Pull, moment
from tests.standins.github.world import World

DRAFTS = {
    "convertPullRequestToDraft": (True, "converted_to_draft"),
    "markPullRequestReadyForReview": (False, "ready_for_review"),
}
NEEDS = ("pull-requests:write", "contents:write")
"""Both: the mutations answer FORBIDDEN to tokens that lack `contents: write`, though no page says so."""
MUTATION = re.compile(
    r"mutation \w+\(\$input: (?P<type>\w+)Input!\) \{ (?P<name>\w+)\(input: \$input\) "
    r"\{ clientMutationId pullRequest \{ isDraft \} \} \}"
)


class GraphQLError(Exception):
    """An answer with errors; its status is 200 all the same."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


@dataclass
class GraphQL:
    """Answers POST /graphql."""

    world: World
    violations: list[Violation]

    def answer(self, request: HttpRequest, who: Identity | None) -> HttpAnswer:
        """What GitHub would answer."""
        if who is None:
            refusal = Refusal(401, "Bad credentials")
            return json_answer(401, refusal.body("https://docs.github.com/graphql"))
        try:
            headers = count(who)
        except Refusal as refusal:
            return json_answer(refusal.status, refusal.body(""), refusal.headers)
        asked = json.loads(request.body)
        match = MUTATION.fullmatch(asked.get("query", "").strip())
        name = match["name"] if match else ""
        if match is None or name not in DRAFTS or match["type"] != name[0].upper() + name[1:]:
            self.violations.append(Violation("request", "graphql", (f"not known: {asked.get('query')}",)))
            told: dict[str, Any] = {"errors": [{"message": "A query that the stand-in does not know."}]}
            return json_answer(200, told, headers)
        answer = json_answer(200, self._mutate(name, asked["variables"]["input"], who), headers)
        answer.operation = f"graphql/{name}"
        return answer

    def _mutate(self, name: str, given: dict[str, Any], who: Identity) -> dict[str, Any]:
        draft, action = DRAFTS[name]
        try:
            with self.world.lock:
                repository, pull = self._find(given["pullRequestId"], who)
                self._check(repository, pull, who)
                if pull.draft != draft:
                    pull.draft, pull.updated_at = draft, moment()
                    tell_pull(self.world, repository, who, action, pull)
        except GraphQLError as error:
            problem = {"type": error.kind, "path": [name], "message": str(error)}
            return {"data": {name: None}, "errors": [problem]}
        shape = {"clientMutationId": given.get("clientMutationId"), "pullRequest": {"isDraft": draft}}
        return {"data": {name: shape}}

    def _find(self, node: str, who: Identity) -> tuple[Repository, Pull]:
        for repository in self.world.repositories.values():
            for pull in repository.pulls.values():
                if pull.node_id == node and repository.visible_to(who):
                    return repository, pull
        raise GraphQLError("NOT_FOUND", f"Could not resolve to a node with the global id of '{node}'.")

    def _check(self, repository: Repository, pull: Pull, who: Identity) -> None:
        if not all(who.grants(need) for need in NEEDS):
            whom = "personal access token" if who.kind == "user" else "integration"
            raise GraphQLError("FORBIDDEN", f"Resource not accessible by {whom}")
        if who.login != pull.login and not repository.has_role(who, "write"):
            raise GraphQLError("FORBIDDEN", f"{who.login} does not have the correct permissions")
        if pull.state != "open":
            raise GraphQLError("UNPROCESSABLE", "Pull request is closed")
