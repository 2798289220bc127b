"""Calls of git that reach another machine: with a limit of time, and their answers told apart."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import Final, Literal

from msgspec import Struct

from runner.errors import ProviderError
from runner.ledger.contents import BRANCH
from runner.repository.git import Repository
from runner.repository.process import environment
from runner.wording import printable

REMOTE: Final = "runner-ledger"
"""Our own name of the remote: it has one address, and no references that git would keep up to date."""
_PATIENCE: Final = 60.0
"""Seconds for one fetch or push; the ledger is small."""
_NEEDED: Final = re.compile(
    r"(http|credential|url|ssh|protocol)\..*|core\.(sshcommand|askpass|gitproxy)", re.IGNORECASE | re.DOTALL
)
_OF_REMOTE: Final = re.compile(
    r"remote\.(.+)\.(url|pushurl|proxy|proxyauthmethod|uploadpack|receivepack|vcs)", re.DOTALL
)
_CREDENTIALS: Final = re.compile(r"//[^/@\s]+@")
_ACCESS: Final = re.compile(
    r"\b40[13]\b|denied|could not read (username|password)|authentication failed|not found|read.?only"
    r"|not allowed|invalid username|insufficient permission|not granted|\[remote rejected\]",
    re.IGNORECASE,
)
_AWAY: Final = re.compile(
    r"could not resolve|unable to (access|connect|look up)|could not read from remote|connection"
    r"|did not answer|early eof|hung up|not appear to be a git repository|couldn't connect",
    re.IGNORECASE,
)

Trouble = Literal["access", "away", "other"]


class Answer(Struct, frozen=True):
    """What came of a call: the exit code, standard output, and the lines of the standard error."""

    code: int
    output: str
    lines: tuple[str, ...]

    @property
    def trouble(self) -> Trouble:
        """What kind of failure this is: no permission, an unreachable remote, or something else."""
        text = "\n".join((*self.lines, *re.findall(r"^!\t.*", self.output, re.MULTILINE)))
        return "access" if _ACCESS.search(text) else "away" if _AWAY.search(text) else "other"

    @property
    def reason(self) -> str:
        """Why it failed, on one line: what the other side says of it first, then git's own words."""
        rejected = re.search(r"^!\t.*\((.+)\)$", self.output, re.MULTILINE)
        others = [line[7:].strip() for line in self.lines if line.startswith("remote:") and line[7:].strip()]
        own = [line for line in self.lines if line.startswith(("fatal: ", "error: "))] or list(self.lines)
        words = [*others[:1], rejected[1] if rejected else "", *(() if rejected else own[:1])]
        text = "; ".join(re.sub(r"^((fatal|error): )+", "", one) for one in words if one)
        return text[:300] or f"git ended with code {self.code}"


def call(*arguments: str, env: Mapping[str, str]) -> Answer:
    """Runs git, which has `_PATIENCE` seconds. Credentials in addresses are masked in the answer."""
    import subprocess

    try:
        done = subprocess.run(
            ["git", "--no-pager", *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            env=environment(env),
            timeout=_PATIENCE,
        )
    except subprocess.TimeoutExpired:
        return Answer(124, "", (f"fatal: it did not answer within {_PATIENCE:.0f} seconds",))
    lines = _clean(done.stderr).splitlines()
    return Answer(done.returncode, _clean(done.stdout), tuple(map(printable, lines)))


def _clean(answer: bytes) -> str:
    return _CREDENTIALS.sub("//…@", answer.decode("utf-8", "replace"))


def failure(answer: Answer, verb: Literal["fetch", "push"], remote: str) -> ProviderError:
    """What to raise when the ledger cannot be fetched from or pushed to the remote."""
    what = f"the ledger cannot be {verb}ed {'from' if verb == 'fetch' else 'to'} {remote}: {answer.reason}"
    if answer.trouble == "away":
        fix = "Check the network and the address (git remote -v), then run the same command again."
        return ProviderError("ledger-unreachable", what, place=BRANCH, fix=fix)
    if answer.trouble == "other":
        return ProviderError("ledger-git", what, place=BRANCH, fix="Run the same command again.")
    if verb == "fetch":
        fix = f"Make `git fetch {remote}` work: log in, or give the token `contents: write`."
    else:
        fix = f"Give the token `contents: write`, or let it push to the branch {BRANCH}."
    return ProviderError(f"ledger-{verb}", what, place=BRANCH, fix=fix)


def remotes(repository: Repository) -> dict[str, dict[str, str]]:
    """For every remote of the repository the settings with which another repository reaches it.

    The global ones are not among them: they hold anywhere. May hold secrets: for the environment
    of git only.
    """
    listed = repository.git("config", "--list", "--show-scope", "-z").split(b"\0")[:-1]
    shared: list[tuple[str, str]] = []
    found: dict[str, list[tuple[str, str]]] = {}
    for scope, setting in zip(listed[::2], listed[1::2], strict=True):
        key, has_value, value = os.fsdecode(setting).partition("\n")
        of_remote = _OF_REMOTE.fullmatch(key)
        if of_remote:
            found.setdefault(of_remote[1], []).append((of_remote[2], value))
        elif scope in (b"local", b"worktree") and _NEEDED.fullmatch(key):
            shared.append((key, value if has_value else "true"))
    return {
        name: _variables(shared + [(f"remote.{REMOTE}.{key}", value) for key, value in _one_place(settings)])
        for name, settings in found.items()
        if any(key == "url" for key, _ in settings)
    }


def _one_place(settings: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """A remote's settings with the address it is pushed to, as what is read must be what was written."""
    addresses = [value for key, value in settings if key == "pushurl"]
    addresses = addresses or [value for key, value in settings if key == "url"]
    rest = [(key, value) for key, value in settings if key not in ("url", "pushurl")]
    return [("url", addresses[0]), *rest]


def _variables(settings: list[tuple[str, str]]) -> dict[str, str]:
    """The settings as variables for git, after those that the environment has already."""
    first = int(os.environ.get("GIT_CONFIG_COUNT") or 0)
    variables = {"GIT_CONFIG_COUNT": str(first + len(settings))}
    for number, (key, value) in enumerate(settings, first):
        variables |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    return variables
