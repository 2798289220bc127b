"""Placeholders are not filled inside `shell:`; the shell reads variables instead.

A value put into a shell line as text could be taken for a command. The same values stand in the
environment: `$RUNNER_OUTPUT_DIR`, `$RUNNER_INPUT_DIR`, `$RUNNER_BASELINE_DIR`,
`$RUNNER_CHECKPOINT_DIR`, `$RUNNER_SEED`, and `$RUNNER_PARAM_<NAME>` for what tells a task from its
siblings (`matrix.lr` is `$RUNNER_PARAM_LR`). Put them in double quotes.
"""

from __future__ import annotations

from runner.lint.commands import assigned, placeholders
from runner.lint.rule import Problem, Problems, Rule, Subject

VARIABLES = {
    "output": "RUNNER_OUTPUT_DIR",
    "input": "RUNNER_INPUT_DIR",
    "baseline": "RUNNER_BASELINE_DIR",
    "checkpoint": "RUNNER_CHECKPOINT_DIR",
    "seed": "RUNNER_SEED",
    "matchup": "RUNNER_PARAM_MATCHUP",
    "variant.name": "RUNNER_PARAM_VARIANT",
}


def check(subject: Subject) -> Problems:
    """Names of placeholders, known or with a dot, in shell lines that do not set such a variable."""
    for command in subject.commands:
        line = command.shell or ""
        if "${" not in line:
            continue
        own = {*assigned(line), *subject.spec.env, *subject.spec.image.env}
        for name in placeholders(line):
            if name in own:
                continue
            if name in VARIABLES or name in command.known or name.startswith(("matrix.", "variant.")):
                yield Problem(command.path, f"${{{name}}} is not filled inside shell:", _instead(name))


def _instead(name: str) -> str:
    variable = VARIABLES.get(name)
    if name.startswith("matrix."):
        variable = f"RUNNER_PARAM_{name.rpartition('.')[2].upper()}"
    return f'write "${variable}"' if variable else "write the value out, or use a list of arguments"


RULE = Rule(
    severity="error",
    summary="A placeholder inside a shell line",
    page=__doc__,
    check=check,
    bad="command: {shell: 'python train.py > ${output}/log.txt'}",
    good="""command: {shell: 'python train.py > "$RUNNER_OUTPUT_DIR/log.txt"'}""",
)
