"""Calls of git that reach another machine: with a limit of time, and their answers told apart."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, Literal

from msgspec import Struct

from runner.repository.process import environment
from runner.wording import printable

_PATIENCE: Final = 60.0
"""Seconds for one fetch or push of something small."""
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


def call(*arguments: str, env: Mapping[str, str], patience: float | None = None) -> Answer:
    """Runs git, which has `patience` seconds. Credentials in addresses are masked in the answer."""
    import subprocess

    seconds = _PATIENCE if patience is None else patience
    try:
        done = subprocess.run(
            ["git", "--no-pager", *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            env=environment(env),
            timeout=seconds,
        )
    except subprocess.TimeoutExpired:
        return Answer(124, "", (f"fatal: it did not answer within {seconds:.0f} seconds",))
    lines = _clean(done.stderr).splitlines()
    return Answer(done.returncode, _clean(done.stdout), tuple(map(printable, lines)))


def _clean(answer: bytes) -> str:
    return _CREDENTIALS.sub("//…@", answer.decode("utf-8", "replace"))


def named_commit(listed: str, ref: str) -> str | None:
    """The commit that `ref` names in the answer of `git ls-remote`: a tag's own before a branch's.

    None when it names none. The answer must have been asked for `ref` and for `ref^{}`.
    """
    found = {name: commit for commit, _, name in (line.partition("\t") for line in listed.splitlines())}
    for place in ("", "refs/", "refs/tags/", "refs/heads/"):
        for name in (f"{place}{ref}^{{}}", f"{place}{ref}"):
            if name in found:
                return found[name]
    return None
