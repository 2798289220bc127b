"""Names that begin with `RUNNER_` are how the runner speaks to the program: where to write, which
task this is, which seed to use. A value of the manifest would break that. In a sweep the same holds for
`WANDB_RUN_ID`, `WANDB_SWEEP_ID` and `WANDB_SWEEP_PARAM_PATH`, which say which trial this is.

Choose another name. A seed is fixed with `spec.seed`, a sweep that exists is named by `sweep_id`.
"""

from __future__ import annotations

from runner.lint.rule import Problem, Problems, Rule, Subject
from runner.wording import shown

TRIAL = ("WANDB_RUN_ID", "WANDB_SWEEP_ID", "WANDB_SWEEP_PARAM_PATH")


def check(subject: Subject) -> Problems:
    """Names that begin with `RUNNER_`, and those by which W&B's client knows a trial."""
    own = TRIAL if subject.kind == "Sweep" else ()
    variables = [(path, name) for path, name, _ in subject.variables()]
    for path, name in variables + subject.secrets():
        if name.startswith("RUNNER_") or name in own:
            yield Problem(path, f"{shown(name)} is set by the runner itself", "choose another name")


RULE = Rule(
    severity="error",
    summary="A variable that the runner sets itself",
    page=__doc__,
    check=check,
    bad="env: {RUNNER_SEED: '1'}",
    good="seed: 1",
)
