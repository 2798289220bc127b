"""What the tokenizer of a tiny model knows as one token: phrases of the environments and of the templates.

Any other text is possible, too; it takes more tokens.
"""

from __future__ import annotations

from typing import Final

from workloads.textgames.envs import key_door
from workloads.textgames.envs.bfcl import environment as bfcl

PHRASES: Final = (
    # Tags
    *(f"<{tag}>" for tag in ("action", "move", "guess", "answer", "scratchpad", "think", "tool_call")),
    *(f"</{tag}>" for tag in ("action", "move", "guess", "answer", "scratchpad", "think", "tool_call")),
    # Roles
    "system\n",
    "user\n",
    "assistant\n",
    # Moves
    "up",
    "down",
    "left",
    "right",
    "interact",
    # The rooms of key_door
    key_door.SYSTEM,
    "You are at position (",
    " grid. You are not carrying a key. ",
    " grid. You are carrying the key. ",
    "You see a key on the floor. ",
    "You see a large, locked door. ",
    "The room you are currently in is empty. ",
    "Your available actions are: ",
    " to (",
    ") in a ",
    "), ",
    ", ",
    ". What is your next move?",
    "You chose to interact. ",
    "There was nothing to interact with here. ",
    "You picked up the key! ",
    "The door is locked, and you don't have the key. ",
    "You tried to move ",
    " but bumped into a wall. ",
    "Your input was invalid: ",
    "You ran out of time. ",
    "Congratulations, you escaped the maze!",
    "Game over.",
    "## Your Current Memory (from previous turn):\n",
    "## Your Current Memory (provided by the environment):\n",
    "## Current Observation:\n",
    "Status: I do not have the key. ",
    "Key location: ",
    "Door location: ",
    "Visited empty rooms: ",
    "unknown. ",
    # The board of tic_tac_toe
    *(first + second + third for first in "XO." for second in "XO." for third in "XO."),
    "\nWhat will be your next move?",
    "\nYour last move was illegal. Try again.",
    'You are the Tic-Tac-Toe player using "',
    '". Given the board, reply with your move in this format: ',
    # Functions, as Qwen's templates show them
    bfcl.SYSTEM,
    "# Tools\n\nYou may call one or more functions to assist with the user query.\n\n",
    "You are provided with function signatures within <tools></tools> XML tags:\n<tools>",
    "\n</tools>\n\nFor each function call, return a json object with function name and arguments within "
    '<tool_call></tool_call> XML tags:\n<tool_call>\n{"name": <function-name>, "arguments": '
    "<args-json-object>}\n</tool_call>",
    '{"type": "function", "function": {"name": "',
    '", "description": "',
    '", "parameters": {"type": "object", "properties": {"',
    '": {"type": "string"',
    '{"name": "',
    '", "arguments": {"',
    '": "',
    '": ',
    '"}}',
    "}}",
)

_LETTERS: Final = "the and ing tion er re in on at en es st le an or ar"


def lines() -> list[str]:
    """Text for the merges of letters that are left."""
    return [_LETTERS] * 4
