"""The tokens of a run: its GITHUB_TOKEN, which each job has with its own permissions, and those of an App."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.standins.actions.storing import Refused
from tests.standins.github.hub import Hub

BOT = "github-actions[bot]"


class HubTokens:
    """What of the hub makes tokens."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub

    def job(self, write: bool) -> str:
        """A GITHUB_TOKEN that may do nothing yet; without `write`, never more than read."""
        return self.hub.token(BOT, kind="job", permissions={}, write=write)

    def app(self, login: str, permissions: Mapping[str, str]) -> str:
        """A token of an App."""
        return self.hub.token(login, kind="app", permissions=permissions)

    def restrict(self, token: str, permissions: Mapping[str, str]) -> None:
        """Changes what a token may do."""
        self.hub.restrict(token, permissions)

    def grants(self, token: str, need: str) -> bool:
        """Whether a token has a permission, such as `actions:read`."""
        who = self.hub.world.identities.get(token)
        return who is not None and who.grants(need)


@dataclass(frozen=True)
class App:
    """A GitHub App that is installed in the repository."""

    identifier: str
    """Its client id."""
    key: str = field(repr=False)
    """Its private key; any text will do."""
    login: str = "runner-app[bot]"
    permissions: Mapping[str, str] = field(
        default_factory=lambda: {
            "contents": "write",
            "pull-requests": "write",
            "statuses": "write",
            "issues": "write",
            "checks": "write",
        }
    )


class Tokens:
    """The tokens of one attempt."""

    def __init__(self, office: HubTokens, app: App | None, fork: bool) -> None:
        self.office = office
        self.app = app
        self.own = office.job(write=not fork)
        self.of_app: dict[str, str] = {}
        """The App's tokens that still work, and the jobs that have them."""
        self.ever: list[str] = [self.own]

    def begin(self, permissions: Mapping[str, str]) -> None:
        """A job starts: GITHUB_TOKEN has its permissions."""
        self.office.restrict(self.own, dict(permissions))

    def end(self, job: str) -> None:
        """A job ends: what it had does nothing any more."""
        self.office.restrict(self.own, {})
        for token in [token for token, owner in self.of_app.items() if owner == job]:
            self.office.restrict(token, {})
            del self.of_app[token]

    def make(self, job: str, identifier: str, key: str, wanted: Mapping[str, str]) -> dict[str, str]:
        """A token of the App, for who has its key, with the permissions asked for or all that it has."""
        app = self.app
        if app is None or identifier != app.identifier:
            raise Refused("Integration not found: no App with this id is installed here")
        if key.strip() != app.key.strip():
            raise Refused("A JSON web token could not be decoded: the private key is not this App's")
        for scope, level in wanted.items():
            if scope != "metadata" and app.permissions.get(scope) not in ("write", level):
                raise Refused(
                    f"The permissions requested are not granted to this installation: {scope}: {level}"
                )
        token = self.office.app(app.login, dict(wanted or app.permissions))
        self.of_app[token] = job
        self.ever.append(token)
        return {"token": token, "installation": "1", "slug": app.login.removesuffix("[bot]")}
