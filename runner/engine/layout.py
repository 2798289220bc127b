"""Where everything of one run lies."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from msgspec import Struct

LEFT: Final = "left.json"


class RunLayout(Struct, frozen=True):
    """The folder of one run. A task's id is `<stage>/<name>`, so its files lie two folders deep.

    Files:
        plan.json  snapshot.tar       what is to be done, put here before the engine starts
        journal.jsonl                 what happened: the one truth about the run
        driver.txt                    what a driver of its own said
        lock  slots  cancel           one driver at a time; its worker processes; a request to stop
        scratch/                      working copies between attempts, while a driver works
        left.json                     output files that stayed at a provider
        proposed.txt                  the address or branch of the pull request
        findings/                     files to deploy that no single task made
        report/                       what the run came to
        tasks/<task>/checkpoint/      survives attempts
        tasks/<task>/attempt-<n>/     claim.json log.txt work/ output/ result.json
    """

    directory: Path

    @property
    def run(self) -> str:
        """The run's id."""
        return self.directory.name

    @property
    def plan(self) -> Path:
        """The plan, as JSON."""
        return self.directory / "plan.json"

    @property
    def journal(self) -> Path:
        """What happened, one event a line."""
        return self.directory / "journal.jsonl"

    @property
    def lock(self) -> Path:
        """Held by the one process that drives the run; holds its process id."""
        return self.directory / "lock"

    @property
    def driver(self) -> Path:
        """What the process says that drives the run by itself, where nobody watches it."""
        return self.directory / "driver.txt"

    @property
    def slots(self) -> Path:
        """Held by the driver's worker processes for as long as one of them lives."""
        return self.directory / "slots"

    @property
    def cancel(self) -> Path:
        """Exists once somebody asked for the run to stop."""
        return self.directory / "cancel"

    @property
    def scratch(self) -> Path:
        """What worker processes keep between attempts; gone when no driver works."""
        return self.directory / "scratch"

    @property
    def worker_errors(self) -> Path:
        """What worker processes complain about when something in them is broken."""
        return self.directory / "worker-errors.txt"

    @property
    def snapshot(self) -> Path:
        """The code, as an uncompressed tar archive."""
        return self.directory / "snapshot.tar"

    @property
    def left(self) -> Path:
        """The list of output files that were too large to come home from a provider."""
        return self.directory / LEFT

    @property
    def proposed(self) -> Path:
        """Where the pull request is read, or else its branch; one line."""
        return self.directory / "proposed.txt"

    @property
    def findings(self) -> Path:
        """The folder of files that were made of the outputs of several tasks, to be deployed."""
        return self.directory / "findings"

    @property
    def report(self) -> Path:
        """The folder of the report, made when the run has ended."""
        return self.directory / "report"

    def task(self, task: str) -> Path:
        """The folder of a task."""
        return self.directory / "tasks" / task

    def checkpoint(self, task: str) -> Path:
        """The folder that survives the attempts of a task."""
        return self.task(task) / "checkpoint"

    def attempt(self, task: str, attempt: int) -> Path:
        """The folder of one attempt; attempts count from 1."""
        return self.task(task) / f"attempt-{attempt}"

    def log(self, task: str, attempt: int) -> Path:
        """What an attempt printed, secrets masked; it grows while the attempt runs."""
        return self.attempt(task, attempt) / "log.txt"

    def output(self, task: str, attempt: int) -> Path:
        """What an attempt wrote for others to read."""
        return self.attempt(task, attempt) / "output"

    def result(self, task: str, attempt: int) -> Path:
        """How an attempt ended; written last, so an attempt without one did not end."""
        return self.attempt(task, attempt) / "result.json"
