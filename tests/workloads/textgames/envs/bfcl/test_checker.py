"""Verdicts on calls: the rules one by one, and the same as the leaderboard's own on all of its rows."""

import pickle
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.workloads.textgames.envs.bfcl import changed, right
from workloads.textgames.envs.bfcl.calls import Call
from workloads.textgames.envs.bfcl.checker import mistake_in
from workloads.textgames.envs.bfcl.rows import CATEGORIES, Answer, Function, Parameters, Row, load

REFERENCE = Path(__file__).with_name("reference.py")
UNANSWERABLE = {
    "live_simple_106-63-0",  # an argument must be there, and no value is allowed for it
    "live_simple_112-68-0",
    "live_multiple_862-181-3",  # the answer has an argument that the function does not
    "live_multiple_964-207-0",
    "simple_java_36",  # numbers in a list of any type, where the text of each item stays text
    "simple_java_65",
}

Case = tuple[str, int, list[Call]]


def verdicts(package: Path, cases: list[Case]) -> list[bool | str]:
    """What the leaderboard's own checker says of calls to the `index`-th row of a category."""
    plain = [(category, index, [tuple(call) for call in calls]) for category, index, calls in cases]
    done = subprocess.run(
        [sys.executable, str(REFERENCE), str(package)],
        input=pickle.dumps(plain),
        capture_output=True,
        check=True,
    )
    found: list[bool | str] = pickle.loads(done.stdout)
    assert len(found) == len(cases)
    return found


def rows(package: Path) -> Iterator[tuple[int, Row]]:
    for category in CATEGORIES:
        yield from enumerate(load(package / "bfcl_eval" / "data", category))


def assert_equal(package: Path, cases: list[tuple[int, Row, list[Call]]]) -> list[bool]:
    """Holds our verdicts to theirs, and returns them. A whole number too large for a real one ends theirs."""
    theirs = verdicts(package, [(row.category, index, calls) for index, row, calls in cases])
    ours = [mistake_in(calls, row) is None for _, row, calls in cases]
    different = [case for case, our, their in zip(cases, ours, theirs, strict=True) if our != (their is True)]
    assert different == []
    assert {their for their in theirs if isinstance(their, str)} <= {"OverflowError"}
    return ours


def test_the_answers_of_every_row_are_right_as_the_leaderboard_says(unpacked: Path) -> None:
    cases = [
        (index, row, right.calls(row, optional=optional, choice=choice))
        for index, row in rows(unpacked)
        for optional in (True, False)
        for choice in (0, 1)
    ]
    ours = assert_equal(unpacked, cases)
    first = [(case, our) for case, our in zip(cases, ours, strict=True)][::4]
    assert {row.id for (_, row, _), our in first if not our} == UNANSWERABLE
    assert len(first) == 2_501


def some_changed(package: Path, most: int, seed: int) -> list[tuple[int, Row, list[Call]]]:
    """For each row the answer with some of the changes that can be made to it."""
    chance = random.Random(seed)
    cases = []
    for index, row in rows(package):
        every = list(changed.calls(right.calls(row, optional=True), row.language != "python", chance))
        cases += [(index, row, calls) for calls in chance.sample(every, min(most, len(every)))]
    return cases


def test_changed_answers_of_every_row_are_as_the_leaderboard_says(unpacked: Path) -> None:
    ours = assert_equal(unpacked, some_changed(unpacked, 12, seed=0))
    assert 0.1 < sum(ours) / len(ours) < 0.4


@pytest.mark.slow
@pytest.mark.exhaustive
def test_most_changes_of_every_answer_are_as_the_leaderboard_says(unpacked: Path) -> None:
    assert_equal(unpacked, some_changed(unpacked, 60, seed=1))


def row(properties: dict[str, Any], allowed: dict[str, list[Any]], *, category: str = "simple_python") -> Row:
    function = Function("f", "", Parameters(properties, []))
    return Row("row", category, "", "", [function], [Answer("f", allowed)])


def kind(wanted: Row, *calls: Call) -> str | None:
    found = mistake_in(list(calls), wanted)
    return found and found.kind


def kind_of(schema: dict[str, Any], allowed: list[Any], value: Any) -> str | None:
    return kind(row({"a": schema}, {"a": allowed}), Call("f", {"a": value}))


STRING, INTEGER, FLOAT, BOOLEAN = ({"type": name} for name in ("string", "integer", "float", "boolean"))
STRINGS = {"type": "array", "items": STRING}
DICT = {"type": "dict"}
DICTS = {"type": "array", "items": DICT}


