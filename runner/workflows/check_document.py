"""From what an examination found to the file that is handed on: names, numbers and sentences, cut to size."""

from __future__ import annotations

from collections.abc import Iterable

from runner.manifest.document import display_name
from runner.manifest.finding import Finding
from runner.pipeline.planning import PricedPlan
from runner.plan.compare import schedule_text
from runner.plan.model import Plan
from runner.plan.phrases import needs_text
from runner.plan.render import gate_text
from runner.plan.render_service import scaling_text, watch_text
from runner.workflows.check_file import (
    MOST_LINES,
    Expected,
    Fault,
    JobPlan,
    ManifestCheck,
    StagePlan,
    Upkeep,
    line,
    lines,
)
from runner.workflows.examining import Examined

SEVERITIES = ("error", "warning", "note")


def manifest_check(examined: Examined) -> ManifestCheck:
    """What the file says of one manifest."""
    entry = examined.entry
    return ManifestCheck(
        file=line(entry.path),
        change=entry.change,
        before=line(entry.before),
        job=line(examined.job),
        plan=None if examined.after is None else job_plan(examined.after),
        changes=lines(examined.changes),
        faults=faults(examined.findings, display_name(entry.path, None)),
        leaves=line(examined.leaves),
    )


def by_severity(findings: Iterable[Finding]) -> list[Finding]:
    """The findings, errors first."""
    return sorted(findings, key=lambda finding: SEVERITIES.index(finding.severity))


def faults(findings: Iterable[Finding], about: str) -> tuple[Fault, ...]:
    """What the file says of findings about a file; the first ones, errors before others."""
    return tuple(
        Fault(
            finding.line,
            finding.column,
            line(finding.rule),
            finding.severity,
            line(finding.message),
            line(finding.fix),
            "" if finding.file == about else line(finding.file),
        )
        for finding in by_severity(findings)[:MOST_LINES]
    )


def job_plan(priced: PricedPlan) -> JobPlan:
    """What the file says of a plan."""
    plan, upkeep = priced.plan, priced.bound.upkeep
    secrets = dict.fromkeys(secret for stage in plan.stages for secret in stage.secrets)
    volumes = {volume: None for stage in plan.stages for volume in stage.volumes.items()}
    schedule = plan.manifest["spec"].get("schedule")
    return JobPlan(
        kind=plan.kind,
        usd=priced.bound.usd,
        stages=_stages(priced),
        expected=_expected(priced),
        source=line(f"{plan.source.repository} at {plan.source.commit}") if plan.source.repository else "",
        schedule=line(schedule_text(schedule)) if schedule else "",
        notes=lines([*_served(plan), *_notes(plan)]),
        lands=lines(file.to for file in plan.deploy),
        gates=lines(map(gate_text, plan.gates)),
        secrets=lines(secrets),
        volumes=lines(f"{name} at {path}" for path, name in volumes),
        approvals=lines(priced.approvals),
        upkeep=None if upkeep is None else Upkeep(upkeep.hour, upkeep.idle_day),
    )


def _served(plan: Plan) -> list[str]:
    """How a service stands."""
    stage = plan.service
    if stage is None or stage.endpoint is None:
        return []
    return [f"Stands in {scaling_text(stage.endpoint)}", f"Deployed {watch_text(stage.endpoint)}"]


def _notes(plan: Plan) -> list[str]:
    return [f"{stage.name}: {note}" for stage in plan.stages for note in stage.notes]


def _stages(priced: PricedPlan) -> tuple[StagePlan, ...]:
    stages = zip(priced.plan.stages[:MOST_LINES], priced.bound.stages, strict=False)
    return tuple(
        StagePlan(line(stage.name), most.tasks, line(needs_text(stage.requirements)), most.usd)
        for stage, most in stages
    )


def _expected(priced: PricedPlan) -> Expected | None:
    estimate = priced.estimate
    if estimate is None:
        return None
    return Expected(estimate.usd, estimate.runs, estimate.low, estimate.high)
