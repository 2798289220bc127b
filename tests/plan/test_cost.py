from collections.abc import Callable

import pytest

from runner.errors import InputError
from runner.plan.cost import allowance, bound
from runner.plan.model import Plan, Requirements
from runner.plan.prices import Prices, parse_prices

TABLE = {
    "dated": "d",
    "source": "s",
    "cpu_core_second": 1.0,
    "memory_gib_second": 2.0,
    "gpu_second": {"T4": 3.0},
    "region_multiplier": 1.75,
}


def test_the_rate_adds_cores_memory_and_the_dearest_gpu(
    prices: Prices, requirements: Callable[..., Requirements]
) -> None:
    assert prices.rate(requirements(gpus=("T4", "H100:2"))) == pytest.approx(2 * 0.001 + 4 * 0.0001 + 2 * 0.1)


def test_a_region_multiplies_the_whole_rate(
    prices: Prices, requirements: Callable[..., Requirements]
) -> None:
    anywhere, bound_to_one = requirements(gpus=("T4",)), requirements(gpus=("T4",), regions=("us-east",))
    assert prices.rate(bound_to_one) == pytest.approx(1.75 * prices.rate(anywhere))


def test_a_gpu_without_a_price_is_refused_with_the_known_ones(
    prices: Prices, requirements: Callable[..., Requirements]
) -> None:
    with pytest.raises(InputError, match="no price for the GPU K80") as caught:
        prices.rate(requirements(gpus=("K80",)))
    assert "T4, H100" in caught.value.fix


def test_every_attempt_of_every_task_counts_towards_the_bound(plan: Plan, prices: Prices) -> None:
    most = bound(plan, prices)
    train = 2 * 200 * (2 * 0.001 + 4 * 0.0001)
    validate = 3 * 100 * (0.001 + 4 * 0.0001 + 0.1)
    assert [stage.usd for stage in most.stages] == pytest.approx([train, validate])
    assert most.usd == pytest.approx(train + validate)


def test_the_allowance_is_the_timeout_of_all_attempts(plan: Plan) -> None:
    assert [allowance(stage) for stage in plan.stages] == [200, 100]


def test_settings_override_single_prices() -> None:
    prices = parse_prices(TABLE, {"cpu_core_second": 9.0, "gpu_second": {"L4": 4.0}})
    assert prices.cpu_core_second == 9.0
    assert prices.gpu_second == {"T4": 3.0, "L4": 4.0}


def test_a_price_that_is_no_number_is_refused() -> None:
    with pytest.raises(InputError, match="cannot be used"):
        parse_prices(TABLE, {"cpu_core_second": "cheap"})


def test_a_service_has_no_end_and_a_bound_on_its_days(service: Plan, prices: Prices) -> None:
    most = bound(service, prices)
    rate = 2 * 0.001 + 4 * 0.0001 + 0.01
    assert most.upkeep is not None
    assert most.upkeep.hour == pytest.approx(3_600 * rate)
    assert most.upkeep.idle_day == pytest.approx(86_400 * rate)
    assert most.upkeep.busy_day == pytest.approx(most.usd) == pytest.approx(3 * 86_400 * rate)
    assert most.per == " a day"


def test_a_run_has_a_bound_on_all_of_it(plan: Plan, prices: Prices) -> None:
    assert (bound(plan, prices).upkeep, bound(plan, prices).per) == (None, "")
