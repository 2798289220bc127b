"""One question, one reply."""

import json
from typing import Any

import pytest

from workloads.textgames.envs.base import GameError
from workloads.textgames.envs.bfcl.environment import Bfcl
from workloads.textgames.envs.registry import make


def made(data: str, **arguments: Any) -> Bfcl:
    return Bfcl(data=data, **{"categories": "simple_python", "split": "all", **arguments})


def answer(environment: Bfcl, **others: Any) -> str:
    width = float(environment._row.id.rpartition("_")[2])
    arguments = {"width": width, "shape": "square", **others}
    return f"<tool_call>{json.dumps({'name': 'shapes_area', 'arguments': arguments})}</tool_call>"


def test_a_right_reply_is_worth_one(small: str) -> None:
    environment = made(small)
    question = environment.reset(3)
    assert question.startswith("How large is a square of")
    step = environment.step(answer(environment))
    assert (step.reward, step.done, step.observation) == (1.0, True, "The calls are right.")
    assert step.info == {
        "category": "simple_python",
        "row": environment._row.id,
        "error": None,
        "success": True,
    }


@pytest.mark.parametrize(
    ("reply", "error", "told"),
    [
        ("I do not know.", "unreadable", "The reply is not made of calls."),
        ("[area(width=1.0)]", "wrong_function", "Another function than 'area' is to be called."),
        ("[shapes_area(width=-1.0)]", "wrong_value", "The argument 'width' has another value."),
        ("[shapes_area(shape='square')]", "missing_argument", "The argument 'width' is missing."),
    ],
)
def test_a_wrong_reply_is_worth_nothing(small: str, reply: str, error: str, told: str) -> None:
    environment = made(small)
    environment.reset(0)
    step = environment.step(reply)
    assert (step.reward, step.done, step.observation) == (0.0, True, told)
    assert step.info["error"] == error
    assert step.info["success"] is False


def test_a_second_reply_changes_nothing(small: str) -> None:
    environment = made(small)
    environment.reset(0)
    first = environment.step(answer(environment))
    assert environment.step("again") == first._replace(reward=0.0)
    environment.reset(1)
    assert environment.step("again").info["success"] is False


def test_shaping_rewards_calls_and_their_names(small: str) -> None:
    environment = made(small, shaping=True)
    rewards = []
    for reply in ("no", "[area(width=1.0)]", "[shapes_area(width=-1.0)]"):
        environment.reset(0)
        rewards.append(environment.step(reply).reward)
    environment.reset(0)
    rewards.append(environment.step(answer(environment)).reward)
    assert rewards == [0.0, 0.1, pytest.approx(0.3), 1.0]


def test_every_seed_has_its_row_and_all_rows_come(small: str) -> None:
    environment = made(small)
    questions = [environment.reset(seed) for seed in range(20)]
    assert len(set(questions)) == 20
    assert [made(small).reset(seed) for seed in range(20, 40)] == questions
    assert questions != sorted(questions, key=lambda question: int(question.split()[-2]))


def test_the_splits_part_the_rows(small: str) -> None:
    both = [made(small, split=split)._rows for split in ("train", "test")]
    ids = [{row.id for row in rows} for rows in both]
    assert ids[0] & ids[1] == set()
    assert len(ids[0] | ids[1]) == 20


def test_a_row_may_have_an_instruction_of_its_own_and_many_calls(small: str) -> None:
    environment = made(small, categories=["live_parallel"])
    environment.reset(0)
    assert environment.system_prompt.startswith("You are given a question and functions")
    assert environment.system_prompt.endswith("\n\nYou know shapes.")
    assert [tool["function"]["name"] for tool in environment.tools] == ["shapes_area"]
    step = environment.step("[shapes_area(width=2, shape='circle'), shapes_area(width=1, shape='square')]")
    assert step.info["success"] is True


@pytest.mark.parametrize("name", ["bfcl", "vf-bfcl-single-turn", "tool-test", "vf-tool-test"])
def test_it_is_made_by_its_names(small: str, name: str) -> None:
    environment = make(name, {"data": small, "categories": ["simple_python"]})
    assert isinstance(environment, Bfcl)
    assert environment.max_turns == 1


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"split": "dev"}, "split must be train, test or all"),
        ({"categories": "irrelevance"}, "categories must be simple_python"),
        ({"categories": []}, "categories must be a list of simple_python"),
        ({"categories": 3}, "categories must be a list of simple_python"),
        ({"shaping": "yes"}, "shaping must be true or false"),
        ({"data": 3}, "data must be the path of a folder"),
        ({"seed": 3}, "bfcl has no argument 'seed'"),
    ],
)
def test_a_wrong_argument_is_told_with_those_there_are(
    small: str, arguments: dict[str, Any], told: str
) -> None:
    with pytest.raises(GameError) as raised:
        make("bfcl", {"data": small, "categories": "simple_python", **arguments})
    assert told in str(raised.value)
    assert str(raised.value).endswith("its arguments are categories, split, shaping, data")


def test_a_split_without_rows_is_told(small: str) -> None:
    environment = made(small, categories="live_parallel")
    empty = "train" if environment._rows[0].split == "test" else "test"
    with pytest.raises(GameError, match=f"no row of live_parallel is in the split {empty}"):
        made(small, categories="live_parallel", split=empty)
