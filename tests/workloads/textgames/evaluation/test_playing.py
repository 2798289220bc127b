"""Whole evaluations through the real client, of scripted players."""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from runner.kinds.language.evaluation import Evaluation, read
from runner.results.metrics import read_metrics
from tests.standins.openai.server import OpenAIServer
from tests.workloads.textgames.evaluation.conftest import Evaluate

ROOT = Path(__file__).parents[4]
RANDOM = {"name": "random"}


def lines(output: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (output / "transcripts.jsonl").read_text().splitlines()]


def document(output: Path) -> Evaluation:
    found, problem = read(output)
    assert found is not None, problem
    return found


@pytest.mark.parametrize(
    ("environment", "arguments"),
    [("key_door", {"size": 2, "max_steps": 10}), ("tic_tac_toe", {}), ("wordle", {})],
)
def test_a_better_player_gains_on_the_champion(
    evaluate: Evaluate, environment: str, arguments: dict[str, Any]
) -> None:
    output = evaluate(environment, played={"arguments": arguments}, against=RANDOM)
    found, (metrics, warnings) = document(output), read_metrics(output)
    assert [player.name for player in found.players] == ["model", "champion"]
    [pair] = found.pairs
    assert pair.gained > 3 > pair.lost
    assert warnings == []
    rate, reward = metrics["success_rate"], metrics["reward"]
    assert (rate.gained, rate.lost, rate.trials) == (pair.gained, pair.lost, 12)
    assert reward.value - metrics["champion.reward"].value == pytest.approx(pair.reward_difference)
    assert reward.paired_stddev == pair.paired_stddev


def test_examples_and_transcripts_say_how_episodes_went(evaluate: Evaluate) -> None:
    output = evaluate("tic_tac_toe", model=RANDOM)
    turns, found = lines(output), document(output)
    assert [example.kind for example in found.examples] == ["best", "best", "worst", "worst"]
    for example in found.examples:
        played = [turn for turn in turns if turn["seed"] == example.seed]
        assert [turn["turn"] for turn in played] == list(range(1, len(played) + 1))
        assert [turn["done"] for turn in played] == [False] * (len(played) - 1) + [True]
        assert [turn.reply for turn in example.turns] == [turn["reply"] for turn in played]
        assert sum(turn["reward"] for turn in played) == example.reward
        assert played[-1]["info"]["success"] == example.success
    assert {turn["seed"] for turn in turns} == set(range(found.first_seed, found.first_seed + 12))
    assert sum(turn["tokens"] for turn in turns) == found.players[0].tokens


def test_all_players_meet_the_same_episodes(evaluate: Evaluate) -> None:
    turns = lines(evaluate("tic_tac_toe", against={"name": "mute"}))
    model, champion = (
        {turn["seed"]: turn["observation"] for turn in turns if (turn["player"], turn["turn"]) == (player, 1)}
        for player in ("model", "champion")
    )
    assert model == champion and len(model) == 12


def test_the_same_seed_is_the_same_evaluation_however_many_play_at_once(evaluate: Evaluate) -> None:
    def played(output: str, seed: int, concurrency: int) -> list[dict[str, Any]]:
        turns = lines(
            evaluate("tic_tac_toe", model=RANDOM, seed=seed, concurrency=concurrency, output=output)
        )
        return sorted(turns, key=lambda turn: (turn["seed"], turn["turn"]))

    assert played("a", 7, 12) == played("b", 7, 2) != played("c", 8, 12)


@pytest.mark.parametrize(("history", "lengths"), [("full", {2, 4, 6, 8, 10, 12}), ("none", {2})])
def test_a_player_sees_as_much_of_the_past_as_the_history_says(
    evaluate: Evaluate, endpoint: OpenAIServer, history: str, lengths: set[int]
) -> None:
    evaluate("vf-key-door", played={"history": history, "max_turns": 6})
    assert {len(asked.body["messages"]) for asked in endpoint.chats()} == lengths


def test_what_is_asked_is_as_the_settings_say(evaluate: Evaluate, endpoint: OpenAIServer) -> None:
    sampling = {"temperature": 0.0, "top_p": 0.8, "max_tokens": 33, "top_k": 5, "min_p": 0.1}
    endpoint.delay(0.02)
    evaluate("wordle", sampling=sampling, concurrency=3)
    bodies = [asked.body for asked in endpoint.chats()]
    assert [{name: body[name] for name in sampling} for body in bodies] == [sampling] * len(bodies)
    assert 1 < endpoint.most_at_once <= 3


