from collections.abc import Callable
from typing import Any

from msgspec import json

from workloads.textgames.evaluation.contestants import Contest, Contestant
from workloads.textgames.evaluation.document import Document, Played, document, encode
from workloads.textgames.evaluation.examples import cut, examples
from workloads.textgames.evaluation.scores import Outcome, score
from workloads.textgames.settings import Environment, Model

EPISODES = {
    "trained": [(11, 1.1, True, 2), (12, 1.1, True, 1), (13, -0.5, False, 3), (14, 0.1, False, 3)],
    "start": [(11, 0.0, False, 3), (12, 1.1, True, 2), (13, -0.5, False, 3), (14, -0.5, False, 3)],
}


def outcomes(player: str) -> list[Outcome]:
    return [Outcome(seed, reward, won, turns, 10 * turns) for seed, reward, won, turns in EPISODES[player]]


def lines() -> list[dict[str, Any]]:
    return [
        {"player": player, "seed": seed, "turn": turn, "observation": f"{seed} at {turn}", "reply": "up",
         "reward": reward if turn == turns else 0.0}
        for player, episodes in EPISODES.items()
        for seed, reward, _, turns in episodes
        for turn in range(1, turns + 1)
    ]  # fmt: skip


def whole() -> Document:
    model = Model(name="acme/tiny")
    contestants = (Contestant("trained", Model(name="acme/tiny", adapter="w")), Contestant("start", model))
    contest = Contest(contestants, "start", ("the start stands for the champion: w holds no weights",))
    played = {
        name: Played(outcomes(name), score(outcomes(name), seconds))
        for name, seconds in (("trained", 1.5), ("start", 2.0))
    }
    environment = Environment(name="key_door", arguments={"size": 3}, history="none")
    shown = examples("trained", outcomes("trained"), lines())
    return document(environment, 11, contest, played, shown)


def test_the_document_says_who_played_what_and_how(golden: Callable[[str, str], None]) -> None:
    golden("evaluation.json", encode(whole()).decode())


def test_the_document_can_be_read_back() -> None:
    assert json.decode(encode(whole()), type=Document) == whole()


def test_examples_are_the_best_and_the_worst_and_none_is_both() -> None:
    shown = [(one.kind, one.seed, len(one.turns)) for one in whole().examples]
    assert shown == [("best", 12, 1), ("best", 11, 2), ("worst", 13, 3), ("worst", 14, 3)]
    two = examples("trained", outcomes("trained")[:2], lines())
    assert [(one.kind, one.seed) for one in two] == [("best", 12), ("worst", 11)]


def test_a_long_episode_is_shown_by_its_end_and_a_long_reply_by_its_beginning() -> None:
    text = "\ud800" + "x" * 5_000
    long = [
        {"player": "p", "seed": 1, "turn": turn, "observation": str(turn), "reply": text, "reward": 0.0}
        for turn in range(100)
    ]
    [shown, _] = examples("p", [Outcome(1, 1.0, True, 100, 1), Outcome(2, 0.0, False, 1, 1)], long)
    assert len(shown.turns) == 40 and shown.turns[-1].observation == "99"
    assert shown.turns[0].reply == cut(text) == "?" + "x" * 798 + "…"
