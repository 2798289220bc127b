"""A manifest is committed, and whatever was committed once must be taken as known to everybody.

The value looks like a token of a known service, or it is random text under a name such as
`API_KEY` or after an option such as `--token`. It is not repeated in any message.

Revoke the key now. Then list its name under `secrets`, and give the value to the place where jobs
run: an untracked `.env` or the environment on a laptop, the provider's secrets in the cloud.
"""

from __future__ import annotations

import re

from runner.lint.rule import Problem, Problems, Rule, Subject
from runner.manifest.finding import Position
from runner.manifest.secrets import SHORTEST, looks_random, tokens
from runner.wording import shown

NAME = (
    r"(?i)(?:^|[_-]|API|ACCESS|AUTH)"
    r"(?:KEYS?|TOKEN|SECRETS?|PASSW(?:OR)?D|PASSPHRASE|CREDENTIALS?)(?:$|[_-])"
)
FIX = "revoke it, list its name under secrets, and keep the value out of the repository"


def check(subject: Subject) -> Problems:
    """Known tokens anywhere in the text, and random text under telling names."""
    for path, document in (((), subject.document), *subject.document.included.items()):
        text = document.text
        for start in tokens(text):
            place = Position(text.count("\n", 0, start) + 1, start - text.rfind("\n", 0, start))
            yield Problem(path, "this looks like a key of a known service", FIX, place)
    if any(True for override in subject.overrides for _ in tokens(override)):
        yield Problem((), "an override holds what looks like a key", FIX)
    for path, name, value in subject.variables():
        if looks_random(value) and re.search(NAME, name):
            yield Problem(path, f"the value of {shown(name)} looks like a key", FIX)
    for command in subject.commands:
        before = ""
        for index, argument in enumerate(command.arguments):
            if len(argument) >= SHORTEST and _is_key(before, argument):
                yield Problem((*command.path, index), "this argument looks like a key", FIX)
            before = argument


def _is_key(before: str, argument: str) -> bool:
    """`--token VALUE` and `--token=VALUE`."""
    if before.startswith("-") and looks_random(argument) and re.search(NAME, before):
        return True
    name, _, value = argument.partition("=")
    return looks_random(value) and re.search(NAME, name) is not None


RULE = Rule(
    severity="error",
    summary="A value that looks like a key or a password",
    page=__doc__,
    check=check,
    bad="env: {MY_API_KEY: x8Kq2ZrT0vLw9PbN4sYd}",
    good="secrets: [MY_API_KEY]",
)
