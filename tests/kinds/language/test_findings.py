"""What an evaluation says of itself: read as a person reads it, and whatever the program wrote."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from runner.kinds.language.findings import evaluation_findings
from runner.manifest.common import Gate
from runner.results.charts import render
from runner.results.gates import judge
from runner.results.model import Findings
from tests.kinds.language.evaluations import (
    EVALUATE,
    JOB,
    METRICS,
    evaluation,
    example,
    outputs,
    page,
    player,
    records,
    turn,
)

Golden = Callable[[str, str], None]


def found_in(folder: Path, document: Any, **others: Any) -> Findings:
    written = {f"{EVALUATE}:evaluation.json": document, f"{EVALUATE}:metrics.json": METRICS, **others}
    folders = outputs(folder, written)
    return evaluation_findings(JOB, records(folders), folders)


def test_an_evaluation_reads_as_its_golden_page(tmp_path: Path, golden: Golden) -> None:
    found = found_in(tmp_path, evaluation())
    golden("evaluation.md", page(found))
    (chart,) = found.charts
    golden("success-rate.svg", render(chart))


def test_a_model_alone_reads_as_its_golden_page(tmp_path: Path, golden: Golden) -> None:
    few = evaluation(
        episodes=20,
        players=[player("model", 0, reward=-0.5, reward_stddev=0.0)],
        pairs=[],
        examples=[example("worst", player="model", turns=[turn(1, reply="I do not know.")])],
        notes=["the start stands for the champion: model.safetensors is kept elsewhere"],
    )
    found = found_in(tmp_path, few)
    golden("alone.md", page(found))
    assert found.charts == ()


def test_the_metrics_of_the_run_are_those_of_the_evaluation_and_gates_read_them(tmp_path: Path) -> None:
    found = found_in(tmp_path, evaluation())
    assert list(found.metrics)[:3] == ["success_rate", "reward", "turns"]
    (result,) = judge([Gate(metric="success_rate", against="champion")], found.metrics, {})
    assert (result.verdict, result.reason) == ("pass", "200 paired seeds: 24 gained, 8 lost")


@pytest.mark.parametrize(
    ("gained", "lost", "said"),
    [(24, 8, "is better than"), (8, 24, "is worse than"), (17, 14, "cannot be told apart from")],
)
def test_one_sentence_says_who_is_better(tmp_path: Path, gained: int, lost: int, said: str) -> None:
    won = 106 + gained - lost
    pair = {"of": "trained", "against": "champion", "gained": gained, "lost": lost, "reward_difference": 0.0,
            "paired_stddev": 0.5}  # fmt: skip
    document = evaluation(players=[player("trained", won), player("champion", 106)], pairs=[pair])
    (first, *_) = found_in(tmp_path, document).sections
    assert f"**`trained` {said} `champion`**: {100 * (gained - lost) / 200:+.1f} points" in first


def test_no_folder_of_a_machine_is_in_the_report(tmp_path: Path) -> None:
    found = found_in(tmp_path, evaluation())
    assert "/tmp/" not in page(found) + str(found.data)
    assert "`…/train/grpo/model`" in page(found)


@pytest.mark.parametrize(
    ("document", "warning"),
    [
        ("{", "evaluation.json cannot be read"),
        ([], "Expected `object`, got `array`"),
        (evaluation(schema="other"), "Invalid enum value 'other'"),
        (evaluation(episodes=100), "more successes than episodes"),
        (evaluation(players=[player("a", 1), player("a", 1)], pairs=[]), "two players have the same name"),
        (
            evaluation(players=[player("trained", 122), player("start", 40)]),
            "a pair names a player that is not",
        ),
        (
            evaluation(players=[player("trained", 120), *evaluation()["players"][1:]]),
            "is not by how much it beats",
        ),
        (evaluation(players=[player("x", -1)], pairs=[]), "Expected `int` >= 0"),
        (evaluation(players=[player("x", 1, reward=1e300)], pairs=[]), "Expected `float` <="),
        ("[" * 100_000, "evaluation.json cannot be read"),
        (" " * (5 << 20), "larger than"),
    ],
)
def test_a_document_of_another_shape_is_a_warning(tmp_path: Path, document: Any, warning: str) -> None:
    found = found_in(tmp_path, document)
    assert (found.sections, found.charts, found.data) == ((), (), {})
    assert warning in found.warnings[0]


def test_gains_beyond_what_was_won_are_refused(tmp_path: Path) -> None:
    pair = {"of": "trained", "against": "start", "gained": 182, "lost": 100, "reward_difference": 0.0,
            "paired_stddev": 0.5}  # fmt: skip
    found = found_in(tmp_path, evaluation(pairs=[pair]))
    assert "gained or lost more than was won" in found.warnings[0]


def test_an_evaluation_that_left_nothing_is_a_warning(tmp_path: Path) -> None:
    folders = outputs(tmp_path, {f"{EVALUATE}:metrics.json": METRICS})
    found = evaluation_findings(JOB, records(folders), folders)
    assert found.warnings == (f"{EVALUATE}: the command wrote no evaluation.json to its output folder",)


def test_a_training_without_an_evaluation_has_nothing_to_say(tmp_path: Path) -> None:
    folders = outputs(tmp_path, {"train/grpo:metrics.json": {"reward": 1}})
    assert evaluation_findings(JOB, records(folders), folders) == Findings()


NASTY = "```\n</details><script>alert(1)</script> @octocat #12 https://evil.example \x1b[31m|`x`"


def test_nothing_that_a_model_says_leaves_its_fence(tmp_path: Path) -> None:
    said = [turn(1, observation=NASTY, reply=NASTY * 200), turn(2, reply=NASTY)]
    document = evaluation(
        environment={"name": NASTY[:40], "history": "full", "arguments": {NASTY: NASTY}},
        players=[player(f"x{NASTY}"[:60], 122, model=NASTY, adapter=NASTY)],
        pairs=[],
        examples=[example("best", player=NASTY[:60], turns=said)],
        notes=[NASTY],
    )
    text = page(found_in(tmp_path, document))
    tokens = MarkdownIt("gfm-like", {"linkify": False}).parse(text)
    assert [token.content for token in tokens if token.type == "html_block"].count("</details>\n") == 1
    inline = [child for token in tokens for child in token.children or [] if child.type == "html_inline"]
    assert inline == []
    assert len([token for token in tokens if token.type == "fence"]) == 1
    assert "\x1b" not in text


def test_long_episodes_show_their_ends(tmp_path: Path) -> None:
    turns = [turn(number, observation="x" * 1_000) for number in range(1, 101)]
    document = evaluation(examples=[example("best", turns=turns, seed=seed) for seed in range(10)])
    (_, episodes) = found_in(tmp_path, document).sections
    assert len(episodes) < 12_000
    assert "[100] sees:" in episodes
    assert episodes.count("<details>") == 4
    assert " before\n[" in episodes


@settings(max_examples=100, deadline=None)
@given(
    text=st.text(max_size=300),
    number=st.integers(-(10**15), 10**15) | st.floats(-1e15, 1e15),
    share=st.integers(0, 50),
)
def test_whatever_is_in_form_is_rendered(
    tmp_path_factory: pytest.TempPathFactory, text: str, number: float, share: int
) -> None:
    text = text.encode("utf-8", "replace").decode()
    pair = {"of": "trained", "against": "start", "gained": share, "lost": 0, "reward_difference": number,
            "paired_stddev": abs(number)}  # fmt: skip
    document = evaluation(
        episodes=100,
        players=[
            player("trained", 50 + share, model=text, reward=number, reward_stddev=abs(number)),
            player("start", 50, adapter=text, turns=abs(number), seconds=abs(number)),
        ],
        pairs=[pair],
        examples=[example("best", turns=[turn(1, reply=text, reward=number)])],
    )
    found = found_in(tmp_path_factory.mktemp("any"), document)
    assert len(found.sections) == 2
    assert "</script" not in page(found)
