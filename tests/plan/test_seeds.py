from msgspec.structs import replace

from runner.plan.model import Plan
from runner.plan.seeds import seeded, task_seed


def test_a_plan_without_a_seed_gets_one_from_the_run(plan: Plan) -> None:
    assert seeded(plan, "run-1").seed == seeded(plan, "run-1").seed
    assert seeded(plan, "run-1").seed != seeded(plan, "run-2").seed


def test_a_plan_with_a_seed_keeps_it_whatever_the_run(plan: Plan) -> None:
    assert seeded(replace(plan, seed=7), "run-1").seed == 7


def test_every_task_has_a_seed_of_its_own(plan: Plan) -> None:
    seeds = {task_seed(replace(plan, seed=7), task) for task in plan.tasks()}
    assert len(seeds) == len(plan.tasks())


def test_seeds_fit_31_bits(plan: Plan) -> None:
    assert all(0 <= task_seed(replace(plan, seed=seed), "train/ember") < 2**31 for seed in range(100))
