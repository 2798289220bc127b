from typing import Any

import pytest
from msgspec.structs import replace

from runner.plan.compare import PricedSide, compare
from runner.plan.cost import bound
from runner.plan.model import Plan
from runner.plan.prices import Prices


def sentences(before: Plan, after: Plan, prices: Prices) -> list[str]:
    return compare(PricedSide(before, bound(before, prices)), PricedSide(after, bound(after, prices)))


def changed(service: Plan, **endpoint: Any) -> Plan:
    (stage,) = service.stages
    assert stage.endpoint is not None
    return replace(service, stages=(replace(stage, endpoint=replace(stage.endpoint, **endpoint)),))


def test_the_same_service_has_no_changes(service: Plan, prices: Prices) -> None:
    assert sentences(service, service, prices) == []


@pytest.mark.parametrize(
    ("endpoint", "sentence"),
    [
        ({"app": "a:b"}, "application games.app:create → a:b"),
        ({"scaledown": 60}, "stands without a request for 5m → 1m"),
        ({"concurrent": 1}, "requests at a time in each 64 → 1"),
        ({"password_secret": "OTHERS"}, "passwords in SERVICE_PASSWORDS → OTHERS"),
        ({"training": ""}, "requests may launch jobs/tiny.yaml → nothing"),
        ({"watch": ()}, "deployed anew with games and models → all but jobs/ and results/"),
    ],
)
def test_a_change_of_the_endpoint_is_told(
    endpoint: dict[str, Any], sentence: str, service: Plan, prices: Prices
) -> None:
    assert sentences(service, changed(service, **endpoint), prices) == [f"stage serve: {sentence}"]


def test_a_change_of_the_scaling_is_told_with_its_price(service: Plan, prices: Prices) -> None:
    after = changed(service, min_containers=0, max_containers=1)
    assert sentences(service, after, prices) == [
        "a day without any request $1,071.36 → $0.00",
        "a day at most $3,214.08 → $1,071.36",
        "stage serve: containers at least 1 → 0",
        "stage serve: containers at most 3 → 1",
    ]


def test_a_change_of_the_resources_is_told_by_the_hour(service: Plan, prices: Prices) -> None:
    (stage,) = service.stages
    after = replace(
        service, stages=(replace(stage, requirements=replace(stage.requirements, gpus=("H100",))),)
    )
    assert sentences(service, after, prices)[0] == "an hour of one container $44.64 → $368.64"


def test_a_run_that_becomes_a_service_has_days_in_place_of_an_end(
    plan: Plan, service: Plan, prices: Prices
) -> None:
    (stage,) = service.stages
    served = replace(service, stages=(replace(stage, name="train"),))
    found = sentences(plan, served, prices)
    assert found[0].endswith(" → $3,214.08 a day")
    assert "stage train: has an address now" in [text.partition(" (")[0] for text in found]
    assert "stage train: has no address any more" in sentences(served, plan, prices)
