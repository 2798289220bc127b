"""Reads what `act --json` prints, line by line, while it runs."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from tests.standins.actions.jobs import Leaf
from tests.standins.actions.runs import Annotation, Job, Step, WorkflowRun
from tests.standins.actions.shims.asking import MARK

LEVELS = ("error", "warning", "notice")
NOISE = ("LocalRepositoryCache", "Couldn't get a valid docker connection")
SECONDS_TO_SEE = 20.0


@dataclass(frozen=True)
class Position:
    """Which step of which job printed a line."""

    job: str
    """The job's name in `WorkflowRun.jobs`."""
    leaf: Leaf
    step: tuple[str, ...]
    """The ids of the step and of the steps inside of it."""


class Reading:
    """The log of one attempt, as it grows. `on_end` is told the name of each job that ended."""

    def __init__(self, run: WorkflowRun, leaves: Iterable[Leaf], on_end: Callable[[str], None]) -> None:
        self.run = run
        self.leaves = list(leaves)
        self.on_end = on_end
        self.raw: list[tuple[str, str]] = []
        """Job and text of all output, with secrets as they were printed."""
        self.seen = threading.Condition()
        self._marks: dict[str, Position] = {}
        self._failed_on: set[tuple[str, str]] = set()

    def feed(self, line: str) -> None:
        """Takes one line."""
        try:
            said = json.loads(line)
        except ValueError:
            self._trouble(line)
            return
        text = str(said.get("msg", ""))
        if any(noise in text for noise in NOISE):
            return
        if "jobID" not in said:
            if said.get("level") in ("error", "fatal"):
                self._trouble(text)
            return
        leaf, job = self._job(said)
        if said.get("raw_output") and text.startswith(MARK):
            with self.seen:
                position = Position(job.name, leaf, tuple(said.get("stepID") or ()))
                self._marks[text.removeprefix(MARK).strip()] = position
                self.seen.notify_all()
        elif "jobResult" in said:
            job.conclusion = job.conclusion or str(said["jobResult"])
            self.on_end(job.name)
        elif said.get("stepID"):
            self._step(leaf, job, said, text)
        elif said.get("level") == "error":
            self._trouble(f"{job.name}: {text}")

    def where(self, word: str) -> Position | None:
        """Where a shim printed its word; None when it does not appear in time."""
        with self.seen:
            self.seen.wait_for(lambda: word in self._marks, SECONDS_TO_SEE)
            return self._marks.get(word)

    def knows(self, word: str) -> bool:
        """Whether the word was printed in this run."""
        with self.seen:
            return word in self._marks

    def _trouble(self, text: str) -> None:
        self.raw.append(("act", text))
        self.run.trouble += text.rstrip() + "\n"

    def _job(self, said: dict[str, Any]) -> tuple[Leaf, Job]:
        leaf = self._leaf(str(said["jobID"]), str(said["job"]).strip())
        values = said.get("matrix") or {}
        leg = f" ({', '.join(str(value) for value in values.values())})" if values else ""
        name = "/".join(leaf.path) + leg
        if name not in self.run.jobs:
            steps = {step_key(step, number): Step(step_name(step)) for number, step in enumerate(leaf.steps)}
            self.run.jobs[name] = Job(name, steps=steps)
        return leaf, self.run.jobs[name]

    def _leaf(self, identifier: str, shown: str) -> Leaf:
        found = [leaf for leaf in self.leaves if leaf.path[-1] == identifier]
        if len(found) > 1:
            called = [leaf for leaf in found if shown.startswith(f"{leaf.caller or leaf.workflow.shown}/")]
            found = called or found
        return found[0]

    def _step(self, leaf: Leaf, job: Job, said: dict[str, Any], text: str) -> None:
        identifier = said["stepID"][0]
        step = job.steps.get(identifier) or self._by_number(leaf, job, identifier)
        if said.get("raw_output"):
            step.log += text
            self.raw.append((job.name, text))
        elif said.get("command") == "summary":
            step.summary += str(said.get("content", ""))
            self.raw.append((job.name, str(said.get("content", ""))))
        elif said.get("command") == "set-output":
            if len(said["stepID"]) == 1:
                step.outputs[str(said["name"])] = str(said.get("arg", ""))
        elif said.get("command") in LEVELS:
            self._annotate(job, step, said)
        elif text.startswith("Failed but continue"):
            self._failed_on.add((job.name, identifier))
        elif "stepResult" in said:
            self._ended(job, step, said, identifier)
        elif said.get("level") == "error":
            step.log += text + "\n"
            self.raw.append((job.name, text))
        elif text.startswith("⭐ Run Main"):
            self.raw.append((job.name, text))

    @staticmethod
    def _by_number(leaf: Leaf, job: Job, identifier: str) -> Step:
        key = step_key(leaf.steps[int(identifier)], int(identifier)) if identifier.isdigit() else identifier
        return job.steps.setdefault(key, Step(identifier))

    def _ended(self, job: Job, step: Step, said: dict[str, Any], identifier: str) -> None:
        if len(said["stepID"]) != 1 or said.get("stage") == "Pre":
            return
        result = str(said["stepResult"])
        if said.get("stage") == "Post" and result == "success":
            return
        step.outcome, step.seconds = result, float(said.get("executionTime", 0)) / 1e9
        step.conclusion = "success" if (job.name, identifier) in self._failed_on else result

    def _annotate(self, job: Job, step: Step, said: dict[str, Any]) -> None:
        about = {str(name): str(value) for name, value in (said.get("kvPairs") or {}).items()}
        message = str(said.get("arg", ""))
        numbers = {name: int(about[name]) if about.get(name, "").isdigit() else 0 for name in ("line", "col")}
        self.run.annotations.append(
            Annotation(
                str(said["command"]),
                message,
                job.name,
                about.get("file", ""),
                numbers["line"],
                numbers["col"],
                about.get("title", ""),
            )
        )
        step.log += f"{said['command'].capitalize()}: {message}\n"
        self.raw.append((job.name, message))


def step_key(step: Any, number: int) -> str:
    """How a step is found in its job."""
    return str(step.get("id") or step.get("name") or number)


def step_name(step: Any) -> str:
    """What GitHub shows of a step."""
    return str(step.get("name") or step.get("uses") or str(step.get("run", "")).split("\n")[0])
