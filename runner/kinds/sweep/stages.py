"""How a sweep becomes stages: its trials, or W&B's agents between opening a sweep there and reading it."""

from __future__ import annotations

from typing import Final

from msgspec.structs import replace

from runner.errors import InputError
from runner.kinds.stages import stage
from runner.kinds.sweep.names import AGENTS, OPEN, RUNS, SWEEP, TRIALS, numbered
from runner.kinds.sweep.notes import notes_of
from runner.kinds.sweep.search import search_of
from runner.kinds.sweep.settings import shipped, variables_of
from runner.kinds.sweep.shape import config_of, is_online, parallel_of, scheduler_of, trials_of, workers_of
from runner.kinds.sweep.spec import SweepJob
from runner.manifest.common import Resources
from runner.manifest.units import seconds
from runner.plan.model import Stage, Task

GRACE_SECONDS: Final = 120
"""What a worker gets beside the time of its trials, to start and to end."""

_ERRAND: Final = Resources(cpu=1, memory="1GiB", timeout="10m", retries=0)
"""What it takes to talk to W&B. The programs ask again by themselves where that may help."""

_SWEEP_VARIABLES: Final = {
    "WANDB_SWEEP_ID": f"{OPEN}/sweep-id.txt",
    "WANDB_ENTITY": f"{OPEN}/entity.txt",
    "WANDB_PROJECT": f"{OPEN}/project.txt",
}


def stages_of(job: SweepJob) -> tuple[Stage, ...]:
    """The stages of a sweep. Raises InputError where nothing could be run."""
    _require_possible(job)
    if job.spec.create_only:
        return (_open(job),)
    if scheduler_of(job) == "wandb":
        return (_open(job), _agents(job), _study(job))
    if not is_online(job):
        return (_trials(job),)
    return (_open(job), replace(_trials(job), inputs=(SWEEP,), env_from=_SWEEP_VARIABLES))


def _require_possible(job: SweepJob) -> None:
    spec, config = job.spec, config_of(job)
    at_wandb = scheduler_of(job) == "wandb"
    if (config is None) == (spec.sweep_id is None):
        message = "there is no sweep" if config is None else "there are two sweeps: sweep and sweep_id"
        raise _refusal(job, "sweep-missing", message, "write one of sweep and sweep_id")
    if spec.sweep_id is not None and (spec.create_only or not at_wandb):
        said = "create_only" if spec.create_only else "scheduler: embedded"
        message = f"the sweep {spec.sweep_id} is at W&B already, and {said} asks for another one"
        raise _refusal(job, "sweep-contradiction", message, f"remove {said}, or write sweep for sweep_id")
    if spec.create_only and not at_wandb:
        message = "create_only creates a sweep at W&B, and scheduler: embedded has none there"
        raise _refusal(job, "sweep-contradiction", message, "remove one of the two")
    if at_wandb and not is_online(job):
        message = "a sweep that W&B schedules needs a key, and secrets does not name WANDB_API_KEY"
        raise _refusal(
            job, "sweep-key", message, "add `secrets: [WANDB_API_KEY]`, or use scheduler: embedded"
        )
    if config is not None and not spec.create_only and not config.program and not config.command:
        message = "the sweep names no program"
        raise _refusal(job, "sweep-program", message, "add `program: train.py` to the sweep")


def _refusal(job: SweepJob, code: str, message: str, fix: str) -> InputError:
    return InputError(code, message, place=job.metadata.name, fix=fix)


def _trials(job: SweepJob) -> Stage:
    config = config_of(job)
    assert config is not None
    search = search_of(job, config)
    count, parallel = trials_of(job), parallel_of(job)
    tasks = tuple(Task(name, (search.command,)) for name in numbered(TRIALS, count))
    every = stage(job, TRIALS, tasks, job.spec.build)
    at_once = parallel if parallel < count else None
    env = {**variables_of(job), **every.env}
    return replace(every, search=search, max_parallel=at_once, notes=notes_of(job), env=env)


def _open(job: SweepJob) -> Stage:
    return _errand(job, OPEN, "open_sweep.py")


def _study(job: SweepJob) -> Stage:
    return replace(_errand(job, RUNS, "collect_runs.py"), inputs=(SWEEP, AGENTS), proceed="any")


def _errand(job: SweepJob, task: str, program: str) -> Stage:
    """A stage with one small task that talks to W&B and sees no other secret than what is for that."""
    name = task.partition("/")[0]
    made = stage(job, name, (Task(task, (_start(program),)),), None, _ERRAND)
    secrets = tuple(secret for secret in made.secrets if secret.startswith("WANDB_"))
    return replace(made, secrets=secrets, volumes={}, files=shipped(job, program))


def _agents(job: SweepJob) -> Stage:
    spec, workers, left = job.spec, workers_of(job), trials_of(job)
    tasks = []
    for name in numbered(AGENTS, workers):
        runs = min(left, spec.runs_per_worker)
        left -= runs
        tasks.append(Task(name, (_start("run_agent.py"),), {"runs": str(runs)}))
    every = stage(job, AGENTS, tuple(tasks), spec.build)
    longest = min(trials_of(job), spec.runs_per_worker) * seconds(spec.resources.timeout) + GRACE_SECONDS
    return replace(
        every,
        requirements=replace(every.requirements, timeout=longest),
        max_parallel=every.max_parallel if (every.max_parallel or workers) < workers else None,
        inputs=(SWEEP,),
        env_from=_SWEEP_VARIABLES,
        files=shipped(job, "run_agent.py"),
        notes=notes_of(job),
    )


def _start(program: str) -> tuple[str, ...]:
    return ("python", f"${{files}}/{program}")
