"""One way to call git: no prompts, no pager, no locale, no repository named by the environment."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import Final

from runner.errors import InputError, ProviderError

# Of git's own variables only those pass that say how to reach others or where a person's
# configuration is. A hook, for one, runs with GIT_DIR and GIT_INDEX_FILE set.
_KEPT: Final = re.compile(
    r"GIT_(SSH(_.*)?|SSL_.*|HTTP_.*|PROXY_.*|ASKPASS|EXEC_PATH|CEILING_DIRECTORIES"
    r"|CONFIG_(GLOBAL|SYSTEM|NOSYSTEM|COUNT|PARAMETERS|KEY_\d+|VALUE_\d+))"
)
_OURS: Final = {
    "LC_ALL": "C",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_LITERAL_PATHSPECS": "1",
    "GIT_PAGER": "cat",
}
_CREDENTIALS: Final = re.compile(r"//[^/@\s]+@")
_UNPRINTABLE: Final = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|[\x00-\x1f\x7f-\x9f]")


def git(*arguments: str, input: bytes | None = None, env: Mapping[str, str] | None = None) -> bytes:
    """What git prints when called with `arguments`.

    `input` is its standard input (empty otherwise), `env` overrides single variables. Raises
    ProviderError with git's own words when it fails, InputError when there is no git.
    """
    import subprocess

    try:
        done = subprocess.run(
            ["git", "--no-pager", *arguments],
            input=input,
            stdin=subprocess.DEVNULL if input is None else None,
            capture_output=True,
            check=False,
            env=environment(env),
        )
    except (FileNotFoundError, PermissionError) as error:
        raise InputError(
            "git-missing",
            "git cannot be started",
            place="git",
            fix="Install git and put it on the PATH.",
        ) from error
    if done.returncode:
        complaint = _complaint(done.stderr, done.returncode)
        full = "No space left on device" in complaint or "Disk quota exceeded" in complaint
        raise ProviderError(
            "disk-full" if full else "git-failed",
            f"git {_verb(arguments)}: {complaint}",
            fix="Free some space, then run the same command again." if full else "",
        )
    return done.stdout


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment git runs in: ours, less every variable that would send it elsewhere."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("GIT_") or _KEPT.fullmatch(name)
    }
    return kept | _OURS | dict(extra or {})


def _verb(arguments: tuple[str, ...]) -> str:
    """The git command among the arguments, past the options that come before it."""
    remaining = iter(arguments)
    for argument in remaining:
        if argument in ("-C", "-c"):
            next(remaining, None)
        elif not argument.startswith("-"):
            return argument
    return ""


def _complaint(stderr: bytes, returncode: int) -> str:
    """The lines that say what went wrong, without credentials and control characters."""
    lines = [line.strip() for line in stderr.decode("utf-8", "replace").splitlines() if line.strip()]
    telling = [line for line in lines if line.startswith(("fatal: ", "error: "))] or lines
    if not telling:
        how = f"was ended by signal {-returncode}" if returncode < 0 else f"failed with code {returncode}"
        return f"it {how}"
    # The first names the cause, the last what came of it.
    ends = dict.fromkeys(
        one.removeprefix("fatal: ").removeprefix("error: ") for one in (telling[0], telling[-1])
    )
    return _UNPRINTABLE.sub("", _CREDENTIALS.sub("//…@", "; ".join(ends)))
