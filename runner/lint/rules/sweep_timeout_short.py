"""`resources.timeout` is the longest that one trial may take, and trials of this environment often take
longer.

    CartPole      takes 1 to 5 minutes      allow 10 minutes
    MountainCar   takes 5 to 15 minutes     allow 30 minutes
    Atari         takes 30 to 120 minutes   allow 2 hours

A trial that reaches its timeout is ended and has cost its time for nothing. Which environment it is, is
read from the names of the job, the project, the sweep and the program, and from its arguments.
"""

from __future__ import annotations

from runner.lint.environments import environment
from runner.lint.rule import Problem, Problems, Rule, Subject
from runner.manifest.units import seconds


def check(subject: Subject) -> Problems:
    """A timeout below the table."""
    found, timeout = environment(subject), subject.spec.resources.timeout
    if found is not None and 0 < seconds(timeout) < seconds(found.timeout):
        message = f"trials of {found.name} take {found.typical}, and timeout is {timeout}"
        yield Problem(("spec", "resources", "timeout"), message, f"write resources.timeout: {found.timeout}")


RULE = Rule(
    severity="warning",
    summary="A timeout that trials of this environment reach",
    page=__doc__,
    check=check,
    kind="Sweep",
    bad="""
resources: {timeout: 5m}
sweep:
  method: grid
  parameters: {units: {values: [32, 64]}}
  program: train.py
  project: CartPole-v1
""",
    good="""
resources: {timeout: 10m}
sweep:
  method: grid
  parameters: {units: {values: [32, 64]}}
  program: train.py
  project: CartPole-v1
""",
)
