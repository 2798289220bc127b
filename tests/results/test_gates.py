from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.manifest.common import Gate
from runner.results.gates import judge, verdict
from runner.results.model import GateResult, Metric

VERDICTS = st.sampled_from(["pass", "fail", "undecided"])


def one(gate: Gate, **metrics: Metric) -> GateResult:
    named = {name.replace("champion_", "champion."): metric for name, metric in metrics.items()}
    (result,) = judge([gate], {}, {"train/bot": named})
    return result


def test_a_clear_gain_over_the_champion_passes_and_says_so() -> None:
    result = one(
        Gate(metric="win_rate", against="champion"),
        win_rate=Metric(0.612, trials=8_000),
        champion_win_rate=Metric(0.541, trials=8_000),
    )
    assert result.verdict == "pass"
    assert result.statement == (
        "train/bot: win_rate 0.612 is above the champion's 0.541 by 0.071 (95 %: 0.056 to 0.086), "
        "needs at least 0.000"
    )
    assert (result.task, result.baseline, result.method) == (
        "train/bot",
        0.541,
        "Newcombe hybrid score interval",
    )
    assert result.reason == "n = 8,000; champion n = 8,000"


def test_a_clear_loss_to_the_champion_fails() -> None:
    result = one(
        Gate(metric="win_rate", against="champion"),
        win_rate=Metric(0.48, trials=8_000),
        champion_win_rate=Metric(0.54, trials=8_000),
    )
    assert result.verdict == "fail"
    assert "is below the champion's 0.540, a difference of -0.060 (95 %: " in result.statement


def test_a_gain_that_could_be_chance_is_undecided() -> None:
    result = one(
        Gate(metric="win_rate", against="champion"),
        win_rate=Metric(0.55, trials=100),
        champion_win_rate=Metric(0.54, trials=100),
    )
    assert result.verdict == "undecided"
    assert result.low is not None
    assert result.high is not None
    assert result.low < 0 < result.high


def test_means_are_compared_with_welchs_interval() -> None:
    result = one(
        Gate(metric="reward", against="champion", min_delta=1.0),
        reward=Metric(12.0, stddev=2.0, count=50),
        champion_reward=Metric(8.0, stddev=3.0, count=60),
    )
    assert (result.verdict, result.method) == ("pass", "Welch t interval")


def paired(trials: int, gained: int, lost: int, both: int) -> dict[str, Metric]:
    return {
        "x": Metric((both + gained) / trials, trials=trials, gained=gained, lost=lost),
        "champion_x": Metric((both + lost) / trials, trials=trials),
    }


def test_paired_seeds_decide_with_fewer_episodes() -> None:
    gate = Gate(metric="x", against="champion")
    together = paired(200, 16, 4, 100)
    apart = {**together, "x": Metric(together["x"].value, trials=200)}
    assert one(gate, **apart).verdict == "undecided"
    result = one(gate, **together)
    assert (result.verdict, result.method) == ("pass", "Tango score interval of paired seeds")
    assert result.reason == "200 paired seeds: 16 gained, 4 lost"
    more = [trials for trials in range(200, 4_000, 100) if unpaired_decides(trials, 0.58, 0.52)]
    assert more[0] == 600


def unpaired_decides(trials: int, rate: float, champion: float) -> bool:
    gate = Gate(metric="x", against="champion")
    metrics = {"x": Metric(rate, trials=trials), "champion_x": Metric(champion, trials=trials)}
    return one(gate, **metrics).verdict == "pass"


def test_paired_means_are_compared_by_their_differences() -> None:
    gate = Gate(metric="x", against="champion")
    champion = Metric(1.0, stddev=1.0, count=100)
    apart = one(gate, x=Metric(1.1, stddev=1.0, count=100), champion_x=champion)
    result = one(gate, x=Metric(1.1, stddev=1.0, count=100, paired_stddev=0.3), champion_x=champion)
    assert (apart.verdict, apart.method) == ("undecided", "Welch t interval")
    assert (result.verdict, result.method) == ("pass", "Student t interval of paired seeds")
    assert result.reason == "100 paired seeds"


