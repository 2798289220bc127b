"""What the stages of every kind have in common."""

from __future__ import annotations

from runner.manifest.common import CommandLine, Job, Resources
from runner.plan.model import Stage, Task
from runner.plan.placeholders import command_line
from runner.plan.requirements import requirements
from runner.plan.volumes import mounted


def stage(
    job: Job,
    name: str,
    tasks: tuple[Task, ...],
    build: CommandLine | None,
    resources: Resources | None = None,
) -> Stage:
    """A stage under the conditions of the job's spec; `resources` where they are not those of the spec.

    Raises InputError for a Volume whose name cannot be.
    """
    spec = job.spec
    resources = resources or spec.resources
    return Stage(
        name=name,
        tasks=tasks,
        requirements=requirements(resources),
        image=spec.image,
        build=() if build is None else command_line(build, {}),
        env=spec.env,
        secrets=tuple(spec.secrets),
        volumes=mounted(spec, job.metadata.name),
        max_parallel=resources.max_parallel,
    )
