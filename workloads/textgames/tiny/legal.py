"""Legal replies at random: what a tiny model is taught before it is trained."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable
from typing import Any, Final

from workloads.textgames.envs.base import Environment, GameError

Legal = Callable[[Environment, str, random.Random], str]
"""A reply of the environment's form to an observation: a legal one, at random."""

INTERACTS: Final = 0.1
"""How often the player of key_door interacts, wherever it is."""
_WAYS: Final = re.compile(r"Your available actions are: (.*)\. What is your next move\?")
_VALUES: Final[dict[str, Any]] = {"string": "a", "boolean": True, "array": [], "dict": {}, "object": {}}


def replies(name: str) -> Legal:
    """How an environment is answered, by its canonical name. Raises GameError where that is not known."""
    found = {"key_door": _action, "tic_tac_toe": _cell, "wordle": _word, "bfcl": _call}.get(name)
    if found is None:
        raise GameError(f"no tiny model is taught {name}")
    return found


def _action(_: Environment, observation: str, draw: random.Random) -> str:
    """A wanderer's: it hardly ever interacts, so that there is much to find out."""
    ways = _WAYS.search(observation)
    names = re.findall("up|down|left|right", ways[1] if ways else "")
    action = "interact" if draw.random() < INTERACTS or not names else draw.choice(names)
    return f"<action>{action}</action>"


def _cell(_: Environment, observation: str, draw: random.Random) -> str:
    cells = "".join(re.findall(r"[XO.]{3}(?=\n)", observation.replace(" ", "") + "\n"))[-9:]
    free = [number for number, cell in enumerate(cells, 1) if cell == "."]
    return f"<move>{draw.choice(free or [5])}</move>"


def _word(_: Environment, observation: str, draw: random.Random) -> str:
    from workloads.textgames.envs.wordle import words

    return f"<guess>[{draw.choice(words.secrets('common')[:8])}]</guess>"


def _call(environment: Environment, observation: str, draw: random.Random) -> str:
    """One of the functions, with something of the right type for each argument that it requires."""
    function = draw.choice(environment.tools)["function"]
    schema = function["parameters"]
    arguments = {name: _value(schema["properties"][name], draw) for name in schema.get("required", ())}
    call = {"name": function["name"], "arguments": arguments}
    return f"<tool_call>\n{json.dumps(call)}\n</tool_call>"


def _value(schema: dict[str, Any], draw: random.Random) -> Any:
    if schema.get("enum"):
        return draw.choice(schema["enum"])
    if schema.get("type") in ("integer", "float", "number"):
        return draw.randrange(10)
    return _VALUES.get(schema.get("type", "string"), "a")