def test_seeds_on_which_nobody_differs_are_no_proof_that_nobody_ever_does() -> None:
    gate = Gate(metric="x", against="champion")
    rates = one(gate, **paired(50, 0, 0, 25))
    mean = Metric(1.0, stddev=1.0, count=50)
    means = one(gate, x=Metric(1.0, stddev=1.0, count=50, paired_stddev=0.0), champion_x=mean)
    assert (rates.verdict, rates.method) == ("undecided", "Tango score interval of paired seeds")
    assert (means.verdict, means.method) == ("undecided", "Welch t interval")


@pytest.mark.parametrize(
    ("metric", "champion", "method"),
    [
        (Metric(0.5, trials=10, gained=2, lost=1), Metric(0.4, trials=20), "Newcombe hybrid score interval"),
        (Metric(0.5, trials=10, gained=2, lost=2), Metric(0.2, trials=10), "Newcombe hybrid score interval"),
        (Metric(0.5, trials=10, gained=2, lost=1), Metric(0.4), "Wilson score interval"),
        (
            Metric(1.0, stddev=2.0, count=10, paired_stddev=1.5),
            Metric(0.0, stddev=2.0, count=11),
            "Welch t interval",
        ),
        (
            Metric(1.0, stddev=2.0, count=10, paired_stddev=0.1),
            Metric(0.0, stddev=1.0, count=10),
            "Welch t interval",
        ),
    ],
)
def test_what_cannot_be_of_the_same_seeds_is_compared_as_two_samples(
    metric: Metric, champion: Metric, method: str
) -> None:
    assert one(Gate(metric="x", against="champion"), x=metric, champion_x=champion).method == method


def test_a_rate_against_an_exact_champion_keeps_its_own_interval_and_says_what_was_exact() -> None:
    result = one(
        Gate(metric="win_rate", against="champion"),
        win_rate=Metric(0.6, trials=1_000),
        champion_win_rate=Metric(0.5),
    )
    assert (result.verdict, result.method) == ("pass", "Wilson score interval")
    assert result.reason == "champion.win_rate came without a sample size, taken as exact"


def test_a_largest_gain_alone_sets_no_least_gain() -> None:
    result = one(
        Gate(metric="loss", against="champion", max_delta=0.0),
        loss=Metric(0.2),
        champion_loss=Metric(0.3),
    )
    assert result.verdict == "pass"
    assert result.statement.endswith("(taken as exact), needs at most 0.000")


def test_floating_point_does_not_decide_a_gate() -> None:
    gate = Gate(metric="score", against="champion", min_delta=0.1)
    assert one(gate, score=Metric(0.3), champion_score=Metric(0.2)).verdict == "pass"


@pytest.mark.parametrize(
    ("rate", "trials", "expected"),
    [(0.523, 40_000, "pass"), (0.56, 40_000, "fail"), (0.44, 40_000, "fail"), (0.548, 2_000, "undecided")],
)
def test_between_holds_the_whole_interval_or_none_of_it(rate: float, trials: int, expected: str) -> None:
    assert one(Gate(metric="p1", between=[0.5, 0.55]), p1=Metric(rate, trials=trials)).verdict == expected


def test_min_and_max_are_judged_alike() -> None:
    metric = Metric(5.0, stddev=1.0, count=100)
    verdicts = [one(Gate(metric="x", min=bound), x=metric).verdict for bound in (4.0, 5.0, 6.0)]
    assert verdicts == ["pass", "undecided", "fail"]
    verdicts = [one(Gate(metric="x", max=bound), x=metric).verdict for bound in (4.0, 5.0, 6.0)]
    assert verdicts == ["fail", "undecided", "pass"]


