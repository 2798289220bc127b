"""Tokens of a hub, and what a process needs to act with one."""

from __future__ import annotations

import secrets
from collections.abc import Mapping

from tests.standins.github.identity import ACTIONS_BOT, PREFIXES, ROLES, Identity, Kind, make_identity, normal
from tests.standins.github.people import People


class Tokens(People):
    """Who may do what."""

    def token(
        self,
        login: str,
        kind: Kind = "user",
        permissions: Mapping[str, str] | None = None,
        write: bool = True,
    ) -> str:
        """A new token.

        `user`: a person, who becomes a writer of the repository (a reader without `write`) unless they have
        a role already; with permissions a fine-grained token. `app`: an installed GitHub App, whose login
        ends with `[bot]`. `job`: a job's own GITHUB_TOKEN, whose events start no workflows except the two
        dispatches. Permissions are `{"contents": "write", …}`; apps and jobs have all of them by default
        except `workflows`. Without `write`, the write permissions of apps and jobs count as read: so it is
        in workflow runs for forks.
        """
        if kind == "user":
            self.repository.roles.setdefault(login, "write" if write else "read")
        elif not login.endswith("[bot]"):
            raise ValueError(f"{login}: the login of an {kind} token ends with [bot].")
        token = f"{PREFIXES[kind]}_{secrets.token_hex(18)}"
        self.world.identities[token] = make_identity(login, kind, permissions, self.name, write)
        return token

    def job_token(self, permissions: Mapping[str, str] | None = None, write: bool = True) -> str:
        """A job's own GITHUB_TOKEN."""
        return self.token(ACTIONS_BOT, "job", permissions, write)

    def restrict(self, token: str, permissions: Mapping[str, str]) -> None:
        """Let a token have just these permissions from now on."""
        self.identity(token).permissions = normal(permissions)

    def revoke(self, token: str) -> None:
        """Let a token be worth nothing."""
        del self.world.identities[token]

    def identity(self, token: str) -> Identity:
        """Who a token stands for."""
        return self.world.identities[token]

    def clone_url(self, token: str, repository: str = "") -> str:
        """What `git clone` takes, with the token in it; another repository is named `owner/name`."""
        host = self.world.base_url.removeprefix("http://")
        return f"http://x-access-token:{token}@{host}/{repository or self.name}.git"

    def environment(self, token: str) -> dict[str, str]:
        """What a process needs in its environment to act with a token; an app's is RUNNER_APP_TOKEN."""
        app = self.identity(token).kind == "app"
        return {
            "GITHUB_TOKEN": "" if app else token,
            "RUNNER_APP_TOKEN": token if app else "",
            "GITHUB_API_URL": self.world.base_url,
            "GITHUB_GRAPHQL_URL": f"{self.world.base_url}/graphql",
            "GITHUB_SERVER_URL": self.world.base_url,
            "GITHUB_REPOSITORY": self.name,
            "RUNNER_GITHUB_PACE": "0",
            "NO_PROXY": "127.0.0.1",
        }

    def collaborator(self, login: str, role: str = "write") -> None:
        """Give somebody a role: none, read, triage, write, maintain or admin."""
        if role not in ROLES:
            raise ValueError(f"{role} is no role; use one of {', '.join(ROLES)}.")
        self.repository.roles[login] = role

    def team(self, slug: str) -> None:
        """Make a team that may be asked for reviews."""
        self.repository.teams.add(slug)

    def require_reviewers(self, environment: str, *logins: str) -> None:
        """Let a job of an environment wait until one of these people agrees; without any, for nobody."""
        self.repository.environments[environment] = list(logins)

    def protect(self, branch: str) -> None:
        """Let only admins push to a branch; all others go through pull requests."""
        self.repository.protected.add(branch)
