"""`kind: Command`: any command, optionally over a matrix."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated

from msgspec import Meta

from runner.kinds.outputs import deployed_files, progress_charts, task_findings
from runner.kinds.stages import stage
from runner.manifest.common import CommandLine, Common, Job
from runner.plan.model import DeployedFile, Stage, Task
from runner.plan.placeholders import command_line
from runner.results.model import Findings, TaskRecord

if TYPE_CHECKING:
    from pathlib import Path

Scalar = str | int | float | bool
ParameterName = Annotated[
    str,
    Meta(
        pattern=r"^[A-Za-z_][A-Za-z0-9_]*$(?!\n)",
        max_length=50,
        description="A parameter; also exported as `RUNNER_PARAM_<NAME>`.",
        extra_json_schema={
            "patternErrorMessage": "write letters, digits and underscores, and no digit first"
        },
    ),
]

STAGE = "run"
SINGLE = "run/command"


class CommandSpec(Common, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Runs `command` once, or once per point of `matrix`."""

    command: Annotated[CommandLine, Meta(examples=[["python", "train.py", "--lr", "${matrix.lr}"]])]
    build: (
        Annotated[
            CommandLine,
            Meta(description="Runs before the command, in the same working copy.", examples=[["make"]]),
        ]
        | None
    ) = None
    matrix: Annotated[
        dict[ParameterName, Annotated[list[Scalar], Meta(min_length=1)]],
        Meta(
            description="One task per combination; `${matrix.<name>}` stands for the value.",
            examples=[{"lr": [0.001, 0.01], "seed": [1, 2, 3]}],
        ),
    ] = {}


class CommandJob(Job, frozen=True, kw_only=True, tag="Command", forbid_unknown_fields=True):
    """A job that runs a command."""

    spec: CommandSpec


class Command:
    """Compiles and concludes jobs that run a command."""

    name = "Command"
    job_type = CommandJob

    def template(self, name: str) -> str:
        """A manifest that runs on any machine with Python."""
        return _TEMPLATE.replace("NAME", name)

    def stages(self, job: Job) -> tuple[Stage, ...]:
        """One stage with a task per point of the matrix."""
        assert isinstance(job, CommandJob)
        spec = job.spec
        return (stage(job, STAGE, tuple(_tasks(spec)), spec.build),)

    def deployed(self, job: Job) -> tuple[DeployedFile, ...]:
        """What `deploy` lists."""
        return deployed_files(job, list(self.stages(job)[0].tasks))

    def conclude(self, job: Job, tasks: Mapping[str, TaskRecord], outputs: Mapping[str, Path]) -> Findings:
        """The metrics that each task reported, and their progress as charts."""
        metrics, warnings = task_findings(outputs)
        return Findings(task_metrics=metrics, charts=progress_charts(outputs), warnings=warnings)


def _tasks(spec: CommandSpec) -> Iterator[Task]:
    if not spec.matrix:
        yield Task(SINGLE, (command_line(spec.command, {}),))
        return
    seen: set[str] = set()
    for number, point in enumerate(itertools.product(*spec.matrix.values()), 1):
        parameters = {name: _text(value) for name, value in zip(spec.matrix, point, strict=True)}
        label = ",".join(f"{name}={value}" for name, value in parameters.items())
        name = (
            label
            if re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._=,+-]{0,99}", label) and label not in seen
            else str(number)
        )
        seen.add(name)
        values = {f"matrix.{key}": value for key, value in parameters.items()}
        yield Task(f"{STAGE}/{name}", (command_line(spec.command, values),), parameters)


def _text(value: Scalar) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


_TEMPLATE = """\
# yaml-language-server: $schema=../schemas/job.schema.json
apiVersion: runner/v1
kind: Command
metadata:
  name: NAME
  description: One sentence that says what this job is for.
spec:
  # A list of arguments; no shell stands between. ${output} is the folder whose contents come back:
  # metrics.json (name: number), metrics.jsonl (progress), and any files.
  command:
    - python
    - -c
    - |
      import json, sys
      json.dump({"score": float(sys.argv[1]) ** 2}, open(sys.argv[2] + "/metrics.json", "w"))
    - ${matrix.value}
    - ${output}
  # One task per combination.
  matrix:
    value: [1, 2, 3]
  resources: {cpu: 1, memory: 1GiB, timeout: 10m, retries: 1}
  budget: {usd: 1}
  gates:
    - {metric: score, min: 0}
"""
