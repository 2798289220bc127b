from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from runner.manifest.common import Gate, Image
from runner.plan.compare import PricedSide, compare
from runner.plan.cost import bound
from runner.plan.model import DeployedFile, PinnedSource, Plan, Requirements, Stage, Task
from runner.plan.prices import Prices

PRICES = Prices("2026-01-02", "a test", 0.001, 0.0001, {"T4": 0.01, "H100": 0.1}, 1.75)
NAMES = st.sampled_from(("a", "b", "c", "d"))
TEXTS = st.sampled_from(("x", "y", "two words"))


def some(names: st.SearchStrategy[str] = NAMES) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(names, max_size=3, unique=True).map(tuple)


REQUIREMENTS = st.builds(
    Requirements,
    cpu=st.sampled_from((0.5, 2.0)),
    memory=st.sampled_from((2**30, 2**31)),
    timeout=st.integers(60, 62),
    gpus=some(st.sampled_from(("T4", "H100"))),
    stall_timeout=st.sampled_from((None, 30)),
    retries=st.integers(0, 2),
    retry_on=some(st.sampled_from(("timeout", "out-of-memory"))),
    regions=some(st.sampled_from(("eu-west", "us"))),
)
IMAGES = st.builds(
    Image,
    python=st.sampled_from((None, "3.11", "3.12")),
    pip=st.lists(NAMES, max_size=2),
    run=st.lists(TEXTS, max_size=1),
    env=st.dictionaries(NAMES, TEXTS, max_size=2),
)


@st.composite
def stages(draw: st.DrawFn) -> Stage:
    name = draw(NAMES)
    tasks = draw(st.dictionaries(NAMES, st.tuples(TEXTS, some()), min_size=1, max_size=3))
    return Stage(
        name=name,
        tasks=tuple(
            Task(f"{name}/{task}", ((word,),), weights=files) for task, (word, files) in tasks.items()
        ),
        requirements=draw(REQUIREMENTS),
        image=draw(IMAGES),
        build=draw(some(TEXTS)),
        env=draw(st.dictionaries(NAMES, TEXTS, max_size=2)),
        secrets=draw(some()),
        volumes=draw(st.dictionaries(NAMES, TEXTS, max_size=2)),
        inputs=draw(some()),
        proceed=draw(st.sampled_from(("all", "any"))),
        restore_weights=draw(st.booleans()),
        max_parallel=draw(st.sampled_from((None, 1, 4))),
    )


PLANS = st.builds(
    Plan,
    job=NAMES,
    kind=st.sampled_from(("Command", "Tune")),
    source=st.builds(PinnedSource, NAMES, st.just("tree"), st.sampled_from(("", "https://example.org/game"))),
    manifest=st.just({}),
    stages=st.lists(stages(), max_size=3, unique_by=lambda stage: stage.name).map(tuple),
    gates=st.lists(st.builds(Gate, metric=NAMES, min=st.sampled_from((0.0, 0.5))), max_size=2).map(tuple),
    deploy=st.lists(st.builds(DeployedFile, NAMES, TEXTS, NAMES), max_size=2, unique_by=lambda f: f.to).map(
        tuple
    ),
    seed=st.sampled_from((None, 1)),
)


def side(plan: Plan) -> PricedSide:
    return PricedSide(plan, bound(plan, PRICES))


def told(before: Plan, after: Plan) -> list[str]:
    return compare(side(before), side(after))


def seen(plan: Plan) -> Any:
    """What a reviewer cares for: not the order of what runs at the same time, nor the own commit."""
    source = plan.source if plan.source.repository else None
    stages = {
        stage.name: replace(stage, tasks=tuple(sorted(stage.tasks, key=lambda task: task.id)))
        for stage in plan.stages
    }
    gates = sorted((gate.metric, gate.min or 0.0) for gate in plan.gates)
    deploy = {file.to: file for file in plan.deploy}
    return plan.job, plan.kind, source, stages, gates, deploy, plan.seed


