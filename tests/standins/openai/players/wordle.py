"""Plays wordle: a word that fits all that was told, or any word."""

from __future__ import annotations

import re
from random import Random

from tests.standins.openai.chat import Chat
from workloads.textgames.envs.wordle.feedback import feedback
from workloads.textgames.envs.wordle.words import secrets

TOLD = re.compile(r"You submitted \[(\w{5})\]\.\nFeedback:\n.*\n([GYX ]{9})")


def perfect(chat: Chat) -> str:
    """The first common word that could be the secret."""
    told = [(word, marks.replace(" ", "")) for seen in chat.seen for word, marks in TOLD.findall(seen)]
    fitting = (
        secret for secret in secrets("common") if all(feedback(word, secret) == marks for word, marks in told)
    )
    return _say(next(fitting))


def random(chat: Chat, chance: Random) -> str:
    """Any common word."""
    return _say(chance.choice(secrets("common")))


def _say(word: str) -> str:
    return f"<guess>[{word}]</guess>"
