import json
import re
from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

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


@pytest.mark.parametrize(
    ("render", "shown"),
    [
        (as_text, "\n  schedule  0 3 * * 1 in Europe/Berlin, next Mon 2026-11-23 03:00\n"),
        (as_markdown, "\n- Schedule: `0 3 * * 1` in Europe/Berlin, next Mon 2026-11-23 03:00\n"),
        (as_json, '"next_times": [\n    "2026-11-23T03:00:00+01:00"'),
    ],
)
def test_a_schedule_is_shown_with_the_times_that_come(
    render: Callable[..., str], shown: str, plan: Plan, prices: Prices
) -> None:
    manifest = {"kind": "Tune", "spec": {"schedule": {"cron": "0 3 * * 1", "timezone": "Europe/Berlin"}}}
    times = (datetime(2026, 11, 23, 3, tzinfo=ZoneInfo("Europe/Berlin")),)
    text = render(replace(plan, manifest=manifest), bound(plan, prices), None, prices, times)
    assert shown in text


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
