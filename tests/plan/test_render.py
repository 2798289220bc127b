import json
from collections.abc import Callable

import pytest

from runner.plan.cost import Bound, Estimate, bound
from runner.plan.model import Plan
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


def test_the_json_holds_the_bound_in_dollars(plan: Plan, prices: Prices) -> None:
    document = json.loads(as_json(plan, bound(plan, prices), None, prices))
    assert document["bound_usd"] == pytest.approx(bound(plan, prices).usd)
    assert document["estimate_usd"] is None
