"""Markdown that nobody vouches for, as HTML that can only be read."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.renderer import RendererHTML
    from markdown_it.rules_block import StateBlock
    from markdown_it.rules_core import StateCore
    from markdown_it.rules_inline import StateInline
    from markdown_it.token import Token

_DETAILS: Final = re.compile(r"(?P<open><details(?: open)?>)?\s*(?:<summary>(?P<summary>.*)</summary>)?")
_DEPTH: Final = "details"


def to_html(text: str, images: Mapping[str, str]) -> str:
    """`text` as HTML without any markup of its own, `<details>` blocks and `<br>` excepted.

    `images` maps the addresses of images to `data:` addresses; all others become their titles.
    Links lead only to http(s) and relative addresses. Headings begin below the page's own.
    """
    return str(_parser().render(text, {"images": images}))


def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt
    from markdown_it.ruler import RuleOptionsType

    parser = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    parser.validateLink = is_safe_link  # type: ignore[method-assign,assignment]
    above: RuleOptionsType = {"alt": ["paragraph", "reference", "blockquote", "list"]}
    parser.block.ruler.before("fence", "details", _details, above)
    parser.inline.ruler.before("html_inline", "line_break", _line_break)
    parser.core.ruler.after("block", "close_details", _close_details)
    parser.core.ruler.push("headings", _lower_headings)
    parser.add_render_rule("image", _image)
    parser.add_render_rule("link_open", _link)
    parser.add_render_rule("table_open", _table_open)
    parser.add_render_rule("table_close", _table_close)
    return parser


def is_safe_link(address: str) -> bool:
    """Whether an address is http(s) or relative; `//host` and everything with a scheme are not."""
    address = address.strip()
    if re.match(r"https?://", address, re.IGNORECASE):
        return True
    return not re.match(r"//|[^/?#]*:|[^/?#]*%3a", address.replace("\\", "/"), re.IGNORECASE)


def _details(state: StateBlock, line: int, _end: int, silent: bool) -> bool:
    """`<details>`, `<summary>…</summary>` and `</details>` on lines of their own, at the top level.

    A comment on a line of its own is dropped.
    """
    at_top = state.parentType in ("root", "paragraph", "reference") and not state.blkIndent
    if not at_top or state.is_code_block(line):
        return False
    text = state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]].strip()
    is_comment = text.startswith("<!--") and text.endswith("-->")
    match = _DETAILS.fullmatch(text) if text else None
    depth = state.env.get(_DEPTH, 0)
    closes = text == "</details>" and depth > 0
    opens = match is not None and (match["open"] or depth > 0)
    if not (is_comment or closes or opens):
        return False
    if silent:
        return True
    if closes:
        state.env[_DEPTH] = depth - 1
        state.push("details_close", "details", -1).block = True
    elif match is not None:
        _open_details(state, match, line)
    state.line = line + 1
    return True


def _open_details(state: StateBlock, match: re.Match[str], line: int) -> None:
    """Push the tokens of `<details>` and of a summary, whichever the line holds."""
    if match["open"]:
        state.env[_DEPTH] = state.env.get(_DEPTH, 0) + 1
        token = state.push("details_open", "details", 1)
        token.block = True
        if "open" in match["open"][8:]:
            token.attrSet("open", "")
    if match["summary"] is not None:
        state.push("summary_open", "summary", 1).block = True
        inline = state.push("inline", "", 0)
        inline.content = re.sub(r"</?(?:b|strong)>", "**", match["summary"])
        inline.map = [line, line + 1]
        inline.children = []
        state.push("summary_close", "summary", -1).block = True


def _close_details(state: StateCore) -> None:
    """Close what the text left open."""
    from markdown_it.token import Token

    for _ in range(state.env.pop(_DEPTH, 0)):
        state.tokens.append(Token("details_close", "details", -1, block=True))


def _line_break(state: StateInline, silent: bool) -> bool:
    match = re.compile(r"<br\s*/?>").match(state.src, state.pos)
    if match is None:
        return False
    if not silent:
        state.push("hardbreak", "br", 0)
    state.pos = match.end()
    return True


def _lower_headings(state: StateCore) -> None:
    """Move all headings down, so that the highest is the page's second level."""
    headings = [token for token in state.tokens if token.type in ("heading_open", "heading_close")]
    down = 2 - min((int(token.tag[1]) for token in headings), default=2)
    for token in headings:
        token.tag = f"h{min(6, int(token.tag[1]) + down)}"


def _image(
    _renderer: RendererHTML, tokens: Sequence[Token], index: int, _options: Any, env: Mapping[str, Any]
) -> str:
    token = tokens[index]
    title = escape(token.content)
    source = env["images"].get(str(token.attrs.get("src", "")))
    return f'<img class="chart" src="{escape(source)}" alt="{title}">' if source else f"<em>{title}</em>"


def _link(renderer: RendererHTML, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    tokens[index].attrSet("rel", "noopener noreferrer nofollow")
    return renderer.renderToken(tokens, index, options, env)


def _table_open(*_: Any) -> str:
    return '<div class="scroll" tabindex="0"><table>\n'


def _table_close(*_: Any) -> str:
    return "</table></div>\n"
