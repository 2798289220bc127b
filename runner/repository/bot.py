"""Who makes the runner's commits."""

from __future__ import annotations

from typing import Final

NAME: Final = "runner[bot]"
EMAIL: Final = "runner@users.noreply.github.com"


def identity(seconds: float) -> dict[str, str]:
    """The environment in which git makes a commit the bot's, at so many seconds since the epoch."""
    known = {"NAME": NAME, "EMAIL": EMAIL, "DATE": f"@{int(seconds)} +0000"}
    return {f"GIT_{role}_{part}": value for role in ("AUTHOR", "COMMITTER") for part, value in known.items()}
