import pytest

from runner.errors import InputError
from runner.plan.model import Plan
from runner.plan.select import only


def test_the_last_part_of_an_id_selects_a_task(plan: Plan) -> None:
    assert list(only(plan, ("ember",)).tasks()) == ["train/ember"]


def test_a_glob_selects_a_stage(plan: Plan) -> None:
    assert list(only(plan, ("validate/*",)).tasks()) == ["validate/a-b", "validate/a-c", "validate/b-c"]


def test_inputs_that_are_left_out_are_not_waited_for(plan: Plan) -> None:
    assert only(plan, ("validate/*",)).stages[0].inputs == ()


def test_only_what_remains_is_deployed_and_gated(plan: Plan) -> None:
    part = only(plan, ("tide",))
    assert [file.to for file in part.deploy] == ["data/tide.toml"]
    assert [gate.metric for gate in part.gates] == ["first_seat_win_rate"]


def test_a_pattern_that_selects_nothing_is_refused_with_the_tasks_there_are(plan: Plan) -> None:
    with pytest.raises(InputError, match="no task gravel") as caught:
        only(plan, ("ember", "gravel"))
    assert "train/ember, train/tide" in caught.value.fix
