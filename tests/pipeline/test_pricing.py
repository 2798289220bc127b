import pytest

from runner.backends.modal.billing import Billed, Rates
from runner.pipeline.pricing import Bill, Change, compare, summed
from runner.plan.prices import Prices

KNOWN = Prices("2026-09-25", "a test", 0.00001, 0.000002, {"T4": 0.0002, "X9": 0.1}, 1.75)


def test_every_rate_stands_beside_the_known_price() -> None:
    rates = Rates(0.00002, None, {"T4": 0.0002, "L4": 0.0003}, {})
    assert compare(KNOWN, rates) == (
        Change("cpu_core_second", 0.00001, 0.00002),
        Change("gpu_second.T4", 0.0002, 0.0002),
        Change("gpu_second.L4", None, 0.0003),
    )


@pytest.mark.parametrize(
    ("old", "new", "suspicious"),
    [(1, 5, False), (1, 5.01, True), (1, 0.2, False), (1, 0.19, True), (1, 0, True), (None, 9, False)],
)
def test_a_rate_more_than_five_times_apart_is_not_believed(
    old: float | None, new: float, suspicious: bool
) -> None:
    assert Change("x", old, new).suspicious == suspicious


def test_a_price_of_nothing_can_become_any_price() -> None:
    assert not Change("x", 0, 0.1).suspicious


def test_bills_are_sums_over_apps_and_hours_the_dearest_first() -> None:
    rows = [
        Billed("cheap", "a", 0, 0.5),
        Billed("dear", "b", 0, 1.0),
        Billed("dear", "b", 3_600, 1.25),
        Billed("dear", "c", 0, -0.25),
    ]
    assert summed(rows) == (Bill("dear", 2.0, 2), Bill("cheap", 0.5, 1))
