from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from runner.results.markdown import ZERO_WIDTH_SPACE, clean, code, escape, fence, link, one_line, table

PARSER = MarkdownIt("gfm-like", {"linkify": False})
hostile = st.text(alphabet=st.sampled_from("ab1 _*`|<>&[]()#@!~\\$\n\t-+=.:/wH\x1b\u202e"), max_size=80)


def shown(html: str) -> str:
    """What a reader sees of a rendered text."""
    import html as entities

    return entities.unescape(re.sub(r"<[^>]*>", "", html)).replace(ZERO_WIDTH_SPACE, "").strip()


@settings(max_examples=300, deadline=None)
@given(address=hostile | hostile.map("https://a.example/{}".format))
def test_a_link_leads_to_a_web_page_and_lets_nothing_else_in(address: str) -> None:
    html = PARSER.render("x " + link("text", address))
    assert re.fullmatch(r'<p>x (<a href="https?://[^" <>]*">text</a>|text)</p>\n', html)


def test_a_link_needs_a_plain_address() -> None:
    assert link("text", "https://wandb.ai/a/b/runs/c?d=e") == "[text](<https://wandb.ai/a/b/runs/c?d=e>)"
    for address in (
        "",
        "javascript:alert(1)",
        "https://wandb.ai@evil.example/",
        "//a.example",
        "https://a b",
    ):
        assert link("text", address) == "text"


@settings(max_examples=300, deadline=None)
@given(text=hostile)
def test_escaped_text_is_shown_as_it_is_and_marks_nothing_up(text: str) -> None:
    for before in ("x ", ""):
        html = PARSER.render(before + escape(text))
        assert set(re.findall(r"<(/?\w+)", html)) <= {"p", "/p"}
        assert shown(html) == (before + one_line(text)).strip()


@settings(max_examples=300, deadline=None)
@given(text=hostile)
def test_code_is_shown_as_it_is(text: str) -> None:
    html = PARSER.render("x " + code(text))
    assert set(re.findall(r"<(/?\w+)", html)) <= {"p", "/p", "code", "/code"}
    assert shown(html) == ("x " + one_line(text)).strip()


@settings(max_examples=300, deadline=None)
@given(cells=st.lists(hostile, min_size=4, max_size=4))
def test_no_cell_ends_its_row(cells: list[str]) -> None:
    rows = [(escape(cells[0]), code(cells[1])), (code(cells[2]), escape(cells[3]))]
    html = PARSER.render(table(("A", "B:"), rows))
    assert html.count("<td") == 4
    assert [shown(cell) for cell in re.findall(r"<td[^>]*>(.*?)</td>", html)] == [
        one_line(cell) for cell in cells
    ]


@settings(max_examples=300, deadline=None)
@given(text=hostile)
def test_no_text_closes_its_fence(text: str) -> None:
    tokens = PARSER.parse(fence(text) + "\n\nafter")
    assert [token.type for token in tokens] == ["fence", "paragraph_open", "inline", "paragraph_close"]


def test_mentions_links_and_issue_numbers_are_parted_by_an_invisible_space() -> None:
    parted = escape("@octocat #12 GH-7 https://example.org www.example.org a@b.org")
    assert not re.search(r"@\w|#\d|GH-\d|\w://|www\.", parted)


def test_terminal_codes_and_characters_that_reorder_text_are_removed() -> None:
    assert clean("\x1b[31mred\x1b[0m \x1b]0;title\x07a\u202eb\u200bc\r\n") == "red abc\n"


@pytest.mark.parametrize("text", ["1. a", "10) a", "100. a", "123456789) a", "- a", "# a", "+ a", "= a"])
def test_nothing_begins_a_list_or_a_heading(text: str) -> None:
    html = PARSER.render(f"- {escape(text)}")
    assert set(re.findall(r"<(/?\w+)", html)) == {"ul", "li", "/li", "/ul"}
    assert shown(html) == text


def test_characters_that_hide_text_or_that_xml_forbids_are_removed() -> None:
    assert clean("a\ufffeb\uffffc\U000e0041\U000e007fd") == "abcd"


def test_a_long_text_is_cut_with_an_ellipsis() -> None:
    assert one_line("word " * 100, 12) == "word word w…"
