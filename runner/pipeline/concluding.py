"""Run → Report: what the outputs say, judged, priced and written down."""

from __future__ import annotations

import platform
import sys

import msgspec
from msgspec.structs import replace

from runner import __version__
from runner.engine.layout import RunLayout
from runner.engine.record import MANIFEST, RunRecord, read_plan, read_record
from runner.engine.state import State
from runner.kinds import KINDS
from runner.pipeline.planning import expected_cost
from runner.pipeline.weighing import keep, weight_files
from runner.pipeline.workspace import Workspace
from runner.plan.cost import bound
from runner.plan.model import Plan
from runner.plan.prices import Prices
from runner.results.gates import judge, verdict
from runner.results.model import RUN, Cost, Provenance, Report, RunState, TaskRecord, Verdict
from runner.results.records import records
from runner.results.write import write


def conclude(workspace: Workspace, layout: RunLayout, state: State) -> Report:
    """Makes the report of a finished run and writes it to the run's folder."""
    plan, record = read_plan(layout), read_record(layout)
    tasks = _priced(plan, records(plan, state, layout), workspace.prices)
    outputs = {
        task.id: layout.output(task.id, task.attempts[-1].number) for task in tasks if task.did_its_part
    }
    kind = KINDS[plan.kind]
    job = msgspec.convert(plan.manifest, kind.job_type)
    findings = kind.conclude(job, {task.id: task for task in tasks}, outputs)
    files = {name: text.replace(RUN, record.run, 1) for name, text in findings.files.items()}
    keep(layout, files)
    weights, missing = weight_files(workspace, record.base, plan, outputs, layout, findings)
    without_result = [task.id for task in tasks if task.id not in outputs]
    gates = judge(plan.gates, findings.metrics, findings.task_metrics, without_result)
    attempts = [attempt for task in tasks for attempt in task.attempts]
    run_state = state.finished or "cancelled"
    report = Report(
        run=record.run,
        job=plan.job,
        kind=plan.kind,
        state=run_state,
        verdict=_overall(run_state, verdict(gates)),
        started=min((attempt.started for attempt in attempts), default=record.created),
        ended=max((attempt.ended for attempt in attempts), default=record.created),
        tasks=tuple(replace(task, metrics=findings.task_metrics.get(task.id, {})) for task in tasks),
        cost=_cost(workspace, plan, tasks, record.run),
        provenance=_provenance(plan, record),
        gates=gates,
        metrics=findings.metrics,
        weights=weights,
        warnings=(*plan.source.warnings, *findings.warnings, *missing, *_left_out(tasks)),
        sections=findings.sections,
        charts=findings.charts,
    )
    manifest = (layout.directory / MANIFEST).read_text(encoding="utf-8")
    write(report, {**findings.data, **files}, layout.report, manifest)
    return report


def _left_out(tasks: tuple[TaskRecord, ...]) -> list[str]:
    return [
        f"{task.id}: {name} is no plain file, so it was left out of the output"
        for task in tasks
        for name in task.left_out
    ]


def _overall(state: RunState, gates: Verdict) -> Verdict:
    """A run that did not come to its end never passes."""
    if state == "succeeded" or gates == "fail":
        return gates
    return "fail" if state == "failed" else "undecided"


def _priced(plan: Plan, tasks: tuple[TaskRecord, ...], prices: Prices) -> tuple[TaskRecord, ...]:
    rates = {task.id: prices.rate(stage.requirements) for stage in plan.stages for task in stage.tasks}
    return tuple(replace(task, cost=rates[task.id] * task.seconds) for task in tasks)


def _cost(workspace: Workspace, plan: Plan, tasks: tuple[TaskRecord, ...], run: str) -> Cost:
    expected = expected_cost(workspace, plan, but=run)
    return Cost(
        bound=bound(plan, workspace.prices).usd,
        actual=sum(task.cost for task in tasks),
        estimate_low=None if expected is None else expected.low,
        estimate_high=None if expected is None else expected.high,
        prices_dated=workspace.prices.dated,
    )


def _provenance(plan: Plan, record: RunRecord) -> Provenance:
    return Provenance(
        commit=plan.source.commit,
        tree=plan.source.tree,
        repository=plan.source.repository,
        uncommitted=plan.source.uncommitted,
        manifest_path=record.manifest_path,
        manifest_sha256=record.manifest_sha256,
        overrides=record.overrides,
        only=record.only,
        seed=plan.seed,
        backend=record.backend,
        runner_version=__version__,
        python_version=platform.python_version(),
        platform=f"{sys.platform}-{platform.machine()}",
    )
