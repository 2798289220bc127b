import json
import re
from collections.abc import Callable

import pytest
from msgspec.structs import replace

from runner.plan.cost import Bound, Estimate, bound
from runner.plan.model import Plan, Requirements
from runner.plan.prices import Prices
from runner.plan.render import as_json, as_markdown, as_text

ESTIMATE = Estimate(0.21, 4, 0.1, 0.32)

Render = Callable[[Plan, Bound, Estimate | None, Prices], str]


@pytest.mark.parametrize(
    ("name", "render"), [("plan.txt", as_text), ("plan.md", as_markdown), ("plan.json", as_json)]
)
def test_a_plan_reads_as_the_golden_file(
    name: str, render: Render, plan: Plan, prices: Prices, golden: Callable[[str, str], None]
) -> None:
    golden(name, render(plan, bound(plan, prices), ESTIMATE, prices))


@pytest.mark.parametrize("render", [as_text, as_markdown, as_json])
def test_regions_and_volumes_are_shown_in_every_form(
    render: Render, plan: Plan, prices: Prices, requirements: Callable[..., Requirements]
) -> None:
    train, validate = plan.stages
    there = replace(train, requirements=requirements(regions=("eu-west",)), volumes={"/data": "games"})
    shown = render(replace(plan, stages=(there, validate)), bound(plan, prices), None, prices)
    assert {"eu-west", "games", "/data"} <= set(re.findall(r"[a-z/-]+", shown))


def test_the_price_of_a_region_is_told(
    plan: Plan, prices: Prices, requirements: Callable[..., Requirements]
) -> None:
    train, validate = plan.stages
    there = replace(train, requirements=requirements(regions=("eu-west", "us")))
    shown = as_text(replace(plan, stages=(there, validate)), bound(plan, prices), None, prices)
    assert "2 CPU, 4 GiB, in eu-west or us, up to" in shown
    assert "1.75 times the price for the choice of a region, in train" in shown


def test_the_json_holds_the_bound_in_dollars(plan: Plan, prices: Prices) -> None:
    document = json.loads(as_json(plan, bound(plan, prices), None, prices))
    assert document["bound_usd"] == pytest.approx(bound(plan, prices).usd)
    assert document["estimate_usd"] is None
