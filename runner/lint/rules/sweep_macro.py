"""W&B's macros, such as `${args}` and `${program}`, are filled where they are an argument of their own.

Inside a longer argument, as in `--file=${program}`, W&B leaves them as they are. Only `${envvar:NAME}`,
the variable NAME of the environment, is filled anywhere. The placeholders of the runner are unknown to
W&B's agent, which starts the trials with `scheduler: wandb`. What all trials of a worker share is read
from the environment there, as `${envvar:RUNNER_BASELINE_DIR}`; folders of its own (`${output}`,
`${checkpoint}`) a trial has only with `scheduler: embedded`.
"""

from __future__ import annotations

from runner.lint.commands import placeholders
from runner.lint.rule import Problem, Problems, Rule, Subject
from runner.lint.sweeps import scheduler
from runner.plan.macros import MACROS
from runner.plan.placeholders import WORKER_PLACEHOLDERS


def check(subject: Subject) -> Problems:
    """Macros inside longer arguments, and placeholders that the scheduler does not know."""
    sweep = subject.sweep
    if sweep is None or sweep.command is None:
        return
    at_wandb = scheduler(subject) == "wandb"
    for index, argument in enumerate(map(str, sweep.command)):
        for name in placeholders(argument) if "${" in argument else ():
            path = ("spec", "sweep", "command", index)
            if name in MACROS and argument != f"${{{name}}}":
                message = f"W&B fills ${{{name}}} only where it is an argument of its own"
                yield Problem(path, message, f"make ${{{name}}} an item of the list")
            elif at_wandb and name in (*WORKER_PLACEHOLDERS, "files"):
                yield Problem(path, f"W&B's agent does not know ${{{name}}}", _instead(name))


def _instead(name: str) -> str:
    """What to write for a placeholder of ours; the trials of an agent share all folders but these."""
    if name in ("output", "checkpoint", "files"):
        return "remove it, or use scheduler: embedded"
    return f"write ${{envvar:RUNNER_{name.upper()}{'' if name == 'seed' else '_DIR'}}}"


RULE = Rule(
    severity="error",
    summary="A macro in a place where nothing fills it",
    page=__doc__,
    check=check,
    kind="Sweep",
    bad="""
sweep:
  method: grid
  parameters: {units: {values: [32, 64]}}
  program: train.py
  command: [python, '--file=${program}', '${args}']
""",
    good="""
sweep:
  method: grid
  parameters: {units: {values: [32, 64]}}
  program: train.py
  command: [python, '${program}', '${args}', '--data=${envvar:DATA_DIR}']
""",
)
