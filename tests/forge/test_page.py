from __future__ import annotations

import base64
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from runner.errors import InputError, ProviderError
from runner.forge.base import Proposal, PullRequest
from runner.forge.local import LocalForge
from runner.forge.markdown import is_safe_link

Make = Callable[..., Any]
NASTY = '"><script>alert(1)</script><img src=x onerror=alert(1)> $title ${body} &amp; \u202e'
VOID = {"meta", "img", "br", "hr"}


class Page(HTMLParser):
    """Everything on a page that could act, and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data

    def values(self, tag: str, attribute: str) -> list[str]:
        return [
            attributes[attribute] or ""
            for name, attributes in self.tags
            if name == tag and attribute in attributes
        ]


def propose(made: Any, body: str = "### Gates\n\nAll hold.", **changes: Any) -> PullRequest:
    plain: dict[str, Any] = {
        "job": "tune", "run": "r1", "title": "tune: better", "page": lambda _links: body,
        "verdict": "pass", "base": made.git("rev-parse", "HEAD"), "date": 1_700_000_000.0,
        "files": {"data/w.toml": b"w = 2\n"},
    }  # fmt: skip
    return LocalForge(made.repository()).propose(Proposal(**{**plain, **changes}))


def page(pull: PullRequest) -> Page:
    read = Page(Path(pull.page).read_text(encoding="utf-8"))
    assert read.open == []
    return read


def test_the_page_says_what_a_reviewer_needs(checkout: Make) -> None:
    made = checkout(files={"data/w.toml": "w = 1\n"})
    pull = propose(made)
    text = " ".join(page(pull).text.split())
    for part in (
        "tune: better", "Open Verdict: pass", "runner/tune into main", "2023-11-14 22:13 UTC",
        "1 file, +1 −1", "− w = 1", "+ w = 2", "git merge --no-ff runner/tune",
        "git branch -D runner/tune", "git revert",
        pull.commit[:12], pull.base[:12],
    ):  # fmt: skip
        assert part in text


def test_a_draft_says_so(checkout: Make) -> None:
    pull = propose(checkout(), draft=True, verdict="undecided")
    assert pull.draft
    assert "Draft Verdict: undecided" in " ".join(page(pull).text.split())


def test_nothing_on_the_page_acts_or_reaches_out(checkout: Make) -> None:
    made = checkout(files={"data/w.toml": NASTY})
    log = f"```text\n{NASTY}\n</details></section></main>\n```"
    pull = propose(
        made,
        title=NASTY,
        run=f"r1{NASTY}",
        body=f"# {NASTY}\n\n[x](javascript:alert(1)) <{NASTY}>\n\n| a |\n|---|\n| {NASTY} |\n\n{log}",
        files={"data/w.toml": NASTY.encode() * 2, "<b>&.txt": NASTY.encode()},
        assets={"c": f'<svg onload="alert(1)">{NASTY}</svg>'},
    )
    read = page(pull)
    assert {tag for tag, _ in read.tags}.isdisjoint(
        {"script", "iframe", "object", "embed", "link", "form", "svg"}
    )
    names = {name for _, attributes in read.tags for name in attributes}
    assert not [name for name in names if name.startswith("on")]
    assert all(is_safe_link(address) for address in read.values("a", "href"))
    assert all(address.startswith("data:image/svg+xml;base64,") for address in read.values("img", "src"))
    assert len(read.values("h1", "class")) == 0
    assert "$title ${body}" in read.text
    policy = read.values("meta", "content")[0]
    assert policy.startswith("default-src 'none'; style-src 'unsafe-inline'; img-src data:")


def test_charts_are_part_of_the_page(checkout: Make) -> None:
    pull = propose(checkout(), body="![Progress](charts/progress.svg)", assets={"progress": "<svg>x</svg>"})
    (address,) = page(pull).values("img", "src")
    encoded = address.removeprefix("data:image/svg+xml;base64,").removesuffix("#paper")
    assert base64.b64decode(encoded) == b"<svg>x</svg>"
    assert (Path(pull.page).parent / "charts" / "progress.svg").read_text() == "<svg>x</svg>"
    propose(checkout("other"), body="none")


def test_charts_of_an_earlier_run_are_removed(checkout: Make) -> None:
    made = checkout()
    propose(made, assets={"old": "<svg/>"})
    pull = propose(made, run="r2", date=1_700_000_001.0, files={"x": b"x"}, assets={"new.svg": "<svg/>"})
    assert [path.name for path in (Path(pull.page).parent / "charts").iterdir()] == ["new.svg"]


@pytest.mark.parametrize("name", ["../x", "a/b", "", "x\n", ".hidden"])
def test_a_chart_that_is_no_plain_name_is_refused(checkout: Make, name: str) -> None:
    made = checkout()
    with pytest.raises(InputError, match="name of a chart"):
        propose(made, assets={name: "<svg/>"})
    assert made.git("branch", "--list", "runner/*") == ""


def test_the_markdown_twin_holds_the_same(checkout: Make) -> None:
    pull = propose(checkout(files={"data/w.toml": "w = 1\n"}))
    golden = Path(__file__).parent / "golden" / "pull-request.md"
    text = Path(pull.markdown).read_text(encoding="utf-8")
    text = text.replace(pull.commit[:12], "COMMIT").replace(pull.base[:12], "BASE")
    assert text == golden.read_text(encoding="utf-8")


def test_the_markdown_twin_is_not_broken_by_names(checkout: Make) -> None:
    pull = propose(checkout(), title="# <b> | [x](y)", files={"a`|b": b"x"})
    text = Path(pull.markdown).read_text(encoding="utf-8")
    assert text.startswith("# \\# \\<b\\> \\| \\[x\\](y)\n")
    assert "| a\\`\\|b | +1 −0 |" in text


def test_notes_stand_on_the_page(checkout: Make) -> None:
    made = checkout()
    made.git("branch", "runner/tune/deep")
    pull = propose(made)
    assert pull.notes[0].replace("`", "") in page(pull).text
    assert pull.notes[0] in Path(pull.markdown).read_text(encoding="utf-8")


def test_a_disk_that_refuses_is_told(checkout: Make) -> None:
    made = checkout()
    made.repository().state_directory()
    (made.root / ".runner" / "pulls").write_text("in the way")
    with pytest.raises(ProviderError, match="cannot be written"):
        propose(made)