@pytest.fixture
def questions(tmp_path: Path) -> str:
    """Data of bfcl in which the scripted caller is right, in the form of its package."""
    parameters = {"type": "dict", "properties": {"width": {"type": "float"}}, "required": ["width"]}
    area = {"name": "shapes.area", "description": "The area of a square.", "parameters": parameters}
    asked = [[{"role": "user", "content": "How large is a square of 1.5 m?"}]]
    ids = [f"simple_python_{number}" for number in range(40)]
    folder = tmp_path / "bfcl"
    (folder / "possible_answer").mkdir(parents=True)
    for path, rows in (
        (folder, [{"id": one, "question": asked, "function": [area]} for one in ids]),
        (folder / "possible_answer",
         [{"id": one, "ground_truth": [{"shapes.area": {"width": [1.5]}}]} for one in ids]),
    ):  # fmt: skip
        text = "".join(json.dumps(row) + "\n" for row in rows)
        (path / "BFCL_v4_simple_python.json").write_text(text)
    return str(folder)


def test_functions_are_called_about_questions_that_training_does_not_ask(
    evaluate: Evaluate, endpoint: OpenAIServer, questions: str
) -> None:
    played = {"arguments": {"data": questions, "categories": "simple_python"}}
    output = evaluate("tool-test", played=played, against=RANDOM)
    assert [player.successes for player in document(output).players] == [12, 0]
    assert document(output).environment.arguments["split"] == "test"
    assert all(asked.body["tools"] for asked in endpoint.chats())
    assert lines(output)[0]["reply"].startswith("<tool_call>")


def test_an_endpoint_that_knows_only_what_openai_does_is_enough(evaluate: Evaluate) -> None:
    with OpenAIServer(vllm=False) as plain:
        output = evaluate(endpoint={"url": plain.url})
    assert document(output).players[0].successes == 12


def test_a_key_comes_from_its_variable_and_is_not_written_down(
    evaluate: Evaluate, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ENDPOINT_KEY", "s3cret-of-mine")
    with OpenAIServer(key="s3cret-of-mine") as guarded:
        output = evaluate(endpoint={"url": guarded.url, "key": "ENDPOINT_KEY"})
    written = "".join(path.read_text() for path in output.iterdir()) + "".join(capfd.readouterr())
    assert "s3cret" not in written


def test_failures_that_pass_do_no_harm(evaluate: Evaluate, endpoint: OpenAIServer) -> None:
    undisturbed = document(evaluate("key_door", output="undisturbed"))
    for status in (429, 500, 503, 0):
        endpoint.fail(status, skip=20, times=2, retry_after=0.01)
    disturbed = document(evaluate("key_door", output="disturbed"))
    assert [pair.successes for pair in disturbed.players] == [pair.successes for pair in undisturbed.players]
    assert disturbed.examples == undisturbed.examples


@pytest.mark.parametrize("text", ["\ud800 \x00 <b>|`", "\n" * 5_000, "{" * 100_000, ""])
def test_nothing_that_a_model_says_ends_an_evaluation(evaluate: Evaluate, text: str) -> None:
    with OpenAIServer({"perfect": lambda chat: text}) as odd:
        output = evaluate("wordle", endpoint={"url": odd.url}, episodes=2)
    assert document(output).players[0].successes == 0
    assert len(lines(output)) == 12


def test_progress_is_told(evaluate: Evaluate, capsys: pytest.CaptureFixture[str]) -> None:
    evaluate("wordle", against={"name": "mute"})
    told = capsys.readouterr().out.splitlines()
    assert "model: 12/12 episodes  success 1.00" in told
    assert "champion: 12/12 episodes  success 0.00" in told


def test_a_killed_evaluation_leaves_what_was_played(
    settings: Callable[..., Path], endpoint: OpenAIServer, tmp_path: Path
) -> None:
    endpoint.hang(skip=60)
    command = [sys.executable, "workloads/textgames/evaluate.py", "--settings", str(settings())]
    path = tmp_path / "output" / "transcripts.jsonl"
    with subprocess.Popen([*command, "--output", str(tmp_path / "output")], cwd=ROOT) as process:
        until = time.monotonic() + 60
        while time.monotonic() < until and len(endpoint.chats()) < 61:
            time.sleep(0.05)
        process.kill()
    played = lines(path.parent)
    assert len(played) == 60 and {turn["turn"] for turn in played} == {1, 2, 3, 4, 5}
