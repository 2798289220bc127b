"""How a tuning job becomes stages, and what its outputs mean."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from msgspec.structs import replace

from runner.errors import InputError
from runner.kinds.outputs import deployed_files, progress_charts, task_findings
from runner.kinds.stages import stage
from runner.kinds.tune.spec import TuneJob, Validation, Variant
from runner.kinds.tune.template import TEMPLATE
from runner.manifest.common import Job
from runner.plan.model import DeployedFile, Stage, Task
from runner.plan.placeholders import command_line
from runner.results.model import Findings, TaskRecord

if TYPE_CHECKING:
    from pathlib import Path

TRAIN = "train"
VALIDATE = "validate"
SEQUENTIAL = f"{VALIDATE}/all"


class Tune:
    """Compiles and concludes tuning jobs."""

    name = "Tune"
    job_type = TuneJob

    def template(self, name: str) -> str:
        """A manifest with one variant whose program needs nothing but Python."""
        return TEMPLATE.replace("NAME", name)

    def stages(self, job: Job) -> tuple[Stage, ...]:
        """Training, then the round robin, as far as the mode asks for them."""
        assert isinstance(job, TuneJob)
        spec = job.spec
        stages = [] if spec.mode == "validate-only" else [_train(job)]
        if spec.mode == "validate-only" and spec.validation is None:
            raise InputError(
                "nothing-to-validate",
                "mode is validate-only, but there is no spec.validation",
                place=job.metadata.name,
                fix="add spec.validation, or use mode: full",
            )
        if spec.validation is not None and spec.mode != "train-only":
            stages.append(_validate(job, spec.validation, after_training=bool(stages)))
        return tuple(stages)

    def deployed(self, job: Job) -> tuple[DeployedFile, ...]:
        """Every variant's weights, to where they stand in the repository, and what `deploy` lists."""
        assert isinstance(job, TuneJob)
        if job.spec.mode == "validate-only":
            return ()
        weights = tuple(
            DeployedFile(f"{TRAIN}/{variant.name}", f"weights/{path}", path)
            for variant in job.spec.variants
            for path in weight_paths(variant)
        )
        return weights + deployed_files(job, [task for known in self.stages(job) for task in known.tasks])

    def conclude(self, job: Job, tasks: Mapping[str, TaskRecord], outputs: Mapping[str, Path]) -> Findings:
        """Each variant's metrics and progress, and the merged validation."""
        from runner.kinds.tune.findings import validation_findings

        assert isinstance(job, TuneJob)
        trained = {task: folder for task, folder in outputs.items() if task.startswith(f"{TRAIN}/")}
        metrics, warnings = task_findings(trained)
        failed = tuple(
            f"{record.id} ended as {record.outcome}: its weights stay as they were"
            for record in tasks.values()
            if record.id.startswith(f"{TRAIN}/") and record.outcome != "succeeded"
        )
        findings = Findings(
            task_metrics=metrics, charts=progress_charts(trained), warnings=(*failed, *warnings)
        )
        if job.spec.validation is None or not any(task.startswith(f"{VALIDATE}/") for task in tasks):
            return findings
        validated = validation_findings(job.spec.validation, _documents(job.spec.validation, tasks, outputs))
        return replace(
            validated,
            task_metrics=findings.task_metrics,
            charts=(*validated.charts, *findings.charts),
            warnings=(*findings.warnings, *validated.warnings),
        )


def weight_paths(variant: Variant) -> list[str]:
    """The files that a variant's program writes."""
    return [variant.weights] if isinstance(variant.weights, str) else variant.weights


def _train(job: TuneJob) -> Stage:
    spec = job.spec
    tasks = []
    for variant in spec.variants:
        paths = weight_paths(variant)
        values = {"variant.name": variant.name, "variant.weights": paths[0]}
        command = command_line(variant.command, values)
        tasks.append(Task(f"{TRAIN}/{variant.name}", (command,), {"variant": variant.name}, tuple(paths)))
    return stage(job, TRAIN, tuple(tasks), spec.build)


def _validate(job: TuneJob, validation: Validation, *, after_training: bool) -> Stage:
    spec = job.spec
    games = str(validation.games)
    resources = validation.resources or spec.resources
    if validation.timeout is not None:
        resources = replace(resources, timeout=validation.timeout)
    if validation.mode == "parallel":
        tasks = tuple(
            Task(
                f"{VALIDATE}/{matchup}",
                (_play(validation, matchup, "${output}"),),
                {"matchup": matchup, "games": games},
            )
            for matchup in validation.matchups
        )
    else:
        tasks = (Task(SEQUENTIAL, _in_turn(validation), {"games": games}),)
    return replace(
        stage(job, VALIDATE, tasks, spec.build, resources),
        inputs=(TRAIN,) if after_training else (),
        proceed="any",
        restore_weights=after_training,
    )


def _in_turn(validation: Validation) -> tuple[tuple[str, ...], ...]:
    """All matchups in one task; each is told, as in a task of its own, who plays and where to write."""
    folders = {matchup: f"${{output}}/{matchup}" for matchup in validation.matchups}
    plays = (
        (
            "env",
            f"RUNNER_PARAM_MATCHUP={matchup}",
            f"RUNNER_OUTPUT_DIR={folder}",
            *_play(validation, matchup, folder),
        )
        for matchup, folder in folders.items()
    )
    return (("mkdir", *folders.values()), *plays)


def _play(validation: Validation, matchup: str, output: str) -> tuple[str, ...]:
    """The command of one matchup, which writes its document under `output`."""
    values = {"matchup": matchup, "games": str(validation.games), "output": output}
    return command_line(validation.command, values)


def _documents(
    validation: Validation, tasks: Mapping[str, TaskRecord], outputs: Mapping[str, Path]
) -> dict[str, Path | None]:
    """Where each matchup's document lies; None where its task did not succeed."""
    sequential = SEQUENTIAL in tasks
    found: dict[str, Path | None] = {}
    for matchup in validation.matchups:
        task = SEQUENTIAL if sequential else f"{VALIDATE}/{matchup}"
        if task not in tasks:
            continue
        folder = outputs.get(task)
        inner = matchup if sequential else "."
        found[matchup] = None if folder is None else folder / inner / validation.document
    return found
