"""What a plan says of a sweep before it runs."""

from collections.abc import Callable
from typing import Any

import pytest

from runner.kinds.sweep import Sweep
from runner.kinds.sweep.notes import notes_of
from runner.kinds.sweep.spec import SweepJob
from runner.plan.compare import PricedSide, compare
from runner.plan.cost import bound
from runner.plan.model import PinnedSource, Plan
from runner.plan.prices import Prices
from runner.plan.render import as_json, as_markdown, as_text
from tests.kinds.sweep.test_kind import BAYES, GRID, KEY, RANDOM, job

PRICES = Prices("2026-01-01", "a table", 1e-5, 2e-6, {}, 1.5)


def planned(made: SweepJob) -> Plan:
    source = PinnedSource("0" * 40, "1" * 40)
    return Plan(job="sample", kind="Sweep", source=source, manifest={}, stages=Sweep().stages(made))


def said(sweep: object = GRID, **spec: Any) -> str:
    return "\n".join(notes_of(job(sweep, **spec)))


@pytest.mark.parametrize(
    ("sweep", "spec", "words"),
    [
        (GRID, {}, "a grid of 3 points, and every one is tried"),
        (GRID, {"count": 2}, "the first 2 of the 3 points of a grid"),
        (RANDOM, {"count": 1}, "1 point, drawn at random"),
        (RANDOM, {"count": 30}, "30 points, each drawn at random"),
        (BAYES, {"count": 30}, "30 points, chosen by bayes, which learns from the results of those before"),
        (None, {"sweep_id": "abc", "secrets": KEY, "count": 4}, "4 trials of a sweep that exists at W&B"),
    ],
)
def test_it_is_said_how_many_points_there_are(sweep: object, spec: dict[str, Any], words: str) -> None:
    assert said(sweep, **spec).splitlines()[0] == words


@pytest.mark.parametrize(
    ("most", "words"),
    [
        (1, "one at a time: the first two are drawn at random, and each later one knows all results before"),
        (2, "2 at once: the first 3 are drawn at random, and each later one misses the result of the one"),
        (
            4,
            "4 at once: the first 5 are drawn at random, and each later one misses the results of the 3",
        ),
        (9, "all 10 at once: no result is there to learn from, so every point is drawn at random; lower"),
        (None, "2 at once: the first 3"),
    ],
)
def test_it_is_said_what_trials_at_once_do_to_bayes(most: int | None, words: str) -> None:
    resources = {} if most is None else {"max_parallel": most}
    assert f"\n{words}" in said(BAYES, count=10, resources=resources)


def test_a_search_that_does_not_learn_is_only_said_to_be_parallel() -> None:
    assert "\nall at once, as far as there is room\n" in said()
    assert "\n2 at once\n" in said(resources={"max_parallel": 2})


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ({}, "the run itself chooses the points; no account at W&B is needed"),
        ({"scheduler": "embedded", "secrets": KEY}, "the run itself chooses the points; trials log to W&B"),
        ({"secrets": KEY}, "W&B's server chooses the points, and its agents ask for them"),
    ],
)
def test_it_is_said_who_chooses_the_points(spec: dict[str, Any], words: str) -> None:
    assert words in said(**spec)


def test_agents_are_said_to_make_several_trials_each() -> None:
    assert "each worker makes up to 2 trials, one after the other" in said(secrets=KEY, runs_per_worker=2)
    assert "each worker" not in said(runs_per_worker=2)


def test_what_is_sought_is_said() -> None:
    metric = {"name": "reward", "goal": "maximize", "target": 475}
    text = said({**RANDOM, "metric": metric, "early_terminate": {"type": "hyperband", "min_iter": 3}})
    assert "sought is the largest reward; no trial begins once one has come to 475" in text
    assert "trials that do worse than others are ended early (hyperband)" in text


def test_every_parameter_is_said() -> None:
    parameters = {
        "many": {"values": list(range(9))},
        "weighted": {"values": ["a", "b"], "probabilities": [0.9, 0.1]},
        "rate": {"parameters": {"start": {"distribution": "log_uniform_values", "min": 1e-5, "max": 1}}},
        "steps": {"distribution": "q_uniform", "min": 0, "max": 1, "q": 0.25},
        "normal": {"distribution": "normal", "mu": 1, "sigma": 2},
        "fixed": {"value": True},
    }
    lines = said({**RANDOM, "parameters": parameters}).splitlines()
    assert [line for line in lines if ": " in line] == [
        "fixed: always true",
        "many: 0, 1, 2, 3, 4, 5 or 3 others",
        "normal: normal",
        "rate.start: 1e-05 to 1, log_uniform_values",
        "steps: 0 to 1, q_uniform in steps of 0.25",
        'weighted: "a" or "b", not equally likely',
    ]


def test_many_parameters_and_long_commands_are_cut() -> None:
    parameters = {f"p{number:02}": {"value": 1} for number in range(20)}
    lines = said({**RANDOM, "parameters": parameters, "command": ["x" * 500, "\x1b[2J"]}).splitlines()
    assert "and 8 parameters more" in lines
    assert lines[-1].startswith("each runs xxx") and len(lines[-1]) < 200
    assert all(line.isprintable() for line in lines)


@pytest.mark.parametrize(
    ("name", "render"), [("plan.txt", as_text), ("plan.md", as_markdown), ("plan.json", as_json)]
)
def test_the_plan_of_a_sweep_reads_as_the_golden_file(
    name: str, render: Callable[..., str], golden: Callable[[str, str], None]
) -> None:
    plan = planned(job(BAYES, count=20, resources={"timeout": "10m"}))
    golden(name, render(plan, bound(plan, PRICES), None, PRICES))


def test_the_plan_of_agents_reads_as_the_golden_file(golden: Callable[[str, str], None]) -> None:
    plan = planned(job(BAYES, count=20, runs_per_worker=3, secrets=KEY))
    golden("plan-agents.txt", as_text(plan, bound(plan, PRICES), None, PRICES))


def test_what_changes_in_a_sweep_is_said_in_words() -> None:
    wider = {**BAYES, "parameters": {"x": {"min": 0.0, "max": 2.0}}}
    sides = (planned(made) for made in (job(BAYES, count=20), job(wider, count=30)))
    changes = compare(*(PricedSide(plan, bound(plan, PRICES)) for plan in sides))
    assert [change for change in changes if change.startswith("stage trials")] == [
        "stage trials: 20 → 30 tasks (new: 21, 22, 23, 24, 25, 26 and 4 more)",
        "stage trials: no longer: 20 points, chosen by bayes, which learns from the results of those before",
        "stage trials: no longer: x: 0 to 1, uniform",
        "stage trials: now: 30 points, chosen by bayes, which learns from the results of those before",
        "stage trials: now: x: 0 to 2, uniform",
    ]


@pytest.mark.parametrize(
    ("spec", "usd"),
    [
        # 20 trials, each of 600 s twice, on a core and 2 GiB.
        ({}, 20 * 1200 * 1.4e-5),
        # 7 agents, each of 3 trials and 2 minutes twice; two errands of 600 s with 1 GiB.
        ({"secrets": KEY, "runs_per_worker": 3}, 7 * 2 * 1920 * 1.4e-5 + 2 * 600 * 1.2e-5),
    ],
)
def test_the_price_bound_counts_every_attempt_of_every_trial(spec: dict[str, Any], usd: float) -> None:
    plan = planned(job(BAYES, count=20, resources={"timeout": "10m"}, **spec))
    assert bound(plan, PRICES).usd == pytest.approx(usd)
