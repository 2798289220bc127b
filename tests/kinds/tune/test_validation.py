from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.kinds.tune.spec import Fields, Thresholds
from runner.kinds.tune.validation import Matchup, matchups, merge

ROW = {
    "side_a": "ember", "side_b": "tide", "games": 100, "draws": 10, "wins_a": 50, "wins_b": 40,
    "wins_first_seat": 48, "wins_second_seat": 42,
}  # fmt: skip


@st.composite
def played(draw: st.DrawFn) -> Matchup:
    wins_a, wins_b, draws = (draw(st.integers(0, 1000)) for _ in range(3))
    first = draw(st.integers(0, wins_a + wins_b))
    sides = draw(st.permutations(["ember", "tide", "grove"]))
    return Matchup(
        side_a=sides[0], side_b=sides[1], games=wins_a + wins_b + draws + 1, draws=draws + 1, wins_a=wins_a,
        wins_b=wins_b, wins_first_seat=first, wins_second_seat=wins_a + wins_b - first,
    )  # fmt: skip


def test_a_document_in_the_published_form_needs_no_mapping() -> None:
    found, problems = matchups({"matchups": [ROW]}, Fields())
    assert problems == []
    assert found == [Matchup(**ROW)]


def test_another_tools_names_are_mapped() -> None:
    document = {
        "results": {
            "pairs": [
                {"factions": ["ember", "tide"], "total": 100, "tied": 10, "won": {"ember": 50, "tide": 40},
                 "p1": 48, "p2": 42}
            ]
        }
    }  # fmt: skip
    fields = Fields(
        matchups="results.pairs", side_a="factions.0", side_b="factions.1", games="total", draws="tied",
        wins_a="won.ember", wins_b="won.tide", wins_first_seat="p1", wins_second_seat="p2",
    )  # fmt: skip
    assert matchups(document, fields) == ([Matchup(**ROW)], [])


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"games": 99}, "wins_a + wins_b + draws is not the number of games"),
        ({"wins_first_seat": 0}, "wins_first_seat + wins_second_seat + draws is not the number of games"),
        ({"wins_a": -1}, "'wins_a' is not a number of games"),
        ({"wins_a": True}, "'wins_a' is not a number of games"),
        ({"wins_a": 50.0}, "'wins_a' is not a number of games"),
        ({"side_a": ""}, "the sides at 'side_a' and 'side_b' are not names"),
        (dict.fromkeys(("games", "draws", "wins_a", "wins_b", "wins_first_seat", "wins_second_seat"), 0),
         "no game was played"),
    ],
)  # fmt: skip
def test_a_matchup_that_does_not_add_up_is_left_out_and_named(change: dict[str, Any], problem: str) -> None:
    found, problems = matchups({"matchups": [ROW, {**ROW, **change}]}, Fields())
    assert found == [Matchup(**ROW)]
    assert problems == [f"matchup 2: {problem}"]


@pytest.mark.parametrize(("wins", "status"), [(52, "balanced"), (54, "warning"), (70, "imbalanced")])
def test_the_status_follows_the_largest_difference_between_factions(wins: int, status: str) -> None:
    matchup = Matchup(
        side_a="ember", side_b="tide", games=100, draws=0, wins_a=wins, wins_b=100 - wins, wins_first_seat=50,
        wins_second_seat=50,
    )  # fmt: skip
    merged = merge([matchup], Thresholds())
    assert merged.status == status
    assert merged.largest_faction_delta == pytest.approx((2 * wins - 100) / 100)


def test_a_lopsided_matchup_is_named() -> None:
    matchup = Matchup(**{**ROW, "wins_a": 80, "wins_b": 10})
    assert merge([matchup], Thresholds()).warnings == ("ember wins 85.0% of its games against tide",)


def test_a_tool_that_does_not_count_draws_leaves_them_to_be_worked_out() -> None:
    row = {name: value for name, value in ROW.items() if name != "draws"}
    assert matchups({"matchups": [row]}, Fields()) == ([Matchup(**ROW)], [])


def test_a_field_that_is_missing_is_named_with_where_to_map_it() -> None:
    row = {name: value for name, value in ROW.items() if name != "wins_first_seat"}
    _, problems = matchups({"matchups": [row]}, Fields())
    assert problems == [
        "matchup 1: there is no field 'wins_first_seat'; "
        "say under spec.validation.fields.wins_first_seat what it is called"
    ]


def test_a_side_against_itself_counts_for_the_seats_alone() -> None:
    mirror = Matchup(**{**ROW, "side_b": "ember", "wins_first_seat": 90, "wins_second_seat": 0})
    merged = merge([Matchup(**ROW), mirror], Thresholds())
    assert [(faction.name, faction.games) for faction in merged.factions] == [("ember", 100), ("tide", 100)]
    assert merged.first_seat_win_rate == pytest.approx((48 + 90 + 10) / 200)


@given(st.lists(played(), min_size=1, max_size=6))
def test_games_are_counted_once_and_rates_stay_rates(rows: list[Matchup]) -> None:
    merged = merge(rows, Thresholds())
    assert merged.games == sum(row.games for row in rows)
    assert sum(faction.games for faction in merged.factions) == 2 * merged.games
    assert all(0 <= faction.win_rate <= 1 for faction in merged.factions)
    assert 0 <= merged.first_seat_win_rate <= 1


@given(st.lists(played(), min_size=1, max_size=6))
def test_what_one_side_wins_the_other_loses(rows: list[Matchup]) -> None:
    merged = merge(rows, Thresholds())
    points = sum(faction.win_rate * faction.games for faction in merged.factions)
    assert points == pytest.approx(merged.games)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_no_document_whatever_breaks_the_reader(document: Any) -> None:
    found, problems = matchups(document, Fields())
    assert found or problems
