from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from msgspec.structs import replace

import runner.forge
from runner.results.model import Report, TaskRecord
from runner.results.summary import MOST_CHARACTERS, Links, summary

Golden = Callable[[str, str], None]


def test_a_good_run_reads_as_its_golden_page(tuned: Report, golden: Golden) -> None:
    golden("tuned.md", summary(tuned))


def test_a_broken_run_reads_as_its_golden_page(broken: Report, golden: Golden) -> None:
    golden("broken.md", summary(broken))


def test_a_page_on_github_reads_as_its_golden_page(tuned: Report, golden: Golden) -> None:
    folder = f"https://github.com/acme/demo/blob/{'c0ffee' * 6}abcd/results/{tuned.job}/{tuned.run}/"
    golden("github.md", summary(tuned, Links(folder, diagrams=True)))


def test_the_first_line_is_the_verdict_and_what_it_rests_on(tuned: Report) -> None:
    first = summary(tuned).split("\n", 1)[0]
    assert first.startswith("**Verdict: pass.** Both gates hold; train/generalist: win_rate 0.612 is above")


def test_a_new_file_is_rolled_back_by_removing_it(tuned: Report) -> None:
    made = replace(tuned.weights[0], path="data/a b.toml", previous_sha256="")
    page = summary(replace(tuned, weights=(made, tuned.weights[0])))
    assert "git rm -- 'data/a b.toml'\nrunner weights rollback data/weights/generalist.toml\n" in page


def test_a_pointer_is_what_is_rolled_back_and_the_file_stays_with_the_run(tuned: Report) -> None:
    large = replace(tuned.weights[0], path="data/model.bin", previous_sha256="", pointer=True)
    page = summary(replace(tuned, weights=(large,)))
    assert "`data/model.bin.pointer.json` lands in its place" in page
    assert f"`runner results download {tuned.run}`" in page
    assert "```sh\nrunner weights rollback data/model.bin.pointer.json\n```" in page


def test_a_file_in_git_lfs_says_its_size_its_sum_and_how_to_get_it(tuned: Report) -> None:
    large = replace(tuned.weights[0], path="data/model 1.bin", bytes=200_000_000, changes=(), lfs=True)
    page = summary(replace(tuned, weights=(large,)))
    assert f"It goes through Git LFS, as it is large: its SHA-256 is `{large.sha256}`" in page
    assert "its size 200,000,000 bytes." in page
    assert "`git lfs pull '--include=data/model 1.bin'`" in page
    assert "runner weights rollback 'data/model 1.bin'" in page


def test_what_was_cut_is_linked_where_the_folder_has_an_address(tuned: Report) -> None:
    long = replace(tuned, warnings=("careful",) * 25)
    assert "…and 5 more warnings: see `result.json`." in summary(long, Links("results/a/b/"))
    link = "[`result.json`](https://example.org/b/result.json)"
    assert f"…and 5 more warnings: see {link}." in summary(long, Links("https://example.org/b/"))


def test_charts_beyond_their_room_are_links_to_the_pictures(tuned: Report) -> None:
    many = replace(tuned, charts=tuned.charts * 40)
    page = summary(many, Links("https://example.org/b/", diagrams=True))
    charts = page.split("### Charts")[1].split("### Tasks")[0]
    assert len(charts) < 30_000
    assert charts.count("```mermaid") >= 8
    assert charts.count("https://example.org/b/charts/") == 80
    assert "![" not in page


def test_the_order_of_the_changes_is_explained(tuned: Report) -> None:
    assert "most changed first, relative to the old value and the file's typical size:" in summary(tuned)


def test_a_point_of_a_matrix_that_is_only_a_number_says_what_it_stands_for(broken: Report) -> None:
    task = replace(broken.tasks[1], id="run/87", parameters={"lr": "0.1", "note": "x y/z"})
    page = summary(replace(broken, tasks=(task,)))
    assert "| `run/87` \\[lr=0.1, note=x y/z\\] | **failed** |" in page
    assert "\n`run/87` \\[lr=0.1, note=x y/z\\]: failed after" in page


