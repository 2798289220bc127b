from __future__ import annotations

import json
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.results.model import WeightChange
from runner.results.weights import compare, numbers


def test_changed_added_and_removed_numbers_are_listed_and_others_not() -> None:
    old = b"[unit]\nattack = 1.0\nhealth = 0.5\n[tempo]\ndraw = 2\n"
    new = b"[unit]\nattack = 1.0\nhealth = 0.75\nrange = 0.1\n"
    assert compare(old, new, "w.toml") == (
        WeightChange("tempo.draw", 2.0, None),
        WeightChange("unit.health", 0.5, 0.75),
        WeightChange("unit.range", None, 0.1),
    )


def test_a_number_near_zero_does_not_lead_because_it_doubled() -> None:
    old, new = ({"tiny": 1e-6, "a": 1.0, "b": 1.0}, {"tiny": 2e-6, "a": 1.4, "b": 1.0})
    changes = compare(json.dumps(old).encode(), json.dumps(new).encode(), "w.json")
    assert [change.name for change in changes] == ["a", "tiny"]


def test_a_large_number_does_not_lead_because_it_is_large() -> None:
    old, new = ({"big": 1e6, "a": 1.0, "b": 1.0}, {"big": 1.01e6, "a": 2.0, "b": 1.0})
    changes = compare(json.dumps(old).encode(), json.dumps(new).encode(), "w.json")
    assert [change.name for change in changes] == ["a", "big"]


def test_lists_nested_tables_and_awkward_keys_have_names_of_their_own() -> None:
    document = {"a": {"b": [1, {"c": 2}]}, "a.b": 3, "": 4, "flag": True, "text": "5"}
    assert numbers(json.dumps(document).encode(), "x.JSON") == {
        "a.b[0]": 1,
        "a.b[1].c": 2,
        '"a.b"': 3,
        '""': 4,
    }


def test_a_new_file_is_all_additions() -> None:
    assert compare(None, b'{"a": 1}', "w.json") == (WeightChange("a", None, 1.0),)


@pytest.mark.parametrize(
    ("content", "path"),
    [
        (b"a = ", "w.toml"),
        (b"\xff", "w.json"),
        (b"[" * 10_000, "w.json"),
        (b'{"a": 1}', "w.bin"),
        (b" " * (1 << 20) + b"{}", "w.json"),
        (json.dumps(list(range(6_000))).encode(), "w.json"),
        (b"a = " + b"[" * 5_000, "w.toml"),
        (json.dumps({"x" * 1_000: [1] * 10}).encode(), "w.json"),
    ],
)
def test_what_cannot_be_read_is_no_change(content: bytes, path: str) -> None:
    assert compare(b"", content, path) == ()
    assert compare(content, b'{"a": 1}', path) == ()


def test_infinities_and_huge_integers_are_passed_over() -> None:
    assert numbers(b"a = inf\nb = nan\nc = 1\n", "w.toml") == {"c": 1.0}
    assert numbers(b'{"a": 1' + b"0" * 400 + b', "c": 1}', "w.json") == {"c": 1.0}


documents = st.dictionaries(st.text(max_size=5), st.floats(allow_nan=False, allow_infinity=False), max_size=8)


@given(old=documents, new=documents)
def test_every_difference_is_found_and_the_order_is_the_same_every_time(
    old: dict[str, float], new: dict[str, float]
) -> None:
    before, after = json.dumps(old).encode(), json.dumps(new).encode()
    changes = compare(before, after, "w.json")
    assert len(changes) == sum(old.get(name) != new.get(name) for name in old.keys() | new.keys())
    shuffled = json.dumps(dict(reversed(new.items()))).encode()
    assert compare(before, shuffled, "w.json") == changes


def test_names_that_multiply_do_not_fill_the_memory() -> None:
    document = json.dumps({"x" * 400_000: [0] * 200_000}, separators=(",", ":")).encode()
    tracemalloc.start()
    assert numbers(document, "w.json") is None
    assert tracemalloc.get_traced_memory()[1] < 50 * 2**20
    tracemalloc.stop()
