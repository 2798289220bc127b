import json
from collections.abc import Callable

import pytest
from msgspec.structs import replace

from runner.plan.cost import Bound, Estimate, bound
from runner.plan.model import Endpoint, Plan, Requirements
from runner.plan.prices import Prices
from runner.plan.render import as_json, as_markdown, as_text

Render = Callable[[Plan, Bound, Estimate | None, Prices], str]


def changed(service: Plan, requirements: Requirements | None = None, **endpoint: object) -> Plan:
    (stage,) = service.stages
    assert stage.endpoint is not None
    made = replace(stage, endpoint=replace(stage.endpoint, **endpoint))
    return replace(service, stages=(replace(made, requirements=requirements or made.requirements),))


@pytest.mark.parametrize(
    ("name", "render"), [("service.txt", as_text), ("service.md", as_markdown), ("service.json", as_json)]
)
def test_a_service_reads_as_the_golden_file(
    name: str, render: Render, service: Plan, prices: Prices, golden: Callable[[str, str], None]
) -> None:
    golden(name, render(service, bound(service, prices), None, prices))


@pytest.mark.parametrize(
    ("endpoint", "line"),
    [
        (
            {"min_containers": 0},
            "nothing while nobody calls, but $3.72 for the 5m that a container stands after its last request",
        ),
        ({"min_containers": 2}, "$2,142.72 a day without any request, as 2 stand idle"),
        ({"min_containers": 3}, "3 containers, each for 64 requests at a time\n"),
        (
            {"min_containers": 0, "max_containers": 1, "scaledown": 90},
            "0 to 1 container, each for 64 requests at a time; one without a request stands 1m 30s more",
        ),
        ({"watch": ()}, "anew when the code differs from what stands (all but jobs/ and results/)"),
    ],
)
@pytest.mark.parametrize("render", [as_text, as_markdown])
def test_scaling_is_told_with_what_it_costs(
    render: Render, endpoint: dict[str, object], line: str, service: Plan, prices: Prices
) -> None:
    other = changed(service, **endpoint)
    assert line in render(other, bound(other, prices), None, prices)


@pytest.mark.parametrize("render", [as_text, as_markdown])
def test_the_price_of_a_region_is_told(
    render: Render, service: Plan, prices: Prices, requirements: Callable[..., Requirements]
) -> None:
    other = changed(service, requirements(regions=("eu-west",)))
    shown = render(other, bound(other, prices), None, prices)
    assert "in eu-west, up to" in shown
    assert "1.75 times the price for the choice of a region" in shown


def test_programs_find_prices_and_no_total(service: Plan, prices: Prices) -> None:
    document = json.loads(as_json(service, bound(service, prices), None, prices))
    assert document["bound_usd"] is None
    assert document["upkeep_usd"] == {"container_hour": 44.64, "idle_day": 1071.36, "most_day": 3214.08}


def test_a_service_without_a_build_command_has_nothing_before_it_serves(
    service: Plan, prices: Prices
) -> None:
    (stage,) = service.stages
    plain = replace(service, stages=(replace(stage, tasks=(replace(stage.tasks[0], steps=()),)),))
    assert "before it serves" not in as_text(plain, bound(plain, prices), None, prices)


def test_every_field_of_an_endpoint_has_its_place(service: Plan, prices: Prices) -> None:
    """A field that is added must be told to reviewers."""
    text = as_text(service, bound(service, prices), None, prices)
    shown = [
        "games.app:create",
        "1 to 3",
        "5m more",
        "64 requests",
        "SERVICE_PASSWORDS",
        "jobs/tiny.yaml",
        "models",
    ]
    assert [part for part in shown if part not in text] == []
    assert len(Endpoint.__struct_fields__) == 8