@pytest.mark.parametrize(
    ("schema", "allowed", "value", "expected"),
    [
        (STRING, ["April 1, 2024"], "april 1 2024", None),
        (STRING, ["it's"], 'it"s', None),
        (STRING, ["a"], "b", "wrong_value"),
        (STRING, ["a"], 1, "wrong_type"),
        (STRING, [None], None, None),
        (INTEGER, [1], 1, None),
        (INTEGER, [1], 2, "wrong_value"),
        (INTEGER, [1], True, "wrong_type"),
        (INTEGER, [1], 1.0, "wrong_type"),
        (INTEGER, ["n_items"], "n_items", None),
        (INTEGER, ["n_items"], "N_ITEMS", "wrong_value"),
        (FLOAT, [2.0], 2, None),
        (FLOAT, [2.0], True, "wrong_type"),
        (FLOAT, [2.0], 10**400, "wrong_type"),
        (BOOLEAN, [True], "true", "wrong_type"),
        (STRINGS, [["a", "b"]], ["A", "b."], None),
        (STRINGS, [["a", "b"]], ["b", "a"], "wrong_value"),
        (STRINGS, [["a", "b"]], ["a", 1], "wrong_type"),
        (STRINGS, [["a", "b"]], ("a", "b"), "wrong_type"),
        (STRINGS, [["a"], ""], [], None),
        ({"type": "tuple", "items": FLOAT}, [[1.5, 2.5]], (1.5, 2.5), None),
        ({"type": "array", "items": FLOAT}, [[1, 2]], [1, 2], None),
        (DICT, [{"a": [1], "b": ["x", ""]}], {"a": 1}, None),
        (DICT, [{"a": [1], "b": ["x", ""]}], {"a": 1, "b": "X"}, None),
        (DICT, [{"a": [1], "b": ["x", ""]}], {"b": "x"}, "wrong_value"),
        (DICT, [{"a": [1]}], {"a": 1, "c": 2}, "wrong_value"),
        (DICTS, [[{"a": [1]}, {"a": [2]}]], [{"a": 1}, {"a": 2}], None),
        (DICTS, [[{"a": [1]}, {"a": [2]}]], [{"a": 2}, {"a": 1}], "wrong_value"),
        (DICTS, [[{"a": [1]}]], [{"a": 1}, {"a": 1}], "wrong_value"),
        (DICTS, [[{"a": [1]}]], [1], "wrong_type"),
    ],
)
def test_an_argument_is_right_or_its_type_or_value_is_wrong(
    schema: dict[str, Any], allowed: list[Any], value: Any, expected: str | None
) -> None:
    assert kind_of(schema, allowed, value) == expected


def test_an_argument_may_be_left_out_where_the_answer_says_so() -> None:
    wanted = row({"a": INTEGER, "b": INTEGER}, {"a": [1], "b": [2, ""]})
    assert kind(wanted, Call("f", {"a": 1})) is None
    assert kind(wanted, Call("f", {"b": 2})) == "missing_argument"
    assert kind(wanted, Call("f", {"a": 1, "b": 2, "c": 3})) == "unknown_argument"
    assert kind(wanted, Call("g", {"a": 1})) == "wrong_function"
    assert kind(wanted) == "wrong_count"
    assert kind(wanted, Call("f", {"a": 1}), Call("f", {"a": 1})) == "wrong_count"


def test_parallel_calls_stand_in_any_order() -> None:
    function = Function("f", "", Parameters({"a": INTEGER}, ["a"]))
    answers = [Answer("f", {"a": [1]}), Answer("f", {"a": [2]})]
    wanted = Row("row", "parallel", "", "", [function], answers)
    one, two = Call("f", {"a": 1}), Call("f", {"a": 2})
    assert kind(wanted, one, two) is None
    assert kind(wanted, two, one) is None
    assert kind(wanted, one, one) == "no_match"


@pytest.mark.parametrize(
    ("category", "schema", "allowed", "value", "expected"),
    [
        ("simple_java", {"type": "long"}, [5], "5L", None),
        ("simple_java", {"type": "long"}, [5], "5", "wrong_type"),
        ("simple_java", {"type": "long"}, [5], 5, "wrong_type"),
        ("simple_java", {"type": "boolean"}, [True], "true", None),
        ("simple_java", {"type": "double"}, [0.5], "0.5", None),
        ("simple_java", {"type": "ArrayList", "items": {"type": "String"}}, [["a", "b"]],
         'new ArrayList<>(Arrays.asList("a", "b"))', None),
        ("simple_java", {"type": "ArrayList", "items": {"type": "integer"}}, [[1, 2]],
         "new ArrayList<Integer>() {{ add(1); add(2); }}", None),
        ("simple_java", {"type": "Array", "items": {"type": "integer"}}, [[1, 2]], "new int[]{1, 2}", None),
        ("simple_java", {"type": "HashMap"}, [{"a": [1], "b": ["c"]}],
         'new HashMap<String, Object>() {{ put("a", 1); put("b", "c"); }}', None),
        ("simple_java", {"type": "HashMap"}, [{"a": [1]}], "new HashMap<>()", "wrong_value"),
        ("simple_javascript", {"type": "Bigint"}, [5], "5n", None),
        ("simple_javascript", {"type": "String"}, ["a"], "'a'", None),
        ("simple_javascript", {"type": "array", "items": {"type": "String"}}, [["a", "b"]],
         "['a', \"b\"]", None),
        ("simple_javascript", {"type": "array", "items": {"type": "array"}}, [[[1, 2], [3]]],
         "[[1, 2],\n[3]]", None),
        ("simple_javascript", {"type": "dict"}, [{"a": [1], "b": [["x", "y"]]}],
         "{a: 1, 'b': ['x', 'y']}", None),
        ("simple_javascript", {"type": "dict"}, [{"a": [1]}], {"a": 1}, "wrong_type"),
        ("simple_javascript", {"type": "float"}, [1.5], "1.5", None),
    ],
)  # fmt: skip
def test_java_and_javascript_are_source_text(
    category: str, schema: dict[str, Any], allowed: list[Any], value: Any, expected: str | None
) -> None:
    assert kind(row({"a": schema}, {"a": allowed}, category=category), Call("f", {"a": value})) == expected
