"""The parts of the loopback W&B that need no client: GraphQL, filters, and what is made of histories."""

import json
from typing import Any

import pytest

from tests.standins.wandb import histories
from tests.standins.wandb.graphql.executing import Node, RefusedField, execute
from tests.standins.wandb.graphql.parsing import parse
from tests.standins.wandb.refusals import Refusal, Unanswerable
from tests.standins.wandb.scheduling import expected
from tests.standins.wandb.selecting import chosen, dig


def refuse() -> None:
    raise Refusal(404, "gone")


CHILD = Node("Child", {"name": "b", "both": lambda first, second=2: [first, second]}, ("Being",))
ROOT = Node("Query", {"child": CHILD, "children": [CHILD, CHILD], "missing": None, "gone": refuse})


def ask(text: str, name: str | None = None, **variables: Any) -> Any:
    document = parse(text)
    return execute(document, document.operation(name), variables, ROOT)


def test_fields_fragments_aliases_and_conditions_are_answered() -> None:
    text = """
    # a comment
    query Q($first: Int! = 4, $second: [Int!], $with: Boolean = false) {
        child { called: name, ...Both @include(if: true) ... on Stranger { shoes } }
        children { __typename ... on Being { name @skip(if: true) both(first: {a: $first}) } }
        missing { anything }
        child { more: name @include(if: $with) again: name }
    }
    fragment Both on Child { both(first: $first, second: $second) }
    """
    assert ask(text, "Q", second=[1]) == {
        "child": {"called": "b", "both": [4, [1]], "again": "b"},
        "children": [{"__typename": "Child", "both": [{"a": 4}, 2]}] * 2,
        "missing": None,
    }


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{ child { shoes } }", 'Cannot query field "shoes" on type "Child".'),
        ("{ child { both(third: 3) } }", "Child.both"),
        ("{ child { name(of: 3) } }", "Child.name has no arguments."),
        ("{ child }", "Query.child must have a selection of subfields."),
        ("{ child { name { letters } } }", "must not have a selection"),
        ("query ($a: Int!) { child { both(first: $a) } }", "was not provided"),
        ("{ child { ...Unknown } }", "Unknown fragment"),
    ],
)
def test_what_is_not_there_is_told(text: str, message: str) -> None:
    with pytest.raises(Unanswerable, match=message.replace("(", r"\(")):
        ask(text)


@pytest.mark.parametrize("text", ["{", "query { a(b: ) }", "subscription { a }", "{ a ? }", "{ a(b: }) }"])
def test_what_is_not_graphql_is_told(text: str) -> None:
    with pytest.raises(ValueError, match="Syntax Error"):
        parse(text)


def test_a_refusal_names_the_field_at_the_root() -> None:
    with pytest.raises(RefusedField) as caught:
        ask("{ child { name } lost: gone }")
    assert caught.value.refusal.body(caught.value.field) == {
        "errors": [{"message": "gone", "path": ["lost"]}],
        "data": {"lost": None},
    }


@pytest.mark.parametrize(
    ("filters", "names"),
    [
        ({"a": 1}, [1]),
        ({"a": {"$gt": 1, "$lt": 3}}, [2]),
        ({"$or": [{"a": 1}, {"a": {"$gte": 3}}]}, [3, 1]),
        ({"$and": [{"a": {"$ne": 1}}, {"$nor": [{"a": 2}]}]}, [3, None]),
        ({"a": {"$in": [2, 3]}}, [3, 2]),
        ({"a": {"$exists": False}}, [None]),
    ],
)
def test_filters_choose_and_orders_put_what_lacks_the_field_last(filters: Any, names: Any) -> None:
    things: list[dict[str, Any]] = [{"a": 2}, {"a": None}, {"a": 1}, {"a": 3}]
    found = chosen(things, json.dumps(filters), "-a", lambda thing, name: thing.get(name))
    assert [thing["a"] for thing in found] == names


def test_a_filter_that_is_not_known_is_told() -> None:
    with pytest.raises(Unanswerable, match="\\$near"):
        chosen([{}], '{"a": {"$near": 1}}', None, lambda thing, name: 1)


def test_names_with_dots_and_slashes_are_found() -> None:
    assert dig({"train/roll": {"mean": 1}, "a.b": 2, "c": {"d": {"e": 3}}}, "train/roll.mean") == 1
    assert dig({"a.b": 2}, "a.b") == 2
    assert dig({"c": {"d": 3}}, "c.d.e") is None


def test_histories_are_sampled_and_cut() -> None:
    rows = [{"_step": step, "a": step} | ({"b": 1} if step % 2 else {}) for step in range(100)]
    assert histories.sampled(rows, 3) == [rows[0], rows[50], rows[99]]
    assert histories.between(rows, 98, 99) == [rows[98]]
    assert histories.by_specification(rows, '{"keys": ["a", "b"], "minStep": 97, "maxStep": 99}') == [
        {"a": 97, "b": 1},
        {"a": 99, "b": 1},
    ]
    assert histories.keys_of(rows)["lastStep"] == 99


def test_the_number_of_runs_is_expected_where_it_can_be() -> None:
    grid: dict[str, Any] = {
        "a": {"values": [1, 2]},
        "b": {"parameters": {"c": {"min": 1, "max": 3}}},
        "d": {"value": 1},
    }
    assert expected({"method": "grid", "parameters": grid}) == 6
    assert expected({"method": "grid", "parameters": grid, "run_cap": 4}) == 4
    assert expected({"method": "random", "parameters": grid}) is None
    assert expected({"method": "grid", "parameters": {"a": {"min": 0.0, "max": 1.0}}}) is None
