"""Episodes side by side are the episodes one by one."""

import random
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.workloads.textgames.play.players import Scripted, always
from workloads.textgames.envs.base import Environment
from workloads.textgames.envs.registry import make
from workloads.textgames.play.episodes import Episode, Turn, play, sampling_seed
from workloads.textgames.play.histories import HISTORIES
from workloads.textgames.play.player import Request

PLAIN = ("key_door", "tic_tac_toe", "wordle")
PARTS = [
    *("<action>", "</action>", "up", "down", "left", "right", "interact", "<scratchpad>", "</scratchpad>"),
    *(
        "<move>",
        "</move>",
        "1",
        "5",
        "9",
        "Top",
        "Center",
        "Left",
        "<guess>",
        "</guess>",
        "[crane]",
        "[about]",
    ),
    *("[", "]", " ", "\n", "<", "\x00", "é", "<|im_end|>", "９" * 50),
]
REPLIES = [f"<action>{way}</action>" for way in ("up", "down", "left", "right", "interact")]
REPLIES += [f"<move>{cell}</move>" for cell in range(1, 10)]
REPLIES += [f"<scratchpad>{word}</scratchpad><guess>[{word}]</guess>" for word in ("crane", "about", "moist")]


def games(name: str, count: int) -> list[Environment]:
    return [make(name, {}) for _ in range(count)]


def by_luck(request: Request) -> str:
    """A reply that follows from all that is asked, and from nothing else."""
    return random.Random(repr(request)).choice(REPLIES)


def test_an_episode_is_its_turns() -> None:
    seen: list[Episode] = []
    game = make("key_door", {"max_steps": 2})
    [episode] = play([game], [5], "none", always("<action>interact</action>"), finished=seen.append)
    first = game.reset(5)
    told = f"You chose to interact. There was nothing to interact with here. {first}"
    assert seen == [episode]
    assert episode.turns[0] == Turn(
        first,
        "<action>interact</action>",
        0.0,
        False,
        episode.turns[0].info,
        len("<action>interact</action>"),
    )
    assert episode.turns[1].observation == told
    assert (episode.turns[1].reward, episode.turns[1].done) == (-0.5, True)
    assert (episode.seed, episode.reward, episode.success) == (5, -0.5, False)


def test_success_and_reward_are_the_environments() -> None:
    player, key, door = random.Random(0).sample([(row, column) for row in range(4) for column in range(4)], 3)
    ways = [*path(player, key), "interact", *path(key, door), "interact"]
    script = iter(ways)
    [episode] = play(
        games("key_door", 1), [0], "full", Scripted(lambda _: f"<action>{next(script)}</action>")
    )
    assert len(episode.turns) == len(ways)
    assert episode.success
    assert episode.reward == pytest.approx(1.1)


def path(start: tuple[int, int], end: tuple[int, int]) -> list[str]:
    down, right = end[0] - start[0], end[1] - start[1]
    return ["down" if down > 0 else "up"] * abs(down) + ["right" if right > 0 else "left"] * abs(right)


def test_all_live_episodes_are_asked_in_one_call_per_turn() -> None:
    player = always("no guess")
    play(games("wordle", 3), [1, 2, 3], "none", player)
    assert [len(call) for call in player.calls] == [3] * 6


def test_the_next_episode_begins_when_one_ends() -> None:
    player = always("no guess")
    episodes = play(games("wordle", 5), range(5), "none", player, max_turns=2, concurrency=2)
    assert [len(call) for call in player.calls] == [2, 2, 2, 2, 1, 1]
    assert [episode.seed for episode in episodes] == [0, 1, 2, 3, 4]


def test_turns_are_reported_as_they_are_taken() -> None:
    taken: list[tuple[int, int, Turn]] = []
    episodes = play(
        games("wordle", 2),
        [8, 9],
        "none",
        always("?"),
        max_turns=2,
        taken=lambda seed, number, turn: taken.append((seed, number, turn)),
    )
    first, second = episodes
    assert taken == [
        (8, 1, first.turns[0]),
        (9, 1, second.turns[0]),
        (8, 2, first.turns[1]),
        (9, 2, second.turns[1]),
    ]


