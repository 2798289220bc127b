"""A plan for people, as text or Markdown, and for programs, as JSON. The same plan, the same bytes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from runner.plan.cost import Bound, Estimate
from runner.plan.model import Plan, Stage, Task
from runner.plan.phrases import command_text, count, fenced, needs_text, source_text
from runner.plan.prices import Prices
from runner.plan.render_service import service_markdown, service_text, upkeep_numbers
from runner.wording import dollars, point, printable

SHOWN_TASKS = 12


def as_json(
    plan: Plan, bound: Bound, estimate: Estimate | None, prices: Prices, times: Sequence[datetime] = ()
) -> str:
    """The plan and its price as JSON; `times` are those at which its schedule comes next."""
    document: dict[str, Any] = {
        "plan": plan,
        "bound_usd": round(bound.usd, 6) if bound.upkeep is None else None,
        "estimate_usd": estimate,
        "prices": {"dated": prices.dated, "source": prices.source},
    } | ({"next_times": times} if times else {})
    if bound.upkeep is not None:
        document["upkeep_usd"] = upkeep_numbers(bound.upkeep)
    return msgspec.json.format(msgspec.json.encode(document, order="sorted"), indent=2).decode()


def as_text(
    plan: Plan, bound: Bound, estimate: Estimate | None, prices: Prices, times: Sequence[datetime] = ()
) -> str:
    """The plan as plain text; `times` are those at which its schedule comes next."""
    if bound.upkeep is not None:
        return service_text(plan, bound.upkeep, prices, source_text(plan))
    lines = [f"{plan.kind} {plan.job}", f"  source    {source_text(plan)}"]
    for stage, stage_bound in zip(plan.stages, bound.stages, strict=True):
        lines += [
            "",
            f"  stage {stage.name}: {count(len(stage.tasks), 'task')}, {needs_text(stage.requirements)}",
            *(f"    {line}" for line in _conditions(stage)),
            *(f"    {printable(note)}" for note in stage.notes),
            *(f"    {line}" for line in _tasks(stage)),
        ]
        if stage.search is None and len(stage.tasks) > SHOWN_TASKS:
            lines.append(f"    … and {len(stage.tasks) - SHOWN_TASKS} more")
        lines.append(f"    at most {dollars(stage_bound.usd)}")
    lines += ["", *(f"  schedule  {line}" for line in _schedule(plan, times))]
    lines += [f"  lands     {file.to}" for file in plan.deploy]
    lines += [f"  gate      {gate_text(gate)}" for gate in plan.gates]
    lines += [f"  cost      {line}" for line in _cost(plan, bound, estimate, prices)]
    return "\n".join(lines).rstrip() + "\n"


def as_markdown(
    plan: Plan, bound: Bound, estimate: Estimate | None, prices: Prices, times: Sequence[datetime] = ()
) -> str:
    """The plan as Markdown, for a comment on a pull request; `times` as in `as_text`."""
    if bound.upkeep is not None:
        return service_markdown(plan, bound.upkeep, prices, source_text(plan))
    lines = [
        f"### Plan: {plan.kind} `{plan.job}`",
        "",
        "| stage | tasks | each | at most |",
        "|---|---|---|---|",
        *(
            f"| {stage.name} | {len(stage.tasks)} | {needs_text(stage.requirements)} | {dollars(most.usd)} |"
            for stage, most in zip(plan.stages, bound.stages, strict=True)
        ),
        "",
        *(f"- {line}" for line in _cost(plan, bound, estimate, prices)),
        f"- Source: {source_text(plan)}",
        *(f"- Schedule: {line}" for line in _schedule(plan, times, "`")),
        *(f"- Volume: `{name}` at `{path}`" for path, name in _volumes(plan)),
        *(f"- Lands: `{file.to}`" for file in plan.deploy),
        *(f"- Gate: {gate_text(gate)}" for gate in plan.gates),
        "",
        *fenced(f"{stage.name}: {printable(note)}" for stage in plan.stages for note in stage.notes),
        f"<details><summary>{count(sum(len(s.tasks) for s in plan.stages), 'task')}</summary>",
        "",
        *fenced(line for stage in plan.stages for line in _tasks(stage)),
        "</details>",
    ]
    return "\n".join(lines) + "\n"


def gate_text(gate: Any) -> str:
    """What a gate demands, in words."""
    scope = f"{gate.task}: " if gate.task else ""
    if gate.between is not None:
        demand = f"between {gate.between[0]:g} and {gate.between[1]:g}"
    elif gate.against is not None:
        least = (
            []
            if gate.min_delta is None and gate.max_delta is not None
            else [f"at least {gate.min_delta or 0:+g}"]
        )
        most = [] if gate.max_delta is None else [f"at most {gate.max_delta:+g}"]
        demand = f"against the {gate.against} {' and '.join(least + most)}"
    else:
        parts = [f"at least {gate.min:g}"] if gate.min is not None else []
        parts += [f"at most {gate.max:g}"] if gate.max is not None else []
        demand = " and ".join(parts)
    return f"{scope}{gate.metric} {demand}, at {gate.confidence:.0%}"


def _tasks(stage: Stage) -> list[str]:
    """A line for each of the first tasks; one for all of a search, whose points are chosen later."""
    if stage.search is None:
        return [_task(task) for task in stage.tasks[:SHOWN_TASKS]]
    first, last = stage.tasks[0].id, stage.tasks[-1].id
    return [first if first == last else f"{first} to {last}"]


def _task(task: Task) -> str:
    """A task on one line; a program given as an argument is cut short."""
    if not task.steps:
        return task.id
    shown = command_text(task.steps[0])
    more = "" if len(task.steps) == 1 else f" (and {len(task.steps) - 1} more)"
    which = point(task.id, task.parameters)
    return f"{task.id}{which and f' {which}'}: {shown}{more}"


def _conditions(stage: Stage) -> list[str]:
    lines = [f"after {' and '.join(stage.inputs)}"] if stage.inputs else []
    if stage.inputs and stage.proceed == "any":
        lines[0] += ", if any of its tasks succeeded"
    if stage.build:
        lines.append(f"build: {' '.join(stage.build)}")
    if stage.secrets:
        lines.append(f"secrets: {', '.join(stage.secrets)}")
    if stage.volumes:
        lines.append(f"volumes: {', '.join(f'{name} at {path}' for path, name in stage.volumes.items())}")
    return lines


def _schedule(plan: Plan, times: Sequence[datetime], quote: str = "") -> list[str]:
    """When the job is launched by itself; nothing where it is not."""
    schedule = plan.manifest.get("spec", {}).get("schedule")
    if schedule is None:
        return []
    shown = ", ".join(f"{time:%a %Y-%m-%d %H:%M}" for time in times)
    zone = schedule.get("timezone", "UTC")
    return [f"{quote}{schedule['cron']}{quote} in {zone}" + (f", next {shown}" if shown else "")]


def _volumes(plan: Plan) -> dict[tuple[str, str], None]:
    """Every path and Volume, once."""
    return {volume: None for stage in plan.stages for volume in stage.volumes.items()}


def _cost(plan: Plan, bound: Bound, estimate: Estimate | None, prices: Prices) -> list[str]:
    lines = [
        f"at most {dollars(bound.usd)} at Modal's prices of {prices.dated}; nothing on the local backend"
    ]
    if there := [stage.name for stage in plan.stages if stage.requirements.regions]:
        times = f"{prices.region_multiplier:g} times the price"
        lines.append(f"{times} for the choice of a region, in {' and '.join(there)}")
    if estimate is not None:
        runs = count(estimate.runs, "earlier run")
        spread = (
            f" ({dollars(estimate.low)} to {dollars(estimate.high)}, 90 %)"
            if estimate.low is not None and estimate.high is not None
            else ""
        )
        lines.append(f"probably {dollars(estimate.usd)}{spread}, from {runs}")
    return lines