def test_an_exact_value_decides_and_says_that_it_was_taken_as_exact() -> None:
    result = one(Gate(metric="x", min=5.0), x=Metric(5.0))
    assert result.verdict == "pass"
    assert result.reason == "x came without a sample size, taken as exact"
    assert result.statement == "train/bot: x is 5.000 (taken as exact), needs at least 5.000"


def test_enough_digits_are_shown_to_see_why() -> None:
    result = one(Gate(metric="x", min=0.5), x=Metric(0.49996))
    assert result.statement == "train/bot: x is 0.49996 (taken as exact), needs at least 0.50000"


def test_a_gate_that_names_a_task_looks_nowhere_else() -> None:
    metrics = {"train/a": {"x": Metric(1.0)}, "train/b": {"x": Metric(3.0)}}
    (result,) = judge([Gate(metric="x", task="train/a", min=2.0)], {"x": Metric(9.0)}, metrics)
    assert (result.task, result.verdict) == ("train/a", "fail")


def test_a_gate_without_a_task_takes_the_runs_metric_first() -> None:
    (result,) = judge([Gate(metric="x", min=2.0)], {"x": Metric(9.0)}, {"train/a": {"x": Metric(1.0)}})
    assert (result.task, result.verdict) == ("", "pass")
    assert result.statement.startswith("x is 9.000")


def test_otherwise_every_task_that_reports_the_metric_is_judged() -> None:
    tasks = {"a": {"x": Metric(1.0)}, "b": {"y": Metric(0.0)}, "c": {"x": Metric(3.0)}}
    results = judge([Gate(metric="x", min=2.0)], {}, tasks)
    assert [(result.task, result.verdict) for result in results] == [("a", "fail"), ("c", "pass")]


def test_a_metric_that_nobody_reports_is_undecided_with_the_reason() -> None:
    named, unnamed = judge([Gate(metric="x", task="a", min=1), Gate(metric="x", min=1)], {}, {"a": {}})
    assert (named.verdict, named.reason) == ("undecided", "a reported no metric x")
    assert (unnamed.verdict, unnamed.reason) == (
        "undecided",
        "neither the run nor any task reported a metric x",
    )


def test_a_champion_that_nobody_reports_is_undecided_with_the_reason() -> None:
    result = one(Gate(metric="x", against="champion"), x=Metric(1.0))
    assert (result.verdict, result.reason) == (
        "undecided",
        "train/bot reported no champion.x to compare with",
    )


def test_a_gate_that_demands_nothing_is_undecided() -> None:
    assert one(Gate(metric="x"), x=Metric(1.0)).verdict == "undecided"


def test_no_gate_is_undecided() -> None:
    assert verdict(judge([], {}, {})) == "undecided"


@given(st.lists(VERDICTS, min_size=1, max_size=6))
def test_one_failure_fails_and_one_doubt_leaves_undecided(verdicts: list[str]) -> None:
    results = [GateResult(statement="", verdict=one, metric="x") for one in verdicts]
    expected = "fail" if "fail" in verdicts else "undecided" if "undecided" in verdicts else "pass"
    assert verdict(results) == expected


finite = st.floats(-1e6, 1e6)
metric_values = st.one_of(
    st.builds(Metric, finite),
    st.builds(lambda value, trials: Metric(value, trials=trials), st.floats(0, 1), st.integers(1, 10**6)),
    st.builds(lambda v, s, n: Metric(v, stddev=s, count=n), finite, st.floats(0, 1e3), st.integers(2, 10**6)),
    st.builds(
        lambda b, c: Metric(b / 50, trials=50, gained=b, lost=c), st.integers(0, 25), st.integers(0, 25)
    ),
    st.builds(lambda v, s: Metric(v, stddev=1.0, count=9, paired_stddev=s), finite, st.floats(0, 1e3)),
)


