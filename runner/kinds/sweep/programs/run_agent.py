"""Runs `wandb agent` for this task's part of a sweep, and says what became of its runs.

The agent has neither a limit for a run nor an exit code that says anything of one: so this program ends
a run that takes too long, and reads states from W&B. What the agent was given in earlier attempts counts.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from runner.kinds.sweep.programs import wandb_api
else:
    import wandb_api

POLL = 0.5
"""Seconds between looks at the runs."""

GRACE = 8.0
"""Seconds that a run has to end by itself once it was asked to."""

PATIENCE = 300.0
"""Seconds without a run after which it is looked up whether there is any reason to wait."""

ASK = signal.SIGINT
"""How a run is asked to end: W&B's client then says that it failed, while SIGTERM would end it without a
word, and W&B would take it to be running for minutes."""

SETTLED = ("finished", "failed", "killed")
"""States of a run that need no further try; W&B kills those that are not worth going on with."""

OURS = ("RUNNER_OUTPUT_DIR", "RUNNER_CHECKPOINT_DIR", "RUNNER_FILES_DIR", "RUNNER_PARAM_")
"""Variables that are not meant for runs: a task has several, which share these folders."""


class Told(Exception):
    """The task is to end; the signal's number."""


def main() -> None:
    """Runs the agent to its end. Raises WandbError where W&B or the agent itself did not do its part."""
    settings = wandb_api.told()
    sweep = {"entity": "WANDB_ENTITY", "project": "WANDB_PROJECT", "id": "WANDB_SWEEP_ID"}
    sweep = {part: os.environ[variable] for part, variable in sweep.items()}
    home = Path(os.environ["RUNNER_CHECKPOINT_DIR"])
    server = wandb_api.connect()
    count = int(os.environ.get("RUNNER_PARAM_RUNS") or settings["runs_per_worker"])
    left = count - sum(states(server, sweep, home)[state] for state in SETTLED)
    state = wandb_api.state_of(server, sweep)
    if left <= 0 or state in wandb_api.OVER:
        print(f"nothing is left to do: the sweep is {state}" if left > 0 else "all runs were done before")
        return
    agent = Agent(sweep, home, left, float(settings["timeout"]))
    try:
        code = agent.watch(server)
    finally:
        agent.end()
    found = states(server, sweep, home)
    print("runs of this agent: " + (", ".join(f"{n} {name}" for name, n in sorted(found.items())) or "none"))
    if code:
        raise wandb_api.WandbError(f"wandb agent ended with exit code {code}")


def states(server: wandb_api.Server, sweep: Mapping[str, str], home: Path) -> Counter[str]:
    """How many of the runs that this task's agents were given are in which state."""
    files = home.glob(f"wandb/sweep-{sweep['id']}/config-*.yaml")
    given = sorted(path.stem.removeprefix("config-") for path in files)
    return Counter(str(run["state"]) for run in wandb_api.runs(server, sweep, "state", given))


class Agent:
    """A running `wandb agent`, in a session of its own, and the runs that it starts."""

    def __init__(self, sweep: Mapping[str, str], home: Path, count: int, timeout: float) -> None:
        """It starts `count` runs, each of which may take `timeout` seconds."""
        self._sweep = sweep
        self._timeout = timeout
        self._began: dict[int, float] = {}
        self._asked: dict[int, float] = {}
        kept = {name: text for name, text in os.environ.items() if not name.startswith(OURS)}
        path = "/".join((sweep["entity"], sweep["project"], sweep["id"]))
        self._process = subprocess.Popen(
            [sys.executable, "-m", "wandb", "agent", "--count", str(count), path],
            env={**kept, "WANDB_DIR": str(home)},
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )

    def watch(self, server: wandb_api.Server) -> int:
        """Waits for its end, and returns its exit code. Raises WandbError where it has nothing to do."""
        idle = time.monotonic()
        while (code := self._process.poll()) is None:
            time.sleep(POLL)
            now = time.monotonic()
            runs = runs_of(self._process.pid)
            self._limit(runs, now)
            if runs:
                idle = now
            elif now - idle > PATIENCE:
                if (state := wandb_api.state_of(server, self._sweep)) != "PAUSED":
                    raise wandb_api.WandbError(f"W&B gives the agent no run, although the sweep is {state}")
                idle = now
        return code

    def _limit(self, runs: list[int], now: float) -> None:
        """Ends runs that take too long."""
        self._began = {pid: self._began.get(pid, now) for pid in runs}
        self._asked = {pid: when for pid, when in self._asked.items() if pid in runs}
        for pid, began in self._began.items():
            if pid in self._asked and now - self._asked[pid] > GRACE:
                signal_group(pid, signal.SIGKILL)
            elif pid not in self._asked and now - began > self._timeout:
                print(f"a run took longer than {self._timeout:g} seconds and is ended", flush=True)
                self._asked[pid] = now
                signal_group(pid, ASK)

    def end(self) -> None:
        """Leaves nothing of it running. Runs are asked first, so that they can say their last to W&B."""
        runs = runs_of(self._process.pid)
        for pid in runs:
            signal_group(pid, ASK)
        deadline = time.monotonic() + GRACE
        while set(runs) & session_of(self._process.pid).keys() and time.monotonic() < deadline:
            time.sleep(0.05)
        for group, _ in session_of(self._process.pid).values():
            signal_group(group, signal.SIGKILL)
        self._process.wait()


def runs_of(agent: int) -> list[int]:
    """The runs that an agent has started: its children, each of which leads a process group."""
    return [pid for pid, (group, parent) in session_of(agent).items() if pid == group and parent == agent]


def session_of(agent: int) -> dict[int, tuple[int, int]]:
    """The live processes of the agent's session, with their process group and their parent.

    The service of W&B's client is not among them: it leads a session of its own.
    """
    found = {}
    for pid, parent in processes():
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if os.getsid(pid) == agent:
                found[pid] = os.getpgid(pid), parent
    return found


def processes() -> Iterator[tuple[int, int]]:
    """Every live process with its parent."""
    if not Path("/proc/self/stat").exists():
        listing = subprocess.run(
            ["ps", "-axo", "pid=,ppid=,stat="], capture_output=True, text=True, check=True
        )
        for pid, parent, state in (line.split()[:3] for line in listing.stdout.splitlines()):
            if not state.startswith("Z"):
                yield int(pid), int(parent)
        return
    for entry in os.scandir("/proc"):
        if entry.name.isdigit():
            try:
                text = Path(entry.path, "stat").read_text(encoding="utf-8", errors="replace")
            except OSError:
                continue  # it ended while we looked
            # The name in parentheses may hold anything; the fields after it are those of proc(5) from 3 on.
            state, parent = text[text.rindex(")") + 2 :].split()[:2]
            if state != "Z":
                yield int(entry.name), int(parent)


def signal_group(group: int, number: int) -> None:
    """Sends a signal to a process group, if there still is one."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(group, number)


def stop(number: int, frame: Any) -> None:
    """Lets the end of the task come as an exception, so that everything is ended on the way."""
    signal.signal(number, signal.SIG_IGN)
    raise Told(number)


if __name__ == "__main__":
    # Whoever started us in the background may have had SIGINT ignored, and runs would inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, stop)
    try:
        wandb_api.finish(main)
    except Told as told:
        print("the task is to end, and so does the agent", file=sys.stderr)
        sys.exit(128 + told.args[0])