def test_environments_are_used_again() -> None:
    episodes = play(games("wordle", 1), [3, 3, 4], "full", always("[crane]"))
    assert episodes[0] == episodes[1]
    assert episodes[0].turns[-1].info["secret"] != episodes[2].turns[-1].info["secret"]


def test_a_limit_of_turns_cuts_an_episode_short() -> None:
    [episode] = play(games("key_door", 1), [0], "none", always("?"), max_turns=3)
    assert [turn.done for turn in episode.turns] == [False, False, True]
    assert episode.turns[-1].info["truncated"] is True
    assert (episode.reward, episode.success) == (0.0, False)


def test_a_limit_of_turns_does_not_lengthen_an_episode() -> None:
    [episode] = play(games("wordle", 1), [0], "none", always("?"), max_turns=100)
    assert len(episode.turns) == 6
    assert "truncated" not in episode.turns[-1].info


def test_no_seeds_are_no_episodes() -> None:
    assert play([], [], "none", always("?")) == []


def test_episodes_need_an_environment() -> None:
    with pytest.raises(ValueError, match="environment"):
        play([], [1], "none", always("?"))


def test_the_luck_of_a_turn_follows_from_the_seed_and_the_turn() -> None:
    player = always("?")
    play(games("wordle", 2), [8, 9], "none", player, max_turns=2)
    assert [[asked.seed for asked in call] for call in player.calls] == [
        [sampling_seed(8, 0), sampling_seed(9, 0)],
        [sampling_seed(8, 1), sampling_seed(9, 1)],
    ]
    assert len({sampling_seed(seed, turn) for seed in range(50) for turn in range(20)}) == 1000
    assert all(0 <= sampling_seed(seed, 0) < 2**31 for seed in range(100))


@settings(max_examples=40, deadline=None)
@given(
    st.sampled_from(PLAIN),
    st.sampled_from(["none", "full", "scratchpad"]),
    st.lists(st.integers(0, 2**32 - 1), min_size=1, max_size=6),
    st.integers(1, 6),
)
def test_episodes_side_by_side_equal_episodes_one_by_one(
    name: str, history: str, seeds: Sequence[int], concurrency: int
) -> None:
    together = play(games(name, len(seeds)), seeds, history, Scripted(by_luck), concurrency=concurrency)
    alone = [play(games(name, 1), [seed], history, Scripted(by_luck))[0] for seed in seeds]
    assert together == alone


def noise(chance: random.Random) -> str:
    if chance.random() < 0.3:
        return chance.choice(REPLIES)
    return "".join(chance.choices(PARTS, k=chance.randrange(12)))


@pytest.mark.parametrize("name", [*PLAIN, "words"])
def test_ten_thousand_random_replies_never_raise(name: str) -> None:
    chance = random.Random(name)
    arguments = {"notation": "words"} if name == "words" else {}
    places = [make("tic_tac_toe" if name == "words" else name, arguments) for _ in range(100)]
    total = 0
    while total < 10_000:
        seeds = [chance.getrandbits(32) for _ in places]
        history = chance.choice([each for each in HISTORIES if each != "optimal_scratchpad"])
        episodes = play(places, seeds, history, Scripted(lambda _: noise(chance)))
        total += sum(len(episode.turns) for episode in episodes)
        assert all(episode.turns[-1].done and "success" in episode.turns[-1].info for episode in episodes)


@given(st.sampled_from(PLAIN), st.lists(st.text(), min_size=1, max_size=5))
def test_text_of_any_kind_is_a_reply(name: str, replies: list[str]) -> None:
    script = iter([*replies, *[""] * 40])
    [episode] = play(games(name, 1), [0], "scratchpad", Scripted(lambda _: next(script)))
    assert episode.turns[-1].done