@given(PLANS, PLANS)
def test_nothing_is_said_exactly_when_both_plans_do_the_same(before: Plan, after: Plan) -> None:
    assert (told(before, after) == []) == (seen(before) == seen(after))


@settings(max_examples=40)
@given(PLANS, PLANS)
def test_every_sentence_stands_on_a_line_and_is_said_once(before: Plan, after: Plan) -> None:
    sentences = told(before, after)
    assert len(sentences) == len(set(sentences))
    assert all(sentence and sentence.isprintable() for sentence in sentences)


@pytest.fixture
def other(plan: Plan) -> Plan:
    """The plan with the changes that reviewers look for most."""
    train, validate = plan.stages
    longer = replace(train.requirements, timeout=7200)
    more = tuple(replace(train.tasks[0], id=f"train/{name}") for name in ("ember", "grove", "moss"))
    return replace(
        plan,
        stages=(replace(train, tasks=more, requirements=longer, secrets=()), validate),
        gates=(*plan.gates[:1], Gate(metric="games", min=200)),
        deploy=(plan.deploy[0], DeployedFile("train/moss", "moss.toml", "data/moss.toml")),
        manifest={"kind": "Tune", "spec": {"budget": {"usd": 9}, "schedule": {"cron": "0 3 * * 1"}}},
    )


def test_a_reviewer_reads_what_became_of_the_plan(plan: Plan, other: Plan, prices: Prices) -> None:
    before, after = (PricedSide(one, bound(one, prices)) for one in (plan, other))
    assert compare(before, after) == [
        "at most $31.38 → $134.10",
        "stage train: 2 → 3 tasks (new: grove, moss; gone: tide)",
        "stage train: timeout 1m 40s → 2h",
        "stage train: secret removed: WANDB_API_KEY",
        "gate added: games at least 200, at 95%",
        "gate removed: first_seat_win_rate between 0.45 and 0.6, at 95%",
        "lands: data/moss.toml",
        "lands no longer: data/tide.toml",
        "budget: none → $9.00",
        "schedule: none → 0 3 * * 1 in UTC",
    ]


def test_the_same_change_in_several_stages_is_said_once(plan: Plan) -> None:
    quicker = tuple(
        replace(stage, requirements=replace(stage.requirements, timeout=50)) for stage in plan.stages
    )
    assert told(plan, replace(plan, stages=quicker))[1:] == [
        "stages train and validate: timeout 1m 40s → 50s"
    ]


def test_a_value_of_a_variable_is_never_told(plan: Plan) -> None:
    train, validate = (replace(stage, env={"MODE": "harmless"}) for stage in plan.stages)
    changed = replace(train, env={"MODE": "hunter2", "TOKEN": "hunter3"})
    before, after = (replace(plan, stages=(first, validate)) for first in (train, changed))
    assert told(before, after) == [
        "stage train: variable added: TOKEN",
        "stage train: variable changed: MODE",
    ]


def test_a_field_that_no_plan_shows_is_named(plan: Plan) -> None:
    manifest = {"metadata": {"description": "New words."}, "spec": {"validation": {"games": [1]}}}
    assert told(plan, replace(plan, manifest={**plan.manifest, **manifest})) == [
        "the plan is the same; fields that it does not show: metadata, spec"
    ]
    deeper = {"kind": "Tune", **manifest, "spec": {"validation": {"games": [2]}}}
    assert told(replace(plan, manifest={"kind": "Tune", **manifest}), replace(plan, manifest=deeper)) == [
        "the plan is the same; fields that it does not show: spec.validation.games"
    ]


def test_many_names_are_counted(plan: Plan) -> None:
    train, validate = plan.stages
    many = tuple(replace(train.tasks[0], id=f"train/{number}") for number in range(100))
    assert told(plan, replace(plan, stages=(replace(train, tasks=many), validate)))[1] == (
        "stage train: 2 → 100 tasks (new: 0, 1, 2, 3, 4, 5 and 94 more; gone: ember, tide)"
    )
