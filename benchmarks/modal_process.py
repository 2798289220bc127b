"""A command as a process of its own: how long it takes, the memory that it needs, what it says."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

# The kernel counts the memory of a process that starts another as the other's own, so a small one does it.
_STARTER = """
import json, os, sys, time
began = time.time()
child = os.fork()
if child == 0:
    os.execv(sys.argv[1], sys.argv[1:])
_, status, usage = os.wait4(child, 0)
told = {"began": began, "ended": time.time(), "memory": usage.ru_maxrss * 1024}
print(json.dumps(told), flush=True)
sys.exit(os.waitstatus_to_exitcode(status) != 0)
"""


class Done(NamedTuple):
    """How a command went. Times in seconds since the epoch, memory in bytes at its peak."""

    began: float
    ended: float
    memory: int
    said: str

    @property
    def seconds(self) -> float:
        """How long it took, from before its interpreter started."""
        return self.ended - self.began


def run(module: str, *arguments: str, folder: Path, environment: Mapping[str, str]) -> Done:
    """Runs a module with this interpreter in a folder. Raises RuntimeError where it fails."""
    command: Sequence[str] = (sys.executable, "-P", "-m", module, *arguments)
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", _STARTER, *command],
        cwd=folder,
        env=dict(environment),
        capture_output=True,
        text=True,
    )
    if done.returncode != 0:
        raise RuntimeError(f"{module} {' '.join(arguments)}: {done.stdout}{done.stderr}")
    said, _, told = done.stdout.rstrip("\n").rpartition("\n")
    return Done(**json.loads(told), said=said)