def test_successes_beyond_twenty_rows_are_folded_and_failures_never(tuned: Report, broken: Report) -> None:
    good = tuple(TaskRecord(id=f"run/x={index}", outcome="succeeded") for index in range(30))
    page = summary(replace(tuned, tasks=(*good, broken.tasks[1])))
    before, folded = page.split("<summary>11 more that succeeded</summary>")
    assert before.count("| succeeded |") == 19
    assert "`train/ember` | **failed**" in before
    assert folded.partition("</details>")[0].count("| succeeded |") == 11
    assert "more that succeeded" not in summary(replace(tuned, tasks=good[:20]))
    bad = tuple(replace(broken.tasks[1], id=f"run/x={index}") for index in range(200))
    assert summary(replace(tuned, tasks=bad)).count("| **failed** |") == 120


def test_the_page_never_breaks_a_task_id_in_mid_word() -> None:
    style = (Path(runner.forge.__file__).parent / "page.css").read_text()
    assert re.search(r"td:first-child code \{[^}]*white-space: nowrap", style)


def test_charts_are_found_under_the_folder_that_is_given(tuned: Report) -> None:
    assert "](results/a/b/charts/factions.svg)" in summary(tuned, Links("results/a/b/"))


def test_no_log_line_leaves_its_fence(broken: Report) -> None:
    tokens = MarkdownIt("gfm-like", {"linkify": False}).parse(summary(broken))
    logs = [token.content for token in tokens if token.type == "fence" and token.info == "text"]
    assert len(logs) == 1
    assert "</details><script>" in logs[0]
    assert "KeyError" in logs[0]
    html = [token.content for token in tokens if token.type == "html_block"]
    assert not any("script" in block for block in html)


def test_a_page_is_always_below_the_limit_and_says_what_it_left_out(broken: Report) -> None:
    many = tuple(
        TaskRecord(id=f"train/{'x' * 80}-{index}", outcome="failed", log_tail="boom ` | <b>\n" * 2_000)
        for index in range(3_000)
    )
    sections = tuple(f"### Section {index}\n\n" + "word " * 2_000 for index in range(30))
    page = summary(replace(broken, tasks=many, sections=sections, warnings=("w" * 5_000,) * 400))
    assert len(page) < MOST_CHARACTERS
    assert "[result.json](result.json)" in page
    assert page.startswith("**Verdict: fail.**")
    assert "How to reproduce" in page


@settings(max_examples=60, deadline=None)
@given(text=st.text(alphabet=st.sampled_from("ab1 _*`|<>&[]()#@!~\\$\n-+=.:/wH"), max_size=60))
def test_whatever_a_program_says_stays_text(text: str) -> None:
    from runner.results.markdown import escape

    html = MarkdownIt("gfm-like", {"linkify": False}).render(f"x {escape(text)} y")
    assert not re.search(r"<(?!/?p>)", html)


def test_nothing_is_mentioned_linked_or_closed(broken: Report) -> None:
    page = re.sub(r"^(`{3,}).*?^\1$", "", summary(broken), flags=re.MULTILINE | re.DOTALL)
    assert "@octocat" not in page
    assert "#12" not in page
    assert not re.search(r"[a-z]://|www\.", page)


def test_in_a_long_table_what_went_wrong_is_first_and_what_was_not_needed_last(tuned: Report) -> None:
    outcomes = [*["skipped"] * 150, *["stopped"] * 100, "failed"]
    tasks = tuple(
        TaskRecord(id=f"trials/{number:03}", outcome=outcome)  # type: ignore[arg-type]
        for number, outcome in enumerate(outcomes)
    )
    page = summary(replace(tuned, tasks=tasks, metrics={}, gates=()))
    table = page.split("### Tasks")[1].split("### What failed")[0]
    assert table.index("trials/250") < table.index("trials/150") < table.index("<summary>")
    assert "<summary>100 more, none of which failed</summary>" in table
    assert "skipped" not in table.split("<details>")[0]
