"""A shell line reads a variable that looks like a secret, but nothing provides it.

Only the names under `secrets` reach the program; the environment of the machine that launches a
job does not. The variable would be empty, and the program would fail late or, worse, go on.

List the name under `secrets`, or correct it.
"""

from __future__ import annotations

import re

from runner.lint.commands import assigned
from runner.lint.rule import Problem, Problems, Rule, Subject
from runner.wording import did_you_mean

ENDINGS = ("_KEY", "_TOKEN", "_SECRET", "_PASSWORD")
_READ = re.compile(r"\$(?:(\w+)|\{(\w+)\})", re.ASCII)


def check(subject: Subject) -> Problems:
    """Variables of shell lines that end like a secret and come from nowhere.

    `${NAME:-…}` and its like say what to do without a value, and are left alone.
    """
    spec = subject.spec
    for command in subject.commands:
        if command.shell is None:
            continue
        known = {*spec.secrets, *spec.env, *spec.image.env, *assigned(command.shell)}
        for name in dict.fromkeys(plain or braced for plain, braced in _READ.findall(command.shell)):
            if name.endswith(ENDINGS) and not name.startswith("RUNNER_") and name not in known:
                fix = did_you_mean(name, spec.secrets) if spec.secrets else f"add it: secrets: [{name}]"
                yield Problem(command.path, f"the shell line reads ${name}, which is not under secrets", fix)


RULE = Rule(
    severity="warning",
    summary="A shell line that reads a secret which is not listed",
    page=__doc__,
    check=check,
    bad="""
secrets: [WANDB_API_KEY]
command: {shell: "login $WANDB_KEY && train"}
""",
    good="""
secrets: [WANDB_API_KEY]
command: {shell: "login $WANDB_API_KEY && train"}
""",
)
