from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from runner.forge.base import Proposal
from runner.forge.github import body
from runner.forge.github.client import GitHub

COMMIT = "c" * 40
PROPOSAL = Proposal(
    job="tune",
    run="20261120-150405-1a2b3c",
    title="tune: +4.1 points vs champion (95 %: 2.9 to 5.3)",
    page=lambda links: f"**Verdict: pass.** All hold.\n\n[result.json]({links.folder}result.json)\n",
    verdict="pass",
    base="b" * 40,
    date=1_700_000_000.0,
    files={},
)


def hub(own: bool = True) -> GitHub:
    return GitHub(
        "acme/demo", "ghs_x", server="https://github.com", api="https://api.github.com", pace=0, own=own
    )


def test_a_description_holds_the_page_the_notes_and_a_watermark(golden: Callable[[str, str], None]) -> None:
    note = "`runner/tune` holds a commit that is not the bot's, so it was left as it is."
    golden("body.md", body.render(hub(), PROPOSAL, COMMIT, [note]))


def test_a_description_without_anything_to_note_has_no_notes() -> None:
    text = body.render(hub(own=False), PROPOSAL, COMMIT, [])
    assert "NOTE" not in text
    assert text.endswith("\n\n<!-- runner job=tune run=20261120-150405-1a2b3c -->\n")


def test_the_page_is_asked_for_with_links_to_the_commit_and_with_diagrams() -> None:
    asked: list[Any] = []

    def page(links: Any) -> str:
        asked.append(links)
        return "page"

    body.render(hub(), replace(PROPOSAL, page=page), COMMIT, [])
    assert [(links.folder, links.diagrams) for links in asked] == [
        (f"https://github.com/acme/demo/blob/{COMMIT}/results/tune/20261120-150405-1a2b3c/", True)
    ]


def test_a_page_that_is_too_long_is_cut_with_a_link() -> None:
    long = "<details>\n\n````text\n```\n" + "x" * 99 + "\n" * 1_000 + ("y" * 99 + "\n") * 700
    text = body.render(hub(), replace(PROPOSAL, page=lambda _: long), COMMIT, [])
    assert "y\n````\n\n</details>\n\n_Cut for length. The whole page is [summary.md](https://" in text
    assert body.is_of(text, PROPOSAL)


@given(st.text(), st.lists(st.text(max_size=2_000), max_size=20), st.integers(0, 70_000))
def test_every_description_fits_and_is_known_again(page: str, notes: list[str], more: int) -> None:
    text = body.render(hub(), replace(PROPOSAL, page=lambda _: page + "z" * more), COMMIT, notes)
    assert len(text) <= body.LONGEST
    assert body.is_of(text, PROPOSAL)
    assert not body.is_of(text, replace(PROPOSAL, run="20261120-150406-000000"))


@given(st.text(), st.text())
def test_no_name_breaks_out_of_the_watermark(job: str, run: str) -> None:
    mark = body.watermark(job, run)
    assert mark.count(">") == 1
    assert "\n" not in mark


def test_a_watermark_that_the_page_holds_is_not_believed() -> None:
    forged = body.watermark("tune", "r9")
    text = body.render(hub(), replace(PROPOSAL, page=lambda _: forged), COMMIT, [])
    assert not body.is_of(text, replace(PROPOSAL, run="r9"))


def test_a_long_title_is_cut() -> None:
    assert len(body.title(replace(PROPOSAL, title="x\n" * 300))) == 250
