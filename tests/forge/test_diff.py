from __future__ import annotations

from collections.abc import Callable
from typing import Any

from runner.forge.diff import changes, visible

Make = Callable[..., Any]


def test_files_of_the_repository_come_before_results(checkout: Make) -> None:
    made = checkout(files={"z.toml": "a\n", "kept": "k"})
    base = made.git("rev-parse", "HEAD")
    tip = made.commit({"z.toml": "b\n", "results/j/r/a.md": "x\n", "bin": b"\x00\x01"})
    found = {change.path: change for change in changes(made.repository(), base, tip)}
    assert list(found) == ["bin", "z.toml", "results/j/r/a.md"]
    assert found["bin"].binary and found["bin"].new
    assert [(line.kind, line.old, line.new, line.text) for line in found["z.toml"].lines] == [
        ("hunk", None, None, "@@ -1 +1 @@"),
        ("deleted", 1, None, "a"),
        ("added", None, 1, "b"),
    ]


def test_lines_that_look_like_headers_stay_lines(checkout: Make) -> None:
    made = checkout(files={"a": "x\n", "b": "y\n"})
    base = made.git("rev-parse", "HEAD")
    nasty = "diff --git a/a b/a\n--- a\n+++ b\n@@ -1 +1 @@\n"
    tip = made.commit({"a": nasty, "b": f"{nasty}no newline"})
    first, second = changes(made.repository(), base, tip)
    assert [line.text for line in first.lines if line.kind == "added"] == nasty.split("\n")[:-1]
    assert second.lines[-1].text == "No newline at end of file"
    assert (second.added, second.deleted) == (5, 1)


def test_settings_of_a_person_do_not_change_the_diff(checkout: Make) -> None:
    made = checkout(files={"a": "x\n"})
    base = made.git("rev-parse", "HEAD")
    tip = made.commit({"a": "y\n", "ü\tname": "n\n"})
    plain = changes(made.repository(), base, tip)
    for setting in ("diff.noprefix=true", "color.ui=always", "diff.external=false", "core.quotePath=true"):
        made.git("config", *setting.split("="))
    assert changes(made.repository(), base, tip) == plain
    assert [change.path for change in plain] == ["a", "ü\\tname"]


def test_long_files_are_cut_and_charts_are_not_shown_as_text(checkout: Make) -> None:
    made = checkout()
    base = made.git("rev-parse", "HEAD")
    tip = made.commit(
        {"long": "x\n" * 1_000, "huge": "x\n" * 30_000, "c.svg": "<svg/>\n", "wide": "y" * 9_999}
    )
    found = {change.path: change for change in changes(made.repository(), base, tip)}
    assert (len(found["long"].lines), found["long"].hidden) == (400, 601)
    assert (len(found["huge"].lines), found["huge"].hidden) == (0, 30_000)
    assert found["c.svg"].lines == ()
    assert found["wide"].lines[1].text.endswith("… (9,499 more characters)")


def test_what_hides_or_reorders_text_is_shown() -> None:
    assert visible("a\u202eb\x1b[31m\tc") == "a⟨U+202E⟩b⟨U+001B⟩[31m\tc"
