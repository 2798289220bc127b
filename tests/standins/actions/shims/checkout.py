"""actions/checkout v7: which ref it takes, how it fetches it, and where it leaves the credentials.

The rules for refs are those of the action's source (ref-helper and git-source-provider). It stops at what it
does not do: submodules, LFS, sparse checkouts and SSH keys.
"""

from __future__ import annotations

import base64
import json
import os
import re
import shutil
import subprocess
import urllib.request
from pathlib import Path

from tests.standins.actions.shims.asking import begin, fail, output, workspace, yes

NOT_DONE = (
    "ssh-key",
    "sparse-checkout",
    "lfs",
    "submodules",
    "github-server-url",
    "allow-unsafe-pr-checkout",
)
FETCH = ("-c", "protocol.version=2", "fetch", "--prune", "--no-recurse-submodules")


class Checkout:
    """One checkout of one repository."""

    def __init__(self, given: dict[str, str]) -> None:
        for name in NOT_DONE:
            if given.get(name, "") not in ("", "false"):
                fail(f"The stand-in for actions/checkout does not do {name}.")
        if not given["token"]:
            fail("Input required and not supplied: token")
        self.given = given
        self.repository = given["repository"]
        self.server = os.environ["GITHUB_SERVER_URL"]
        self.folder = (workspace() / given.get("path", "")).resolve()
        if not self.folder.is_relative_to(workspace().resolve()):
            fail(f"Repository path '{self.folder}' is not under '{workspace()}'")
        self.ref, self.commit = self.wanted()
        self.credentials = Path(os.environ["RUNNER_TEMP"]) / f"git-credentials-{os.getpid()}.config"
        self.include = f"includeIf.gitdir:{self.folder}/.git.path"

    def wanted(self) -> tuple[str, str]:
        """The ref and the commit: the event's, for its own repository without a `ref`."""
        ref = self.given.get("ref", "")
        if not ref and self.repository.lower() == os.environ["GITHUB_REPOSITORY"].lower():
            ref, commit = os.environ["GITHUB_REF"], os.environ["GITHUB_SHA"]
            return (ref if ref.startswith("refs/") else f"refs/heads/{ref}"), commit
        if re.fullmatch(r"[0-9a-f]{40}|[0-9a-f]{64}", ref):
            return "", ref
        return (ref or self.default_branch()), ""

    def default_branch(self) -> str:
        """Asked from the API, as the action does."""
        request = urllib.request.Request(f"{os.environ['GITHUB_API_URL']}/repos/{self.repository}")
        request.add_header("Authorization", f"token {self.given['token']}")
        request.add_header("Accept", "application/vnd.github+json")
        with urllib.request.urlopen(request) as answer:
            return f"refs/heads/{json.load(answer)['default_branch']}"

    def succeeds(self, *arguments: str) -> bool:
        """Whether git, run in the folder, does what it is told."""
        return not self.run(*arguments).returncode

    def git(self, *arguments: str) -> str:
        """What git prints, run in the folder; its failure ends the step."""
        done = self.run(*arguments)
        if done.returncode:
            fail(f"git {' '.join(arguments)} failed with exit code {done.returncode}\n{done.stdout}")
        return done.stdout.strip()

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Runs git in the folder."""
        return subprocess.run(
            ["git", "-C", str(self.folder), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )

    def prepare(self) -> None:
        """A clean repository with its remote; anything else in the folder is removed."""
        url = f"{self.server}/{self.repository}"
        self.folder.mkdir(parents=True, exist_ok=True)
        same = (self.folder / ".git").exists() and self.git("config", "--get", "remote.origin.url") == url
        if same and yes(self.given["clean"]):
            self.git("clean", "-ffdx")
        if not same:
            for entry in self.folder.iterdir():
                shutil.rmtree(entry) if entry.is_dir() and not entry.is_symlink() else entry.unlink()
            self.git("init", "--quiet")
            self.git("remote", "add", "origin", url)
        self.git("config", "gc.auto", "0")

    def remember(self) -> None:
        """Puts the token into a file beside the repository, which its configuration includes, as since v6."""
        userinfo = base64.b64encode(f"x-access-token:{self.given['token']}".encode()).decode()
        self.credentials.touch(0o600)
        self.credentials.write_text(
            f'[http "{self.server}/"]\n\textraheader = AUTHORIZATION: basic {userinfo}\n'
        )
        self.git("config", "--local", self.include, str(self.credentials))

    def forget(self) -> None:
        """Takes the token away again."""
        self.git("config", "--local", "--unset-all", self.include)
        self.credentials.unlink()

    def one(self) -> list[str]:
        """What to fetch for the one commit."""
        kind, _, name = self.ref.removeprefix("refs/").partition("/")
        if not self.ref:
            return [self.commit]
        if not self.ref.startswith("refs/"):
            heads = f"+refs/heads/{self.ref}*:refs/remotes/origin/{self.ref}*"
            return [heads, f"+refs/tags/{self.ref}*:refs/tags/{self.ref}*"]
        targets = {
            "heads": f"refs/remotes/origin/{name}",
            "pull": f"refs/remotes/pull/{name}",
            "tags": self.ref,
        }
        return [f"+{self.commit or self.ref}:{targets[kind]}"]

    def everything(self) -> list[str]:
        """What to fetch for all history."""
        specs = ["+refs/heads/*:refs/remotes/origin/*", "+refs/tags/*:refs/tags/*"]
        return [*specs, *self.one()] if self.ref.startswith("refs/pull/") else specs

    def fetch(self) -> None:
        """Fetches with the depth and the filter asked for; all history when the depth is 0."""
        depth = int(self.given["fetch-depth"])
        options = [f"--filter={self.given['filter']}"] if self.given.get("filter") else []
        if depth > 0:
            tags = [] if self.given.get("fetch-tags") == "true" else ["--no-tags"]
            self.git(*FETCH, *options, *tags, f"--depth={depth}", "origin", *self.one())
            return
        self.git(*FETCH, *options, "origin", *self.everything())
        if self.commit and not self.succeeds("cat-file", "-e", self.commit):
            self.git(*FETCH, *options, "origin", *self.one())

    def check_out(self) -> None:
        """A branch by its name, all else detached."""
        branch = self.ref.removeprefix("refs/heads/")
        origin = f"refs/remotes/origin/{branch}"
        if not self.ref:
            self.git("checkout", "--quiet", "--force", self.commit)
        elif self.succeeds("rev-parse", "--verify", "--quiet", origin):
            self.git("checkout", "--quiet", "--force", "-B", branch, origin)
        elif self.ref.startswith("refs/pull/"):
            self.git(
                "checkout", "--quiet", "--force", self.ref.replace("refs/pull/", "refs/remotes/pull/", 1)
            )
        else:
            self.git("checkout", "--quiet", "--force", f"refs/tags/{self.ref.removeprefix('refs/tags/')}")


def main() -> None:
    """Does one checkout."""
    checkout = Checkout(begin())
    checkout.prepare()
    checkout.remember()
    checkout.fetch()
    checkout.check_out()
    if not yes(checkout.given["persist-credentials"]):
        checkout.forget()
    commit = checkout.git("rev-parse", "HEAD")
    output("ref", checkout.ref)
    output("commit", commit)
    print(f"{checkout.repository} at {commit}")


if __name__ == "__main__":
    main()
