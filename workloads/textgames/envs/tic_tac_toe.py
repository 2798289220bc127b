"""Tic-tac-toe against an opponent that moves at random. A win is worth 1, a loss -1, a draw 0.

Who begins is drawn: X does, and the player is either. Rules, observations and the order of the random
draws are those of ludic's TicTacToe, with either of its notations: `number` (`<move>5</move>`), and `words`
(`<move>Center Left</move>`), which pays 0.1 for each of the tag, the height and the width that is right, on
every move that does not end the game. An illegal move changes nothing. ludic has no limit of turns: here an
episode ends after `max_turns` replies, which counts as no win and pays what the last reply earned.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from workloads.textgames.envs.arguments import choice, whole
from workloads.textgames.envs.base import Step
from workloads.textgames.envs.tags import echo, tagged

LINES: Final = ((0, 1, 2), (3, 4, 5), (6, 7, 8), (0, 3, 6), (1, 4, 7), (2, 5, 8), (0, 4, 8), (2, 4, 6))
HEIGHTS: Final = ("Top", "Center", "Bottom")
WIDTHS: Final = ("Left", "Center", "Right")
NAMES: Final = tuple(f"{height} {width}" for height in HEIGHTS for width in WIDTHS)
SHAPING: Final = (0.0, 0.1, 0.2, 0.3)
"""The reward for so many right parts of a move in words."""

SYSTEM: Final = {
    "number": 'You are the Tic-Tac-Toe player using "{mark}". '
    "Given the board, reply with your move in this format: <move>5</move>",
    "words": 'You are the Tic-Tac-Toe player using "{mark}". '
    "Given the board, reply with your move by picking a height and width, "
    "in this format: <move>Top Center</move>",
}

Board = Sequence[str | None]
"""Nine cells, row by row from the top left: a mark, or None where it is free."""


class Move(NamedTuple):
    """A reply as it was read: the cell, or what is wrong, for the player (`told`) and in short (`error`)."""

    cell: int | None
    reward: float = 0.0
    told: str = ""
    error: str = ""


class TicTacToe:
    """One side of the board, X or O by the flip of a coin."""

    def __init__(self, *, notation: str = "number", max_turns: int = 10) -> None:
        self._words = choice("notation", notation, tuple(SYSTEM)) == "words"
        self.max_turns = whole("max_turns", max_turns, 5, 1000)
        self.system_prompt = ""
        self.tools: list[dict[str, Any]] = []

    def reset(self, seed: int) -> str:
        """Flips the coin; as O, lets the opponent open."""
        self._random = random.Random(seed)
        self._board: list[str | None] = [None] * 9
        self._turns = 0
        self._done = False
        self._mark, self._other = self._random.choice([("X", "O"), ("O", "X")])
        self.system_prompt = SYSTEM["words" if self._words else "number"].format(mark=self._mark)
        if self._mark == "O":
            self._reply()
        return self._view()

    def step(self, text: str) -> Step:
        """Takes a move, and lets the opponent answer. Raises RuntimeError after the end."""
        if self._done:
            raise RuntimeError("the game has ended; reset begins another")
        self._turns += 1
        move = read_words(text, self._board) if self._words else read_number(text, self._board)
        if move.cell is None:
            info: dict[str, Any] = {"illegal_move": True, "error": move.error}
            return self._bounded(Step(move.told + self._view(), move.reward, False, info))
        self._board[move.cell] = self._mark
        if outcome(self._board, self._mark) is None:
            self._reply()
        ended = outcome(self._board, self._mark)
        if ended is None:
            return self._bounded(Step(self._view(), move.reward, False, {}))
        self._done = True
        info = {"event": {1: "won", 0: "drawn", -1: "lost"}[ended], "success": ended == 1}
        return Step(self._view(), float(ended), True, info)

    def _bounded(self, step: Step) -> Step:
        if self._turns < self.max_turns:
            return step
        self._done = True
        info = {**step.info, "event": "max_turns_reached", "success": False}
        return step._replace(done=True, info=info)

    def _reply(self) -> None:
        self._board[self._random.choice(_free(self._board))] = self._other

    def _view(self) -> str:
        if self._words:
            cells = [f"{name}: {mark or '_'}" for name, mark in zip(NAMES, self._board, strict=True)]
            asked = (
                "\nWhat will be your next move? "
                "Pick a height (Top, Center, Bottom) and a width (Left, Center, Right)."
            )
            return "\n".join([*cells, asked])
        rows = ["".join(mark or "." for mark in self._board[start : start + 3]) for start in (0, 3, 6)]
        return "\n".join([*rows, "What will be your next move?"])


def read_number(text: str, board: Board) -> Move:
    """A move as a number from 1 to 9, row by row from the top left."""
    inside = tagged(text, "move")
    try:
        position = int(inside or "")
    except ValueError:
        return _illegal("<move> tag must contain an integer between 1 and 9")
    if not 1 <= position <= 9:
        return _illegal(f"position {echo(str(position))} is out of bounds (1-9)")
    if board[position - 1] is not None:
        return _illegal(f"position {position} is already occupied")
    return Move(position - 1)


def read_words(text: str, board: Board) -> Move:
    """A move as a height and a width, in letters of any case."""
    inside = tagged(text, "move")
    if inside is None or not inside.strip():
        told = "Your action was malformed. Please wrap your move in a <move> tag.\n"
        return Move(None, SHAPING[0], told, "Malformed or missing <move> tag.")
    parts = inside.split()
    if len(parts) != 2:
        told = f"Your move '{echo(inside)}' is malformed. Use format 'Height Width', e.g., 'Top Center'.\n"
        return Move(None, SHAPING[1], told, "Move must have two parts: Height and Width.")
    height, width = parts[0].capitalize(), parts[1].capitalize()
    if height not in HEIGHTS:
        told = f"Invalid height '{echo(parts[0])}'. Use one of {list(HEIGHTS)}.\n"
        return Move(None, SHAPING[1], told, f"Invalid height value: {echo(parts[0])}")
    if width not in WIDTHS:
        told = f"Invalid width '{echo(parts[1])}'. Use one of {list(WIDTHS)}.\n"
        return Move(None, SHAPING[2], told, f"Invalid width value: {echo(parts[1])}")
    cell = NAMES.index(f"{height} {width}")
    if board[cell] is not None:
        free = sorted(NAMES[each] for each in _free(board))
        told = f"Your move to {NAMES[cell]} is illegal (cell is occupied).\nValid moves are: {free}\n"
        return Move(None, SHAPING[3], told, "Cell occupied")
    return Move(cell, SHAPING[3])


def outcome(board: Board, mark: str) -> int | None:
    """1 where `mark` has a line, -1 where the other has one, 0 where the board is full, else None."""
    for first, second, third in LINES:
        if board[first] is not None and board[first] == board[second] == board[third]:
            return 1 if board[first] == mark else -1
    return None if _free(board) else 0


def _illegal(error: str) -> Move:
    return Move(None, 0.0, "\nYour last move was illegal. Try again.", f"Invalid move: {error}.")


def _free(board: Board) -> list[int]:
    return [cell for cell, mark in enumerate(board) if mark is None]
