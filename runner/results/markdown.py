"""Markdown whose text comes from programs: nothing in it may mark up, link, mention or break out."""

from __future__ import annotations

import re
from collections.abc import Sequence

ZERO_WIDTH_SPACE = "\u200b"

_TERMINAL = re.compile(r"\x1b(\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(\x07|\x1b\\)|[@-Z\\^_])")
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff"
    "\ufff9-\ufffb\ufffe\uffff\ud800-\udfff\U000e0000-\U000e0fff]"
)
_MARKUP = re.compile(r"([\\`*\[\]<>|~&$]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])|^[#=+-])")
_NUMBERED = re.compile(r"^(\d+)([.)])")
_ADDRESS = re.compile(r"https?://[A-Za-z0-9.-]+(:\d{1,5})?(/[A-Za-z0-9._~%!$&'*+,;=:/?#-]*)?")
_LINKS = re.compile(r"(?i)(@|#(?=\d)|\bGH-(?=\d)|\bwww(?=\.))|(?=://)")


def clean(text: str) -> str:
    """Without terminal codes, control characters and characters that reorder or hide text."""
    return _UNSEEN.sub("", _TERMINAL.sub("", text))


def one_line(text: str, limit: int = 300) -> str:
    """Cleaned, on one line, and cut with an ellipsis after `limit` characters."""
    line = " ".join(clean(text[: 8 * limit]).split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def escape(text: str, limit: int = 1_000) -> str:
    """Text to read, on one line: its markup escaped, without a mention, a link or an issue number.

    A backslash does not stop GitHub from mentioning `@name` or linking `#12`, so an invisible
    space follows the sign, and parts `https` from `://`.
    """
    escaped = _NUMBERED.sub(r"\1\\\2", _MARKUP.sub(r"\\\1", one_line(text, limit)))
    return _LINKS.sub(lambda match: (match[1] or "") + ZERO_WIDTH_SPACE, escaped)


def code(text: str, limit: int = 300) -> str:
    """An identifier or path as inline code; as escaped text where a `|` might end a table's cell."""
    line = one_line(text, limit)
    if not line or "|" in line:
        return escape(line)
    ticks = "`" * (_longest_run(line) + 1)
    space = " " if line.startswith("`") or line.endswith("`") else ""
    return f"{ticks}{space}{line}{space}{ticks}"


def link(text: str, address: str) -> str:
    """A link whose text is Markdown already; the text alone where the address is none of a web page."""
    return f"[{text}](<{address}>)" if len(address) <= 500 and _ADDRESS.fullmatch(address) else text


def fence(text: str, language: str = "text") -> str:
    """A fenced block that no line of `text` can close."""
    body = clean(text).strip("\n")
    ticks = "`" * max(3, _longest_run(body) + 1)
    return f"{ticks}{language}\n{body}\n{ticks}"


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table of cells that are Markdown already; a header ending in `:` is aligned right."""
    names = [name.removesuffix(":") for name in header]
    rules = ["---:" if name.endswith(":") else "---" for name in header]
    return "\n".join("| " + " | ".join(row) + " |" for row in (names, rules, *rows))


def details(title: str, body: str) -> str:
    """`body` folded away under `title` (both Markdown; the title of one line)."""
    return f"<details>\n<summary>{title}</summary>\n\n{body}\n\n</details>"


def _longest_run(text: str) -> int:
    return max((len(run) for run in re.findall("`+", text)), default=0)
