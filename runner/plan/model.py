"""What is to be done: stages of tasks. Pure data, the same for the same manifest and commit."""

from __future__ import annotations

from typing import Any, Literal

from msgspec import Struct

from runner.manifest.common import Gate, Image


class PinnedSource(Struct, frozen=True, omit_defaults=True):
    """The code that runs, pinned.

    `repository` is empty for the repository that holds the manifest. `tree` names the snapshot,
    uncommitted changes included; `uncommitted` lists the files that differ from `commit`;
    `warnings` says what had to be left out, a sentence each.
    """

    commit: str
    tree: str
    repository: str = ""
    uncommitted: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


class Requirements(Struct, frozen=True, omit_defaults=True):
    """What one task of a stage needs and how it may fail. Times in seconds, memory in bytes.

    Without `regions` it may run anywhere.
    """

    cpu: float
    memory: int
    timeout: int
    gpus: tuple[str, ...] = ()
    stall_timeout: int | None = None
    retries: int = 0
    retry_on: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()


class Task(Struct, frozen=True, omit_defaults=True):
    """One container's work.

    `id` is `<stage>/<name>` and safe as a path. `steps` are argument lists, run in order until one
    fails; they may still hold the placeholders that only the worker can fill (`${output}`,
    `${input}`, `${baseline}`, `${checkpoint}`, `${seed}`).
    `parameters` are what tells the task from its siblings, also exported as `RUNNER_PARAM_<NAME>`.
    `weights` are files of the working copy that are collected to `weights/<path>` of the output.
    """

    id: str
    steps: tuple[tuple[str, ...], ...]
    parameters: dict[str, str] = {}
    weights: tuple[str, ...] = ()


class Search(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where the points come from that the tasks of a stage try: one each, chosen when it first starts.

    `parameters` and `early_terminate` are as W&B's schema of sweeps has them. `metric` is the number that
    is to be made as large or small as possible, as `goal` says, empty where there is none; no trial
    starts once one has reached `target`. `command` is a command line with W&B's macros (see `macros`).
    With `online`, trials log to W&B's server, otherwise into their output.
    """

    method: Literal["grid", "random", "bayes"]
    parameters: dict[str, Any]
    command: tuple[str, ...]
    program: str = ""
    metric: str = ""
    goal: Literal["minimize", "maximize"] = "minimize"
    target: float | None = None
    early_terminate: dict[str, Any] = {}
    online: bool = False


class Endpoint(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How the one task of a stage is reached over HTTP, for as long as its deployment stands.

    `app` is `module:factory` of the code that runs: the factory takes nothing and returns an ASGI
    application. So many containers stand at least and at most; one without requests is given back after
    `scaledown` seconds. Each takes `concurrent` requests at a time. `password_secret` is the variable with
    the passwords' hashes. `training` is the manifest that it may launch, by its path in the repository.
    `watch` are the paths of the code that it is made from; all but manifests and results where it is empty.
    """

    app: str
    min_containers: int = 0
    max_containers: int = 1
    scaledown: int = 300
    concurrent: int = 64
    password_secret: str = ""
    training: str = ""
    watch: tuple[str, ...] = ()


class Stage(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Tasks that may run at the same time, under the same conditions.

    It begins when every stage in `inputs` has ended: with all its tasks succeeded, or with at
    least one where `proceed` is `any`. With `restore_weights` the weights collected by the input
    stages are laid over the working copy before anything runs. `volumes` are the provider's,
    by their paths in the container. `files` are texts that every task finds, by these names, in the
    folder `${files}`. `env_from` are variables that are read from files of the inputs, by their paths
    below `${input}`. The tasks of a stage with a `search` are its trials, named by their numbers from 1;
    it has done its part when one of them succeeded. A stage with an `endpoint` is never over: it is the
    deployment that should exist, its steps are done before it serves, and `requirements.timeout` is of one
    request. `notes` are sentences for whoever reads the plan.
    """

    name: str
    tasks: tuple[Task, ...]
    requirements: Requirements
    image: Image = Image()
    build: tuple[str, ...] = ()
    env: dict[str, str] = {}
    secrets: tuple[str, ...] = ()
    volumes: dict[str, str] = {}
    inputs: tuple[str, ...] = ()
    proceed: Literal["all", "any"] = "all"
    restore_weights: bool = False
    max_parallel: int | None = None
    files: dict[str, str] = {}
    env_from: dict[str, str] = {}
    search: Search | None = None
    endpoint: Endpoint | None = None
    notes: tuple[str, ...] = ()


class DeployedFile(Struct, frozen=True, omit_defaults=True):
    """`path` under the output folder of `task` replaces `to` in the repository.

    `task` may be a name for one that is known only at the end, as the findings of the kind have it; empty
    for a file that the findings themselves come with. The numbers in it are weights, to be compared one by
    one, unless `weights` is false.
    """

    task: str
    path: str
    to: str
    weights: bool = True


class Plan(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Everything that a run needs to know. `manifest` is the resolved manifest as plain data.

    `baseline` lists the files of the repository that a run would replace: the champion.
    """

    version: int = 1
    job: str
    kind: str
    source: PinnedSource
    manifest: dict[str, Any]
    stages: tuple[Stage, ...]
    gates: tuple[Gate, ...] = ()
    deploy: tuple[DeployedFile, ...] = ()
    baseline: tuple[str, ...] = ()
    seed: int | None = None

    def tasks(self) -> dict[str, Task]:
        """Every task by its id, in the order of the plan."""
        return {task.id: task for stage in self.stages for task in stage.tasks}

    @property
    def service(self) -> Stage | None:
        """The deployment that should exist, where this is the plan of a service."""
        return next((stage for stage in self.stages if stage.endpoint is not None), None)
