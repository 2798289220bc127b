"""No environment has this name.

There are `bfcl`, `gsm8k`, `key_door`, `tic_tac_toe` and `wordle`. `vf-wordle` and `vf_wordle` are `wordle`;
`tool-test` and `vf-bfcl-single-turn` are `bfcl`. The same names stand under `model.overrides`.
"""

from __future__ import annotations

from runner.kinds.language.environments import canonical, instead
from runner.lint.language import environments
from runner.lint.rule import Problem, Problems, Rule, Subject
from runner.wording import shown


def check(subject: Subject) -> Problems:
    """Names that neither stand for an environment nor are another name of one."""
    for path, name in environments(subject):
        if canonical(name) is None:
            yield Problem(path, f"there is no environment {shown(name)}", instead(name))


RULE = Rule(
    severity="error",
    summary="An environment that does not exist",
    page=__doc__,
    check=check,
    kind="GRPO",
    bad="environment: vf-wordel",
    good="environment: vf-wordle",
)
