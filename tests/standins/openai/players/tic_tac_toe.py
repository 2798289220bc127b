"""Plays tic_tac_toe: never loses, or at random."""

from __future__ import annotations

import re
from functools import cache
from random import Random

from tests.standins.openai.chat import Chat

LINES = ((0, 1, 2), (3, 4, 5), (6, 7, 8), (0, 3, 6), (1, 4, 7), (2, 5, 8), (0, 4, 8), (2, 4, 6))
MARK = re.compile(r'using "([XO])"')


def perfect(chat: Chat) -> str:
    """The first of the best moves."""
    mark = MARK.search(chat.rules)
    assert mark, chat.rules
    board = board_of(chat.last)
    return _say(max(_free(board), key=lambda cell: -_worth(_put(board, cell, mark[1]), _other(mark[1]))))


def random(chat: Chat, chance: Random) -> str:
    """Any cell, also one that is taken."""
    return _say(chance.randrange(9))


def board_of(text: str) -> str:
    """The nine cells, row by row, that stand last in an observation."""
    return "".join(re.findall(r"^[XO.]{3}$", text, re.MULTILINE)[-3:])


@cache
def _worth(board: str, mark: str) -> int:
    """What a board is worth for the one who moves: 1 won, 0 drawn, -1 lost."""
    if any(board[a] == board[b] == board[c] != "." for a, b, c in LINES):
        return -1
    if "." not in board:
        return 0
    return max(-_worth(_put(board, cell, mark), _other(mark)) for cell in _free(board))


def _free(board: str) -> list[int]:
    return [cell for cell, mark in enumerate(board) if mark == "."]


def _put(board: str, cell: int, mark: str) -> str:
    return board[:cell] + mark + board[cell + 1 :]


def _other(mark: str) -> str:
    return "O" if mark == "X" else "X"


def _say(cell: int) -> str:
    return f"<move>{cell + 1}</move>"
