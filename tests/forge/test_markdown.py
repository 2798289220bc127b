from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.forge.markdown import is_safe_link, to_html

ALLOWED = {
    "p", "h2", "h3", "h4", "h5", "h6", "em", "strong", "s", "a", "img", "code", "pre", "ul", "ol", "li",
    "br", "hr", "blockquote", "div", "table", "thead", "tbody", "tr", "th", "td", "details", "summary",
}  # fmt: skip
ATTRIBUTES = {"href", "title", "rel", "src", "alt", "class", "tabindex", "style", "open", "start"}
VOID = {"img", "br", "hr"}


class Reader(HTMLParser):
    """Reads HTML and holds it to be well-formed and harmless."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in ALLOWED, tag
        for name, value in attrs:
            assert name in ATTRIBUTES, name
            if name == "href":
                assert is_safe_link(value or ""), value
            if name == "src":
                assert (value or "").startswith("data:image/svg+xml;base64,"), value
            if name == "style":
                assert re.fullmatch(r"text-align:(left|right|center)", value or ""), value
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_decl(self, decl: str) -> None:
        raise AssertionError(decl)

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)


def read(text: str, images: dict[str, str] | None = None) -> str:
    html = to_html(text, images or {})
    reader = Reader()
    reader.feed(html)
    reader.close()
    assert reader.open == []
    return html


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "a <img src=x onerror=alert(1)> b",
        "<details ontoggle=alert(1)><summary>x</summary>",
        '<details open onclick="x">',
        "<details><summary><img src=x onerror=y></summary>\n</details>",
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt:alert(1))",
        "[x](java&#x73;cript:alert(1))",
        "[x](javascript&colon;alert(1))",
        "[x](  javascript:alert(1))",
        "[x](data:text/html,x)",
        "[x](vbscript:x)",
        "[x](//evil.example/x)",
        "[x](\\\\evil.example/x)",
        "[x](file:///etc/passwd)",
        "<javascript:alert(1)>",
        "[x]: javascript:alert(1)\n\n[x]",
        '[x](https://e.example "onmouseover=alert(1)")',
        "![x](https://evil.example/x.png)",
        '![" onerror=alert(1) x="](charts/x.svg)',
        '```"><script>\nx\n```',
        "| a | b |\n|---|---|\n| <script> | [x](javascript:x) |",
        "<style>*{display:none}</style>",
        "<!-- > --><script>x</script> -->",
        "<!-- a comment -->",
        "<!DOCTYPE x>",
        "<?php x ?>",
        "- <details>\n  <summary>x</summary>\n- </details>",
        "> <details>\n</details>",
        "</details></details>",
        "<details>\n<details>\n<summary>a</summary>",
    ],
)
def test_nothing_that_acts_survives(text: str) -> None:
    html = read(text, {"charts/x.svg": "data:image/svg+xml;base64,eA=="})
    assert not re.search(r"<[^>]*\son\w+=", re.sub(r'"[^"]*"', '""', html))


LINES = [
    "<details>", "<details open>", "</details>", "<summary>a **b** `c`</summary>",
    "<details><summary>x</summary>", "```", "````", "- a", "  - b", "> q", "| a | b |", "|---|---|",
    "text", "", "    code", "<b>", "# h", "---", "[x](javascript:y)", "<!-- c -->", "1. x", "<br>",
]  # fmt: skip


@given(st.lists(st.sampled_from(LINES), max_size=14))
def test_any_mixture_of_lines_is_well_formed(lines: list[str]) -> None:
    read("\n".join(lines))


@given(st.text(alphabet="<>[]()!`*_|-#&;:\"'= \n\\/adetilsmryxon", max_size=80))
def test_any_text_is_well_formed(text: str) -> None:
    read(text)


def test_details_fold_what_is_between() -> None:
    html = read("<details>\n<summary>The **log**</summary>\n\n- a\n- b\n\n</details>\n\nafter")
    assert html.startswith("<details>\n<summary>The <strong>log</strong></summary>\n<ul>")
    assert html.endswith("</details>\n<p>after</p>\n")


def test_details_on_one_line_and_open() -> None:
    assert read("<details open><summary>x</summary>\ny\n</details>") == (
        '<details open="">\n<summary>x</summary>\n<p>y</p>\n</details>\n'
    )


def test_the_end_of_details_inside_a_log_is_only_text() -> None:
    html = read("<details>\n<summary>x</summary>\n\n```text\n</details>\n```\n\nstill inside\n</details>")
    assert html.count("</details>") == 1
    assert html.endswith("<p>still inside</p>\n</details>\n")


def test_charts_are_shown_and_other_images_are_not() -> None:
    address = "data:image/svg+xml;base64,eA=="
    html = read("![A chart](charts/x.svg) ![other](https://x.example/y.png)", {"charts/x.svg": address})
    assert html == f'<p><img class="chart" src="{address}" alt="A chart"> <em>other</em></p>\n'


def test_headings_begin_below_the_title_of_the_page() -> None:
    assert read("# A\n\n### C\n") == "<h2>A</h2>\n<h4>C</h4>\n"
    assert read("### A\n\n#### B\n") == "<h2>A</h2>\n<h3>B</h3>\n"


def test_line_breaks_in_cells_are_kept() -> None:
    assert "a<br" in read("| x |\n|---|\n| a<br>b |")


@pytest.mark.parametrize(
    "address", ["https://x.example/a:b", "HTTP://x", "results/x.md", "./x", "#files", "?a=b:c", "a/b:c"]
)
def test_addresses_a_reader_may_follow(address: str) -> None:
    assert is_safe_link(address)
