"""What budget and policy hold a service to, which has no end."""

from collections.abc import Callable
from pathlib import Path

import pytest

from runner.errors import InputError
from runner.pipeline.loading import load_job
from runner.pipeline.planning import PricedPlan, make_plan
from runner.pipeline.workspace import open_workspace

SERVICE = "model: us/base\napp: app:create\nimage: {pip: [games==1.0]}\nresources: {cpu: 1, memory: 1GiB}\n"
GRPO = "model: us/base\nenvironment: wordle\nbuild: [make]\n"

Write = Callable[..., Path]


def planned(project: Path, name: str = "games") -> PricedPlan:
    workspace = open_workspace(project)
    return make_plan(workspace, load_job(workspace, name, ()))


def settings(project: Path, text: str) -> None:
    (project / "runner.toml").write_text(text)


def test_a_budget_is_of_one_training_and_not_of_the_service(project: Path, write_job: Write) -> None:
    write_job("tiny", GRPO, "GRPO")
    write_job("games", SERVICE + "training: {job: jobs/tiny.yaml}\nbudget: {usd: 0.01}\n", "Service")
    assert planned(project).bound.usd > 0.01


def test_the_policy_is_held_to_a_day_with_all_containers(project: Path, write_job: Write) -> None:
    write_job("games", SERVICE + "scaling: {max_containers: 10}\n", "Service")
    day = planned(project).bound.usd
    settings(project, f"[policy]\nmax_usd = {day + 0.01}\n")
    assert planned(project).bound.usd == day
    settings(project, f"[policy]\nmax_usd = {day / 2}\n")
    with pytest.raises(
        InputError, match=r"the service could cost \$13\.24 a day, and policy\.max_usd"
    ) as caught:
        planned(project)
    assert caught.value.fix.startswith("lower scaling.max_containers, or ask for less under resources")


def test_an_approval_is_asked_for_a_day_with_all_containers(project: Path, write_job: Write) -> None:
    write_job("games", SERVICE + "scaling: {max_containers: 10}\n", "Service")
    settings(project, "[policy.approval]\nusd = 1\n")
    (reason,) = planned(project).approvals
    assert reason == "it could cost $13.24 a day, more than $1.00 (runner.toml:2)"


def test_containers_that_wait_for_calls_cost_no_more_than_the_dearest_day(
    project: Path, write_job: Write
) -> None:
    write_job("games", SERVICE + "scaling: {min_containers: 2, max_containers: 4}\n", "Service")
    upkeep = planned(project).bound.upkeep
    assert upkeep is not None
    assert 2 * upkeep.idle_day == pytest.approx(upkeep.busy_day)
