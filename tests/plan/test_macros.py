"""Macros are filled as W&B's own agent fills them."""

import json
import re
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from wandb.sdk.launch.sweeps.utils import create_sweep_command_args

from runner.plan.macros import flattened, trial_command, wandb_config
from runner.plan.model import Search

POINT = {"lr": 1e-5, "amsgrad": True, "debug": False, "name": "a b", "none": None, "nested": {"x": [1, "y"]}}


def command(*elements: str, program: str = "train.py", point: dict[str, Any] = POINT) -> tuple[str, ...]:
    return trial_command(Search(method="random", parameters={}, command=elements, program=program), point)


def unescaped(argument: str) -> str:
    """What the worker makes of an argument that has no placeholder of its own."""
    assert not re.search(r"(?<!\$)\$\{", argument)
    return argument.replace("$${", "${")


def test_the_default_command_of_wandb() -> None:
    assert command("${env}", "${interpreter}", "${program}", "${args}", point={"lr": 1e-5, "n": 2}) == (
        *("/usr/bin/env", "python", "train.py"),
        *("--lr=1e-05", "--n=2"),
    )


VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text("a ${}'\"é-=", max_size=8)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=2), st.dictionaries(st.sampled_from("ab"), inner, max_size=2)
    ),
    max_leaves=3,
)
ARGUMENT_MACROS = (
    *("args", "args_no_equals", "args_no_hyphens", "args_no_boolean_flags", "args_json"),
    *("args_append_hydra", "args_override_hydra"),
)


@pytest.mark.parametrize("macro", ARGUMENT_MACROS)
@settings(max_examples=30, deadline=None)
@given(point=st.dictionaries(st.sampled_from(["a", "b.c", "D-e"]), VALUES, max_size=3))
def test_arguments_are_written_as_wandb_writes_them(macro: str, point: dict[str, Any]) -> None:
    theirs = create_sweep_command_args({"args": {name: {"value": value} for name, value in point.items()}})
    ours = command("${" + macro + "}", point=point)
    assert [unescaped(argument) for argument in ours] == theirs[macro]


def test_the_json_file_is_among_the_files_of_the_attempt() -> None:
    assert command("--config", "${args_json_file}") == ("--config", "${files}/args.json")


def test_what_the_worker_fills_is_left_to_it() -> None:
    left = (
        "${envvar:HOME}/x",
        "${envvar:TOKEN_2}",
        "${output}",
        "--seed=${seed}",
        "${files}/a",
        "$${output}",
    )
    assert command(*left) == left


def test_a_macro_that_nobody_knows_is_left_out_as_wandb_does() -> None:
    assert command("a", "${nothing}", "${envvar:lower}", "b") == ("a", "b")


def test_a_macro_inside_an_element_is_text_as_it_is_to_wandb() -> None:
    assert command("--x=${args}", "${", "a${b") == ("--x=$${args}", "$${", "a$${b")


def test_a_program_that_is_not_named_adds_nothing() -> None:
    assert command("${interpreter}", "${program}", program="") == ("python",)


def test_a_point_is_told_value_by_value_under_dotted_names() -> None:
    assert flattened(POINT) == {
        "lr": "1e-05",
        "amsgrad": "true",
        "debug": "false",
        "name": "a b",
        "none": "null",
        "nested.x": '[1, "y"]',
    }
    assert flattened({"empty": {}}) == {"empty": "{}"}


def test_wandb_reads_the_point_that_was_written_for_it() -> None:
    document = yaml.safe_load(yaml.safe_dump(wandb_config(POINT)))
    assert document.pop("wandb_version") == 1
    assert {name: each["value"] for name, each in document.items()} == POINT


def test_arguments_as_json_are_read_back_as_the_point() -> None:
    (text,) = command("${args_json}")
    assert json.loads(text) == POINT
