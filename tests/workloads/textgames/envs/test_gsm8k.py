"""Word problems: the number that ends a reply is the answer, or it is not."""

import json
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workloads.textgames.envs.base import GameError
from workloads.textgames.envs.gsm8k import Gsm8k, number_in
from workloads.textgames.envs.registry import make

PROBLEMS = [
    {"question": "How many legs do two cats have?", "answer": "Each has 4.\n2*4=<<2*4=8>>8\n#### 8"},
    {"question": "What do 3 cars cost?", "answer": "#### 1,250,000"},
]


@pytest.fixture
def problems(tmp_path: Path) -> str:
    path = tmp_path / "problems.jsonl"
    path.write_text("\n".join(json.dumps(problem) for problem in PROBLEMS))
    return str(path)


@pytest.mark.parametrize(
    ("reply", "number"),
    [
        ("2 * 4 = 8\n#### 8", "8"),
        ("####8", "8"),
        ("#### 1,250,000", "1250000"),
        ("#### $1,250.50.", "1250.50"),
        ("#### -$5", "-5"),
        ("#### $-5", "-5"),
        ("#### .5", "0.5"),
        ("#### 8.", "8"),
        ("#### 8.00", "8"),
        ("#### **8**", "8"),
        ("#### 8 legs", "8"),
        ("#### 50%", "50"),
        (r"So it is \boxed{8}.", "8"),
        (r"\boxed{\$8}", "8"),
        (r"#### \boxed{8}", "8"),
        ("<answer> 8 </answer>", "8"),
        ("<answer>#### 8</answer>", "8"),
        ("<answer>8", "8"),
        ("#### 7\nNo, wait.\n#### 8", "8"),
        (r"#### 7 but then \boxed{8}", "8"),
        ("<think>#### 7</think>\n#### 8", "8"),
        ("8", None),
        ("The answer is 8.", None),
        ("#### eight", None),
        ("#### 8 or 9", None),
        ("#### 8/9", None),
        ("#### 8e9", None),
        ("####\n8", None),
        (r"\boxed{\frac{1}{8}}", None),
        ("#### 8\n#### none", None),
        ("#### 8</think> I do not know", None),
        ("#### ٨", None),
    ],
)
def test_a_number_is_read_where_it_is_marked(reply: str, number: str | None) -> None:
    assert number_in(reply) == (None if number is None else Decimal(number))


@given(st.decimals(allow_nan=False, allow_infinity=False, places=3))
def test_a_number_is_read_exactly(number: Decimal) -> None:
    assert number_in(f"#### {number:,f}") == number


@given(st.text() | st.text("#<answer>\\boxd{}0123456789.,-$ \n"))
def test_any_reply_is_read(reply: str) -> None:
    assert isinstance(number_in(reply), Decimal | None)


@pytest.mark.parametrize("piece", ["#### ", "<answer>", "\\boxed{", "####1", "9", ","])
def test_no_reply_takes_long(piece: str) -> None:
    began = time.process_time()
    number_in("#### " + piece * 20_000)
    assert time.process_time() - began < 5


def test_the_answer_is_worth_one_and_another_nothing(problems: str) -> None:
    environment = Gsm8k(path=problems)
    steps = []
    for reply in ("#### 8", "#### 9", "8"):
        assert environment.reset(0) == "How many legs do two cats have?"
        steps.append(environment.step(reply))
    assert [step.reward for step in steps] == [1.0, 0.0, 0.0]
    assert all(step.done for step in steps)
    assert [step.info["error"] for step in steps] == [None, "wrong_answer", "no_answer"]
    assert steps[0].info == {"row": 0, "answer": "8", "error": None, "success": True}
    assert environment.step("#### 8") == steps[-1]


def test_seeds_take_the_problems_in_turn(problems: str) -> None:
    environment = Gsm8k(path=problems)
    assert [environment.reset(seed) for seed in range(4)] == [each["question"] for each in PROBLEMS] * 2
    environment.reset(1)
    assert environment.step("#### $1,250,000").info["success"] is True


def test_the_form_of_a_reply_is_told(problems: str) -> None:
    environment = make("vf-gsm8k", {"path": problems})
    assert "#### 42" in environment.system_prompt
    assert (environment.tools, environment.max_turns) == ([], 1)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"split": "dev"}, "split must be train or test"),
        ({"path": 3}, "path must be the path of a file"),
        ({"revision": ""}, "revision must be a commit"),
        ({"revision": "main\n"}, "revision must be a commit"),
        ({"level": 3}, "gsm8k has no argument 'level'"),
    ],
)
def test_a_wrong_argument_is_told_with_those_there_are(arguments: dict[str, Any], told: str) -> None:
    with pytest.raises(GameError) as raised:
        make("gsm8k", arguments)
    assert told in str(raised.value)
    assert str(raised.value).endswith("its arguments are split, revision, path")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "has no problems"),
        ('{"question": "a"}', "needs an object with `question` and `answer` on each line"),
        ("[1", "needs an object with `question` and `answer` on each line"),
        (
            '{"question": "a", "answer": "8"}',
            "the answer of problem 1 in .* does not end with #### and a number",
        ),
    ],
)
def test_a_file_of_another_form_is_refused(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "problems.jsonl"
    path.write_text(text)
    with pytest.raises(GameError, match=told):
        Gsm8k(path=str(path))


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(GameError, match="cannot be read: No such file or directory"):
        Gsm8k(path=str(tmp_path / "none"))
