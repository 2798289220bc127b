"""What the stages of both kinds have in common."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from runner.kinds.language.image import image_of
from runner.kinds.language.settings import FILE, as_file
from runner.kinds.stages import stage
from runner.manifest.common import CommandLine, Job, Resources
from runner.plan.model import Stage, Task

EVALUATE = "evaluate"


def program_stage(
    job: Job,
    task: str,
    command: Sequence[str],
    settings: Mapping[str, Any],
    *,
    build: CommandLine | None,
    resources: Resources,
    notes: Sequence[str],
) -> Stage:
    """A stage with one task, whose program finds its settings in a file."""
    name = task.partition("/")[0]
    made = stage(job, name, (Task(task, (tuple(command),)),), build, resources)
    return replace(made, image=image_of(job.spec), files=as_file(dict(settings)), notes=tuple(notes))


def start(script: str) -> tuple[str, ...]:
    """The beginning of the command line of either program."""
    return ("python", literal(script), "--settings", f"${{files}}/{FILE}", "--output", "${output}")


def literal(text: str) -> str:
    """A text of the manifest in a command line, where the worker fills `${…}`."""
    return text.replace("${", "$${")
