"""How a service becomes a stage: one task, and the endpoint that it answers at."""

from __future__ import annotations

from typing import Final

from msgspec.structs import replace

from runner.kinds.service.image import image_of
from runner.kinds.service.notes import notes_of
from runner.kinds.service.settings import as_file, service_settings
from runner.kinds.service.spec import ServiceJob
from runner.kinds.stages import stage
from runner.manifest.units import seconds
from runner.plan.model import Endpoint, Stage, Task
from runner.plan.placeholders import command_line

STAGE: Final = "serve"
TASK: Final = "serve/app"


def stages_of(job: ServiceJob) -> tuple[Stage, ...]:
    """The one stage of a service. Raises InputError for a Volume whose name cannot be."""
    spec = job.spec
    steps = () if spec.build is None else (command_line(spec.build, {}),)
    made = stage(job, STAGE, (Task(TASK, steps),), None, spec.resources)
    served = replace(
        made,
        image=image_of(spec),
        secrets=tuple(dict.fromkeys((*spec.secrets, spec.access.passwords))),
        files=as_file(service_settings(job)),
        endpoint=endpoint_of(job),
        notes=tuple(notes_of(job)),
    )
    return (served,)


def endpoint_of(job: ServiceJob) -> Endpoint:
    """How the service is reached, times in seconds."""
    spec, scaling = job.spec, job.spec.scaling
    return Endpoint(
        app=spec.app,
        min_containers=scaling.min_containers,
        max_containers=scaling.max_containers,
        scaledown=seconds(scaling.scaledown),
        concurrent=scaling.concurrent_requests,
        password_secret=spec.access.passwords,
        training="" if spec.training is None else spec.training.job,
        watch=tuple(spec.watch),
    )
