"""Environments, and whom they ask before a job may use them."""

from __future__ import annotations

from urllib.parse import quote

from tests.standins.github.operations import Answer, Call, operation
from tests.standins.github.refusals import not_found
from tests.standins.github.shapes import account, url


@operation("repos/get-environment", "actions:read")
def get_environment(call: Call) -> Answer:
    name = call.parameters["environment_name"]
    reviewers = call.repository.environments.get(name)
    if reviewers is None:
        raise not_found()
    base = call.world.base_url
    people = [{"type": "User", "reviewer": account(base, login)} for login in reviewers]
    rules = [{"type": "required_reviewers", "prevent_self_review": False, "reviewers": people}]
    shape = {
        "name": name,
        "url": url(base, call.repository, f"/environments/{quote(name, safe='')}"),
        "protection_rules": rules if people else [],
    }
    return Answer(200, shape)