@given(metric=metric_values, champion=metric_values, bound=finite)
def test_a_stricter_demand_is_never_better_met(metric: Metric, champion: Metric, bound: float) -> None:
    order = {"fail": 0, "undecided": 1, "pass": 2}
    for make in (
        lambda least: Gate(metric="x", min=least),
        lambda least: Gate(metric="x", against="champion", min_delta=least),
    ):
        lax = one(make(bound), x=metric, champion_x=champion)
        strict = one(make(bound + 1.0), x=metric, champion_x=champion)
        assert order[strict.verdict] <= order[lax.verdict]
        assert lax.low is not None
        assert lax.high is not None
        assert math.isfinite(lax.low)
        assert lax.low <= lax.high


extreme = st.sampled_from([0.0, 5e-324, 1e-300, 0.5, 1.0, 1e200, 1e308, -1e308])
extreme_metrics = st.one_of(
    st.builds(Metric, extreme),
    st.builds(
        lambda v, n: Metric(v, trials=n),
        st.sampled_from([0.0, 5e-324, 0.5, 1.0]),
        st.sampled_from([1, 2**53]),
    ),
    st.builds(
        lambda v, s, n: Metric(v, stddev=abs(s), count=n), extreme, extreme, st.sampled_from([2, 3, 2**53])
    ),
    st.builds(lambda v, s: Metric(v, stddev=abs(s), count=3, paired_stddev=abs(s)), extreme, extreme),
    st.builds(
        lambda b, c: Metric(0.5, trials=2**53, gained=b, lost=c), *[st.sampled_from([0, 1, 2**52])] * 2
    ),
)


@given(
    metric=extreme_metrics,
    champion=extreme_metrics,
    confidence=st.sampled_from([0.5000001, 0.95, 1 - 2**-53]),
)
def test_whatever_a_program_reports_is_judged_in_numbers_that_json_knows(
    metric: Metric, champion: Metric, confidence: float
) -> None:
    for gate in (
        Gate(metric="x", min=0.5, confidence=confidence),
        Gate(metric="x", against="champion", min_delta=0.0, confidence=confidence),
    ):
        result = one(gate, x=metric, champion_x=champion)
        assert result.low is not None
        assert result.high is not None
        assert math.isfinite(result.low)
        assert math.isfinite(result.high)
        assert result.low <= result.high
        assert len(result.statement) < 300


def test_the_methods_name_what_the_interval_rests_on() -> None:
    rate, mean, exact = Metric(0.5, trials=9), Metric(0.5, stddev=0.1, count=9), Metric(0.5)
    gate = Gate(metric="x", against="champion")
    methods = [
        one(gate, x=metric, champion_x=champion).method
        for metric, champion in ((rate, rate), (mean, mean), (rate, mean), (mean, exact), (exact, exact))
    ]
    assert methods == [
        "Newcombe hybrid score interval",
        "Welch t interval",
        "Wilson score interval with Student t interval",
        "Student t interval",
        "",
    ]


def test_a_gate_on_every_task_is_undecided_for_those_that_did_not_succeed() -> None:
    tasks = {"train/red": {"x": Metric(3.0)}, "validate/a-b": {"y": Metric(1.0)}}
    lost = ["train/blue", "validate/b-a", "other/x"]
    results = judge([Gate(metric="x", min=2.0)], {}, tasks, lost)
    assert [(result.task, result.verdict) for result in results] == [
        ("train/red", "pass"),
        ("train/blue", "undecided"),
    ]
    assert results[1].statement == "train/blue did not succeed, so its x is unknown"
    assert verdict(results) == "undecided"


def test_a_gate_on_one_task_or_on_the_run_does_not_ask_for_the_others() -> None:
    gates = [Gate(metric="x", task="train/red", min=2.0), Gate(metric="whole", min=2.0)]
    results = judge(gates, {"whole": Metric(2.0)}, {"train/red": {"x": Metric(3.0)}}, ["train/blue"])
    assert [result.verdict for result in results] == ["pass", "pass"]
