from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.backends.modal.billing import read_rates
from runner.errors import ProviderError

GIVEN = {
    "cpu_hour_cost": Decimal("0.04730"),
    "cpu_hour_cost_sandbox": Decimal("0.141900"),
    "mem_gib_hour_cost": Decimal("0.00800"),
    "gpu_hour_cost_a10g": Decimal("1.10000"),
    "gpu_hour_cost_a100_40gb": Decimal("2.10000"),
    "gpu_hour_cost_rtx6000": Decimal("3.03000"),
    "gpu_hour_cost_z9000": Decimal("99"),
    "volume_storage_gib_month_cost": Decimal("0.09000"),
}


def test_rates_of_an_hour_become_prices_of_a_second() -> None:
    rates = read_rates(GIVEN)
    assert rates.cpu_core_second == pytest.approx(0.0473 / 3600)
    assert rates.memory_gib_second == pytest.approx(0.008 / 3600)
    assert rates.gpu_second["RTX-PRO-6000"] == pytest.approx(3.03 / 3600)


def test_every_name_of_a_gpu_gets_its_rate() -> None:
    gpus = read_rates(GIVEN).gpu_second
    assert gpus["A10"] == gpus["A10G"] == pytest.approx(1.1 / 3600)
    assert gpus["A100"] == gpus["A100-40GB"]


def test_what_is_not_known_is_named_and_not_lost() -> None:
    assert read_rates(GIVEN).others == {
        "cpu_hour_cost_sandbox": "0.141900",
        "gpu_hour_cost_z9000": "99",
        "volume_storage_gib_month_cost": "0.09000",
    }


def test_a_rate_that_the_provider_does_not_name_is_none() -> None:
    rates = read_rates({"cpu_hour_cost": Decimal(1)})
    assert (rates.memory_gib_second, rates.gpu_second) == (None, {})


@pytest.mark.parametrize("rate", ["-0.1", "NaN", "Infinity", "sNaN"])
def test_a_rate_that_can_be_none_is_an_error_of_the_provider(rate: str) -> None:
    with pytest.raises(ProviderError, match="no amount of money"):
        read_rates({"cpu_hour_cost": Decimal(rate)})


@given(st.dictionaries(st.sampled_from([*GIVEN, "x"]), st.decimals(0, 10**6)))
def test_no_rate_is_dropped(given: dict[str, Decimal]) -> None:
    rates = read_rates(given)
    single = [rates.cpu_core_second, rates.memory_gib_second]
    gpus = {"A10", "A100", "RTX-PRO-6000"} & rates.gpu_second.keys()
    assert len(given) == len(rates.others) + len(gpus) + sum(price is not None for price in single)
