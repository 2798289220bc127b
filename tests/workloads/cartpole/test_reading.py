"""Parameters are read from what sweeps, command lines and YAML make of them."""

from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workloads.cartpole.command_line import parameters_in
from workloads.cartpole.parameters import CONFIGURATIONS, Parameters
from workloads.cartpole.reading import ParameterError, read
from workloads.cartpole.schedule import Schedule, constant

BASE = CONFIGURATIONS["CartPole-v1:ppo"].parameters


def reads(**given: object) -> Parameters:
    return read(given, BASE)


def test_what_is_not_given_stays() -> None:
    assert read({}, BASE) == BASE


def test_every_parameter_can_be_given_as_its_own_value() -> None:
    for field in fields(Parameters):
        value = getattr(BASE, field.name)
        if isinstance(value, Schedule):
            value = {"start": value.start, "end": value.end}
        assert read({field.name: value}, BASE) == BASE


@given(st.floats(0, 1e3, allow_subnormal=False))
def test_a_number_may_be_text(value: float) -> None:
    assert reads(policy_lr=str(value), ent_coef=repr(value)) == reads(policy_lr=value, ent_coef=value)


@pytest.mark.parametrize("value", [4096, 4096.0, "4096", "4096.0", "4.096e3"])
def test_a_whole_number_may_come_as_a_float(value: object) -> None:
    assert reads(max_env_steps=value).max_env_steps == 4096


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (3e-5, constant(3e-5)),
        ("3e-5", constant(3e-5)),
        ({"start": 0.01, "end": "0"}, Schedule(0.01, 0.0)),
        ("{'start': 0.01, 'end': 0.001}", Schedule(0.01, 0.001)),
        ('{"start": 0.01, "end": 0.001}', Schedule(0.01, 0.001)),
        ({"start": 0.01}, Schedule(0.01, BASE.policy_lr.end)),
    ],
)
def test_a_schedule_is_a_number_or_a_start_and_an_end(value: object, expected: Schedule) -> None:
    assert reads(policy_lr=value).policy_lr == expected


def test_parts_of_a_schedule_may_have_dotted_names() -> None:
    found = read({"policy_lr.end": "1e-4", "policy_lr.start": 0.01, "clip_range.end": 0.1}, BASE)
    assert found.policy_lr == Schedule(0.01, 1e-4)
    assert found.clip_range == Schedule(0.2, 0.1)


@pytest.mark.parametrize("value", [[32, 16], (32, 16), "[32, 16]", "32,16", ["32", 16.0]])
def test_layers_are_a_list_or_text(value: object) -> None:
    assert reads(hidden_sizes=value).hidden_sizes == (32, 16)


def test_a_single_layer_may_be_a_number() -> None:
    assert reads(hidden_sizes="32").hidden_sizes == (32,)


def test_an_unknown_parameter_is_named_with_the_known_ones() -> None:
    with pytest.raises(
        ParameterError, match=r"no parameter 'learning_rate'; known are batch_size, .*vf_coef"
    ):
        reads(learning_rate=1)


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("policy_lr", "fast", "'fast' is not a number"),
        ("policy_lr", float("nan"), "nan is not a number at least 0"),
        ("policy_lr", -1, "-1 is not a number at least 0"),
        ("policy_lr", {"begin": 1}, "a schedule has start and end, not 'begin'"),
        ("policy_lr", {"start": None}, "None is not a number"),
        ("clip_range", True, "True is not a number"),
        ("gamma", 1.01, "1.01 is not a number from 0 to 1"),
        ("n_epochs", 2.5, "2.5 is not a whole number"),
        ("n_envs", 0, "0 is not a number from 1 to 1024"),
        ("max_env_steps", "1e400", "'1e400' is not a number from 1"),
        ("hidden_sizes", [], "there must be at least one layer"),
        ("hidden_sizes", "wide", "'wide' is not a number"),
        ("hidden_sizes", [10**9], "1000000000 is not a number from 1 to 4096"),
        ("n_steps", {"start": 1}, "is not a number"),
        ("ent_coef", 10**400, "is not a number"),
    ],
)
def test_an_unusable_value_is_named_with_its_parameter(name: str, value: object, expected: str) -> None:
    with pytest.raises(ParameterError) as caught:
        read({name: value}, BASE)
    assert str(caught.value).startswith(f"the parameter {name} is unusable: ")
    assert expected in str(caught.value)


def test_a_parameter_and_a_part_of_it_cannot_both_be_given() -> None:
    with pytest.raises(ParameterError, match=r"policy_lr and policy_lr\.start are both given"):
        read({"policy_lr.start": 1, "policy_lr": 2}, BASE)


@pytest.mark.parametrize(
    "arguments",
    [
        ["--policy_lr=0.01", "--n_epochs=4"],
        ["--policy_lr", "0.01", "--n_epochs", "4"],
        ["policy_lr=0.01", "n_epochs=4"],
        ["+policy_lr=0.01", "++n_epochs=4"],
    ],
)
def test_arguments_may_have_any_form_that_sweeps_give_them(arguments: list[str]) -> None:
    assert parameters_in(arguments) == {"policy_lr": "0.01", "n_epochs": "4"}


@pytest.mark.parametrize("arguments", [["fast"], ["--fast"], ["--fast", "--slow"], ["-f", "1"]])
def test_an_argument_without_a_value_is_named(arguments: list[str]) -> None:
    with pytest.raises(ParameterError, match=f"the argument '{arguments[0]}' is unknown"):
        parameters_in(arguments)
