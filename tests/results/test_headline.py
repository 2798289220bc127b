from __future__ import annotations

from msgspec.structs import replace

from runner.manifest.common import Gate
from runner.results.gates import judge, verdict
from runner.results.headline import run_line, title, verdict_line
from runner.results.model import Metric, Report


def judged(report: Report, gate: Gate, metrics: dict[str, Metric]) -> Report:
    task = replace(report.tasks[0], metrics=metrics)
    gates = judge([gate], {}, {task.id: metrics})
    return replace(report, tasks=(task, *report.tasks[1:]), gates=gates, verdict=verdict(gates))


def test_a_title_says_what_changed_against_the_champion_in_points(tuned: Report) -> None:
    assert title(tuned) == "skirmish-weights: +4.1 points vs champion (95 %: 2.3 to 5.9)"


def test_a_title_names_the_task_where_another_could_be_meant(tuned: Report) -> None:
    other = replace(tuned.tasks[0], id="train/ember")
    report = replace(tuned, tasks=(*tuned.tasks, other))
    assert title(report) == "skirmish-weights: generalist +4.1 points vs champion (95 %: 2.3 to 5.9)"


def test_a_doubtful_gain_is_called_undecided(tuned: Report) -> None:
    metrics = {"win_rate": Metric(0.5, trials=100), "champion.win_rate": Metric(0.54, trials=100)}
    report = judged(tuned, Gate(metric="win_rate", against="champion"), metrics)
    assert title(report) == ("skirmish-weights: -4.0 points vs champion (95 %: -17.5 to 9.7) [undecided]")


def test_a_mean_is_compared_in_its_own_unit(tuned: Report) -> None:
    metrics = {
        "reward": Metric(12.5, stddev=1, count=100),
        "champion.reward": Metric(10.0, stddev=1, count=100),
    }
    report = judged(tuned, Gate(metric="reward", against="champion"), metrics)
    assert title(report) == "skirmish-weights: reward +2.5 vs champion (95 %: 2.221 to 2.779)"


def test_exact_values_have_no_interval(tuned: Report) -> None:
    metrics = {"reward": Metric(12.5), "champion.reward": Metric(13.0)}
    report = judged(tuned, Gate(metric="reward", against="champion"), metrics)
    assert title(report) == "skirmish-weights: reward -0.5 vs champion [gate failed]"


def test_of_several_comparisons_the_one_that_decides_is_in_the_title(tuned: Report) -> None:
    good, bad = tuned.gates[0], replace(tuned.gates[0], task="train/ember", verdict="fail", value=0.5)
    report = replace(tuned, gates=(good, bad), verdict="fail")
    assert title(report).startswith("skirmish-weights: ember win_rate -0.071 vs champion")
    assert title(report).endswith(", and 1 more [gate failed]")


def test_a_gate_with_bounds_gives_its_value(tuned: Report) -> None:
    report = replace(tuned, gates=tuned.gates[1:])
    assert title(report) == "skirmish-weights: first_seat_win_rate 0.523 (95 %: 0.5181 to 0.5279)"


def test_a_trial_that_was_stopped_early_is_no_failure(tuned: Report) -> None:
    stopped = replace(tuned.tasks[0], id="trials/2", outcome="stopped", metrics={})
    report = replace(tuned, tasks=(*tuned.tasks, stopped))
    done = len(tuned.tasks)
    assert f"{done} of {done + 1} tasks succeeded, 1 stopped early, in" in run_line(report)
    assert title(report) == title(tuned)


def test_without_gates_the_title_says_what_there_is(tuned: Report) -> None:
    plain = replace(tuned, gates=(), verdict="undecided")
    assert title(plain) == "skirmish-weights: first_seat_win_rate 0.523, new weights for 1 file"
    assert title(replace(plain, metrics={})) == "skirmish-weights: new weights for 1 file"
    assert title(replace(plain, weights=())) == "skirmish-weights: first_seat_win_rate 0.523"
    assert title(replace(plain, weights=(), metrics={})) == "skirmish-weights: 2 tasks succeeded"


def test_a_failed_run_is_named_in_the_title(broken: Report) -> None:
    assert title(broken) == "skirmish-weights: failed [1 of 3 tasks failed]"


def test_a_crashed_variant_is_counted_in_the_title_and_named_in_the_verdict(
    tuned: Report, broken: Report
) -> None:
    gate = Gate(metric="win_rate", against="champion")
    gates = judge([gate], {}, {"train/generalist": tuned.tasks[0].metrics}, ["train/ember"])
    report = replace(tuned, tasks=(*tuned.tasks, broken.tasks[1]), gates=gates, verdict=verdict(gates))
    assert title(report).endswith("(95 %: 2.3 to 5.9) [undecided, 1 of 3 tasks failed]")
    assert verdict_line(report) == (
        "**Verdict: undecided.** 1 of 2 gates is undecided: "
        "train/ember did not succeed, so its win_rate is unknown. 1 of 3 tasks failed: `train/ember`."
    )


def test_what_stands_against_the_news_is_never_cut_off(tuned: Report, broken: Report) -> None:
    long = replace(broken, job="j" * 50, metrics={}, gates=(replace(tuned.gates[1], metric="m" * 200),))
    assert title(long).endswith("… [1 of 3 tasks failed]")
    assert len(title(long)) == 120


def test_a_title_is_one_plain_line_of_bounded_length(tuned: Report) -> None:
    evil = replace(tuned, gates=(), weights=(), metrics={"a\nb\x1b[31m" + "x" * 500: Metric(1.0)})
    assert "\n" not in title(evil)
    assert "\x1b" not in title(evil)
    assert len(title(evil)) <= 120


def test_the_verdict_counts_the_gates_that_decide(tuned: Report) -> None:
    one = replace(tuned, gates=tuned.gates[:1])
    assert verdict_line(one).startswith("**Verdict: pass.** The gate holds: train/generalist: win_rate")
    failing = replace(tuned.gates[1], verdict="fail")
    assert verdict_line(replace(tuned, gates=(tuned.gates[0], failing), verdict="fail")).startswith(
        "**Verdict: fail.** 1 of 2 gates fails: first_seat_win_rate is 0.523"
    )
    doubtful = tuple(replace(gate, verdict="undecided") for gate in tuned.gates)
    assert "2 of 2 gates are undecided: " in verdict_line(replace(tuned, gates=doubtful, verdict="undecided"))


def test_a_run_that_failed_says_so_before_its_gates(broken: Report) -> None:
    assert verdict_line(broken) == (
        "**Verdict: fail.** The run failed. No gate declared, so nothing was demanded of the result. "
        "1 of 3 tasks failed: `train/ember`."
    )


def test_the_run_line_counts_tasks(broken: Report) -> None:
    assert "**failed**, 1 of 3 tasks succeeded, 1 failed, in 1m 40s." in run_line(broken)


def test_huge_numbers_have_a_title_too(tuned: Report) -> None:
    metrics = {"x": Metric(1e308), "champion.x": Metric(-1e308)}
    assert title(judged(tuned, Gate(metric="x", against="champion"), metrics)) == (
        "skirmish-weights: x +inf vs champion [undecided]"
    )
