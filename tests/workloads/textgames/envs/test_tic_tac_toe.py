"""Tic-tac-toe: both notations, every sentence, every reward."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workloads.textgames.envs.base import Step
from workloads.textgames.envs.tic_tac_toe import NAMES, TicTacToe, outcome

AS_X = next(seed for seed in range(100) if random.Random(seed).choice("XO") == "X")
AS_O = next(seed for seed in range(100) if random.Random(seed).choice("XO") == "O")
EMPTY = "...\n...\n...\nWhat will be your next move?"
ASKED = (
    "\n\nWhat will be your next move? Pick a height (Top, Center, Bottom) and a width (Left, Center, Right)."
)


def started(seed: int = AS_X, notation: str = "number", max_turns: int = 10) -> TicTacToe:
    game = TicTacToe(notation=notation, max_turns=max_turns)
    game.reset(seed)
    return game


def cells(observation: str) -> str:
    return observation.replace("\n", "")[:9]


def free(observation: str) -> list[int]:
    return [place for place, mark in enumerate(cells(observation), 1) if mark == "."]


def finish(seed: int) -> Step:
    """Plays the first free cell to the end."""
    game = TicTacToe()
    step = Step(game.reset(seed), 0.0, False, {})
    while not step.done:
        step = game.step(f"<move>{free(step.observation)[0]}</move>")
    return step


def test_x_sees_an_empty_board() -> None:
    game = TicTacToe()
    assert game.reset(AS_X) == EMPTY
    assert game.system_prompt == (
        'You are the Tic-Tac-Toe player using "X". Given the board, reply with your move in this format: '
        "<move>5</move>"
    )


def test_o_sees_the_opponents_opening() -> None:
    game = TicTacToe()
    assert cells(game.reset(AS_O)).replace(".", "") == "X"
    assert game.system_prompt.startswith('You are the Tic-Tac-Toe player using "O". ')


@given(st.integers(0, 2**32 - 1))
def test_the_coin_is_flipped_before_the_opening_is_drawn(seed: int) -> None:
    chance = random.Random(seed)
    before = random.getstate()
    first = cells(TicTacToe().reset(seed))
    assert random.getstate() == before
    if chance.choice(["X", "O"]) == "X":
        assert first == "." * 9
    else:
        assert first.index("X") == chance.choice(range(9))


def test_a_move_is_answered() -> None:
    step = started().step("I take <move> 5 </move>")
    board = cells(step.observation)
    assert board[4] == "X"
    assert sorted(board) == sorted("X" + "O" + "." * 7)
    assert step[1:] == (0.0, False, {})


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        ("5", "Invalid move: <move> tag must contain an integer between 1 and 9."),
        ("<move>5", "Invalid move: <move> tag must contain an integer between 1 and 9."),
        ("<move>five</move>", "Invalid move: <move> tag must contain an integer between 1 and 9."),
        (f"<move>{'9' * 9000}</move>", "Invalid move: <move> tag must contain an integer between 1 and 9."),
        ("<move>10</move>", "Invalid move: position 10 is out of bounds (1-9)."),
    ],
)
def test_an_illegal_move_changes_nothing(reply: str, error: str) -> None:
    step = started().step(reply)
    assert step.observation == f"\nYour last move was illegal. Try again.{EMPTY}"
    assert step[1:] == (0.0, False, {"illegal_move": True, "error": error})


def test_a_taken_cell_is_illegal() -> None:
    game = started()
    board = game.step("<move>5</move>").observation
    step = game.step("<move>5</move>")
    assert step.observation == f"\nYour last move was illegal. Try again.{board}"
    assert step.info["error"] == "Invalid move: position 5 is already occupied."


def test_each_end_has_its_reward() -> None:
    ends = {(step.reward, step.info["event"], step.info["success"]) for step in map(finish, range(200))}
    assert ends == {(1.0, "won", True), (-1.0, "lost", False), (0.0, "drawn", False)}


def test_the_end_shows_the_board() -> None:
    step = next(step for step in map(finish, range(200)) if step.info["event"] == "drawn")
    assert step.observation.endswith("\nWhat will be your next move?")
    assert "." not in cells(step.observation)


def test_an_episode_without_a_legal_move_ends_with_its_last_turn() -> None:
    game = started(max_turns=5)
    steps = [game.step("") for _ in range(5)]
    assert [step.done for step in steps] == [False] * 4 + [True]
    assert (steps[-1].reward, steps[-1].info["success"]) == (0.0, False)
    assert steps[-1].info["event"] == "max_turns_reached"


def test_there_is_no_move_after_the_end() -> None:
    game = started(max_turns=5)
    for _ in range(5):
        game.step("")
    with pytest.raises(RuntimeError):
        game.step("<move>1</move>")


def test_words_show_the_board_by_its_names() -> None:
    game = TicTacToe(notation="words")
    assert game.reset(AS_X) == "\n".join(f"{name}: _" for name in NAMES) + ASKED
    assert game.system_prompt == (
        'You are the Tic-Tac-Toe player using "X". Given the board, reply with your move by picking a height '
        "and width, in this format: <move>Top Center</move>"
    )


def test_a_move_in_words_is_paid_and_answered() -> None:
    step = started(notation="words").step("<move>center LEFT</move>")
    assert "\nCenter Left: X\n" in step.observation
    assert step.observation.count(": O") == 1
    assert step[1:] == (0.3, False, {})


@pytest.mark.parametrize(
    ("reply", "told", "reward", "error"),
    [
        (
            "Top Left",
            "Your action was malformed. Please wrap your move in a <move> tag.",
            0.0,
            "Malformed or missing <move> tag.",
        ),
        (
            "<move> </move>",
            "Your action was malformed. Please wrap your move in a <move> tag.",
            0.0,
            "Malformed or missing <move> tag.",
        ),
        (
            "<move>Top</move>",
            "Your move 'Top' is malformed. Use format 'Height Width', e.g., 'Top Center'.",
            0.1,
            "Move must have two parts: Height and Width.",
        ),
        (
            "<move>high Left</move>",
            "Invalid height 'high'. Use one of ['Top', 'Center', 'Bottom'].",
            0.1,
            "Invalid height value: high",
        ),
        (
            "<move>Top middle</move>",
            "Invalid width 'middle'. Use one of ['Left', 'Center', 'Right'].",
            0.2,
            "Invalid width value: middle",
        ),
    ],
)
def test_parts_of_a_move_in_words_are_paid(reply: str, told: str, reward: float, error: str) -> None:
    game = TicTacToe(notation="words")
    view = game.reset(AS_X)
    assert game.step(reply) == (f"{told}\n{view}", reward, False, {"illegal_move": True, "error": error})


def test_a_taken_cell_in_words_is_paid_and_the_free_ones_are_listed() -> None:
    game = started(notation="words")
    board = game.step("<move>Top Left</move>").observation
    names = sorted(line.split(":")[0] for line in board.splitlines() if line.endswith(": _"))
    step = game.step("<move>Top Left</move>")
    told = f"Your move to Top Left is illegal (cell is occupied).\nValid moves are: {names}\n"
    assert step.observation == told + board
    assert step[1:] == (0.3, False, {"illegal_move": True, "error": "Cell occupied"})


def test_the_end_in_words_replaces_what_the_move_pays() -> None:
    rewards = set()
    for seed in range(60):
        game = started(seed, "words")
        ends = (step for step in map(game.step, (f"<move>{name}</move>" for name in NAMES)) if step.done)
        rewards.add(next(ends).reward)
    assert {1.0, -1.0} <= rewards <= {1.0, 0.0, -1.0}


@given(st.lists(st.sampled_from(["X", "O", None]), min_size=9, max_size=9))
def test_an_outcome_for_one_is_the_opposite_for_the_other(board: list[str | None]) -> None:
    ended = outcome(board, "X")
    other = outcome(board, "O")
    assert (ended is None) == (other is None)
    assert ended is None or other is None or ended == -other
