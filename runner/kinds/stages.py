"""What the stages of every kind have in common."""

from __future__ import annotations

from runner.manifest.common import CommandLine, Common, Resources
from runner.plan.model import Stage, Task
from runner.plan.placeholders import command_line
from runner.plan.requirements import requirements


def stage(
    spec: Common,
    name: str,
    tasks: tuple[Task, ...],
    build: CommandLine | None,
    resources: Resources | None = None,
) -> Stage:
    """A stage under the conditions of `spec`; `resources` where they are not those of the spec."""
    resources = resources or spec.resources
    return Stage(
        name=name,
        tasks=tasks,
        requirements=requirements(resources),
        image=spec.image,
        build=() if build is None else command_line(build, {}),
        env=spec.env,
        secrets=tuple(spec.secrets),
        max_parallel=resources.max_parallel,
    )
