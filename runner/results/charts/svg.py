"""Writing SVG: escaped text, short numbers, one style for both colour schemes."""

from __future__ import annotations

from runner.results.markdown import one_line

WIDTH = 720
MARGIN = 16
FONT_SIZE = 12

_LIGHT = ("#0f6cbd", "#c2410c", "#15803d", "#a21caf", "#a16207", "#0e7490", "#be123c", "#57606a")
_DARK = ("#6cb6ff", "#ff9b5e", "#6bd08a", "#e58af0", "#e3b341", "#5ad1e6", "#ff7b93", "#adbac7")
COLOURS = len(_LIGHT)


def _style() -> str:
    light, dark = (
        f".c-page{{fill:{page};stroke:{edge}}}.c-ink{{fill:{ink}}}.c-faint{{fill:{faint}}}"
        f".c-grid{{stroke:{grid}}}.c-axis{{stroke:{axis}}}.c-mark{{stroke:{ink}}}.c-halo{{stroke:{page}}}"
        + "".join(
            f".c-line{index}{{stroke:{colour}}}.c-fill{index}{{fill:{colour}}}"
            for index, colour in enumerate(colours)
        )
        for page, edge, ink, faint, grid, axis, colours in (
            ("#ffffff", "#d8dee4", "#1f2328", "#59636e", "#e6eaef", "#8c959f", _LIGHT),
            ("#0d1117", "#30363d", "#e6edf3", "#9198a1", "#21262d", "#656d76", _DARK),
        )
    )
    return f"{light}@media(prefers-color-scheme:dark){{{dark}}}"


def document(height: float, title: str, body: list[str], style: str = "") -> str:
    """A whole picture, `WIDTH` wide, on its own ground, so that it reads on any page.

    `style` are rules beside those that every picture has.
    """
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {number(height)}" '
        f'width="{WIDTH}" height="{number(height)}" role="img" aria-label="{escape(title)}" '
        f'font-family="system-ui,-apple-system,Segoe UI,Helvetica,Arial,sans-serif" '
        f'font-size="{FONT_SIZE}">\n<title>{escape(title)}</title>\n<style>{_style()}{style}</style>\n'
        f'<rect class="c-page" x="0.5" y="0.5" width="{WIDTH - 1}" height="{number(height - 1)}" rx="6"/>\n'
        + "\n".join(body)
        + "\n</svg>\n"
    )


def escape(value: str, limit: int = 300) -> str:
    """Text for an element or an attribute."""
    text = one_line(value, limit)
    for sign, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;"), ("'", "&#39;")):
        text = text.replace(sign, entity)
    return text


def number(value: float) -> str:
    """A coordinate, to a tenth of a pixel."""
    rounded = f"{value:.1f}".removesuffix(".0")
    return "0" if rounded == "-0" else rounded


def text(
    x: float,
    y: float,
    value: str,
    *,
    kind: str = "c-ink",
    anchor: str = "start",
    extra: str = "",
    full: str = "",
) -> str:
    """Text with its baseline at `y`; `full` is shown on hover where `value` was cut."""
    place = "" if anchor == "start" else f' text-anchor="{anchor}"'
    hover = f"<title>{escape(full)}</title>" if full and full != value else ""
    return f'<text class="{kind}" x="{number(x)}" y="{number(y)}"{place}{extra}>{escape(value)}{hover}</text>'


def line(x1: float, y1: float, x2: float, y2: float, kind: str, extra: str = "") -> str:
    """A straight line."""
    return (
        f'<line class="{kind}" x1="{number(x1)}" y1="{number(y1)}" '
        f'x2="{number(x2)}" y2="{number(y2)}"{extra}/>'
    )


def text_width(value: str, size: float = FONT_SIZE) -> float:
    """About how wide a text is in pixels, rather too wide than too narrow."""
    return sum(_advance(character) for character in value) * size


def _advance(character: str) -> float:
    """The width of a character as a share of the font size."""
    if character in "ijlt.,:;'|!()[]/ f":
        return 0.36
    if ord(character) > 0x2E7F:
        return 1.05
    return 0.9 if character in "mwMW@%" else 0.72 if character.isupper() else 0.64


def fitted(value: str, width: float, size: float = FONT_SIZE) -> str:
    """`value`, cut in the middle to fit into `width`, because names often differ at their ends."""
    value = one_line(value, 1_000)
    if len(value) > 300:
        value = f"{value[:150]}…{value[-149:]}"
    if text_width(value, size) <= width:
        return value
    for kept in range(len(value) - 1, 0, -1):
        head = (kept + 1) // 2
        cut = f"{value[:head]}…{value[len(value) - (kept - head) :]}"
        if text_width(cut, size) <= width:
            return cut
    return "…"
