"""The plan of a service: where it stands, who may come in, what it costs while it does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from runner.manifest.units import duration_text
from runner.plan.cost import Upkeep
from runner.plan.model import Endpoint, Plan, Stage
from runner.plan.phrases import command_text, count, fenced, needs_text
from runner.plan.prices import Prices
from runner.wording import choices, dollars, printable


def service_text(plan: Plan, upkeep: Upkeep, prices: Prices, source: str) -> str:
    """The plan as plain text."""
    stage, endpoint = _served(plan)
    lines = [
        f"{plan.kind} {plan.job}",
        f"  source    {source}",
        f"  address   {address_text(plan)}",
        "",
        f"  each container: {needs_text(stage.requirements)} a request",
        f"    application: {endpoint.app}",
        *(f"    before it serves: {line}" for line in _steps(stage)),
        f"    secrets: {', '.join(stage.secrets)}",
        *(f"    volume: {name} at {path}" for path, name in stage.volumes.items()),
        *(f"    {printable(note)}" for note in stage.notes),
        "",
        f"  scaling   {scaling_text(endpoint)}",
        f"  deployed  {watch_text(endpoint)}",
        *(f"  cost      {line}" for line in upkeep_lines(stage, upkeep, prices)),
    ]
    return "\n".join(lines) + "\n"


def service_markdown(plan: Plan, upkeep: Upkeep, prices: Prices, source: str) -> str:
    """The plan as Markdown, for a comment on a pull request."""
    stage, endpoint = _served(plan)
    least, most, needs = upkeep.least, upkeep.most, needs_text(stage.requirements)
    containers = f"{least}" if least == most else f"{least} to {most}"
    lines = [
        f"### Plan: {plan.kind} `{plan.job}`",
        "",
        "| containers | each | an hour of one | a day of none calling | a day at most |",
        "|---|---|---|---|---|",
        f"| {containers} | {needs} a request | {dollars(upkeep.hour)} | {dollars(upkeep.idle_day)} "
        f"| {dollars(upkeep.busy_day)} |",
        "",
        *(f"- {line}" for line in upkeep_lines(stage, upkeep, prices)),
        f"- Address: {address_text(plan)}",
        f"- Source: {source}",
        f"- Scaling: {scaling_text(endpoint)}",
        f"- Secrets: {', '.join(f'`{name}`' for name in stage.secrets)}",
        *(f"- Volume: `{name}` at `{path}`" for path, name in stage.volumes.items()),
        "",
        *fenced(
            (
                f"application: {endpoint.app}",
                *(f"before it serves: {line}" for line in _steps(stage)),
                *map(printable, stage.notes),
                f"deployed {watch_text(endpoint)}",
            )
        ),
    ]
    return "\n".join(lines).rstrip() + "\n"


def address_text(plan: Plan) -> str:
    """Where the service answers; what stands before the name is the provider's and the settings' to say."""
    return (
        f"that of the app …-service-{plan.job} at Modal (runner status shows it), http://127.0.0.1:8000 here"
    )


def scaling_text(endpoint: Endpoint) -> str:
    """How many containers stand, and what each takes on."""
    least, most = endpoint.min_containers, endpoint.max_containers
    stand = count(most, "container") if least == most else f"{least} to {count(most, 'container')}"
    idle = "" if least == most else f"; one without a request stands {duration_text(endpoint.scaledown)} more"
    return f"{stand}, each for {count(endpoint.concurrent, 'request')} at a time{idle}"


def watch_text(endpoint: Endpoint) -> str:
    """What has it deployed anew, beside its manifest."""
    if endpoint.watch:
        changed = choices(map(printable, endpoint.watch))
        return f"anew when {changed} differs from what stands, or this manifest does"
    return "anew when the code differs from what stands (all but jobs/ and results/), or this manifest does"


def upkeep_lines(stage: Stage, upkeep: Upkeep, prices: Prices) -> list[str]:
    """What the service costs while it stands: a service has no end, and so no bound on all of it."""
    lines = [
        f"{dollars(upkeep.hour)} for an hour of one container, at Modal's prices of {prices.dated}; "
        "nothing on the local backend",
        f"at most {dollars(upkeep.busy_day)} a day, with {count(upkeep.most, 'container')}; it has no end",
        _idle(upkeep),
    ]
    if stage.requirements.regions:
        lines.append(f"{prices.region_multiplier:g} times the price for the choice of a region")
    return lines


def upkeep_numbers(upkeep: Upkeep) -> dict[str, Any]:
    """The same for programs, in US dollars."""
    return {
        "container_hour": round(upkeep.hour, 6),
        "idle_day": round(upkeep.idle_day, 6),
        "most_day": round(upkeep.busy_day, 6),
    }


def _idle(upkeep: Upkeep) -> str:
    if upkeep.least:
        stand = f"{upkeep.least} stands" if upkeep.least == 1 else f"{upkeep.least} stand"
        return f"{dollars(upkeep.idle_day)} a day without any request, as {stand} idle"
    after = f"{dollars(upkeep.rate * upkeep.scaledown)} for the {duration_text(upkeep.scaledown)}"
    return f"nothing while nobody calls, but {after} that a container stands after its last request"


def _served(plan: Plan) -> tuple[Stage, Endpoint]:
    stage = plan.service
    assert stage is not None and stage.endpoint is not None
    return stage, stage.endpoint


def _steps(stage: Stage) -> Iterator[str]:
    yield from (command_text(step) for task in stage.tasks for step in task.steps)
