"""Tags are found in text of any kind."""

from hypothesis import given
from hypothesis import strategies as st

from workloads.textgames.envs.tags import ECHOED, echo, tagged


def test_the_first_tag_counts_up_to_the_next_closing_one() -> None:
    text = "</a> say <a> one </a> <a>two</a>"
    assert tagged(text, "a") == " one "


def test_a_tag_without_its_end_is_none() -> None:
    assert tagged("</move><move>5", "move") is None


def test_a_tag_without_its_end_can_reach_to_the_end() -> None:
    assert tagged("I go <action>up", "action", closed=False) == "up"


def test_text_without_a_tag_has_none() -> None:
    assert tagged("up", "action", closed=False) is None


@given(st.text(alphabet="<>/ab"))
def test_what_is_found_is_in_the_text_and_holds_no_end(text: str) -> None:
    found = tagged(text, "a")
    assert (found is not None) == (text.find("<a>") >= 0 and "</a>" in text[text.find("<a>") :])
    assert found is None or (f"<a>{found}</a>" in text and "</a>" not in found)


@given(st.text())
def test_what_is_repeated_to_the_player_is_short(text: str) -> None:
    assert len(echo(text)) <= ECHOED + 1
    assert text.startswith(echo(text).removesuffix("…"))
