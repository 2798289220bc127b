"""How to get a weight file back, and how to know that it is the right one: commands for a shell.

All of them are for the root of the repository, where they put the file at its path.
"""

from __future__ import annotations

import shlex
from pathlib import PurePosixPath

from runner.results.model import FOLDER, WeightFile


def from_run(weight: WeightFile, job: str, run: str) -> tuple[str, str]:
    """Packs the run where it was made, and takes the file out of the archive."""
    top = f"{job}-{run}"
    member = weight.source
    if not member.startswith("tasks/"):
        member = f"report/data/{PurePosixPath(member).name}"
    unpack = ["tar", "--extract", "--gzip", "--to-stdout", "--file", f"{top}.tar.gz", f"{top}/{member}"]
    return f"runner results download {run}", f"{shlex.join(unpack)} > {shlex.quote(weight.path)}"


def from_lfs(weight: WeightFile) -> str:
    """Fetches the file from Git LFS into a checkout that has its pointer."""
    return shlex.join(["git", "lfs", "pull", f"--include={weight.path}"])


def verification(weight: WeightFile) -> str:
    """Ends with exit code 0 where the file at its path is the one that the run made."""
    return f"echo {shlex.quote(f'{weight.sha256}  {weight.path}')} | sha256sum --check"


def fetched_to(command: str, path: str) -> str:
    """The command that fetches a file from a place, into the folder where the file at `path` lands."""
    folder = PurePosixPath(path).parent.as_posix()
    return command.replace(FOLDER, shlex.quote(folder), 1)
