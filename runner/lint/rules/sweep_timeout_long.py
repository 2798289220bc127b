"""`resources.timeout` is more than six times what trials of this environment need.

    CartPole      takes 1 to 5 minutes      allow 10 minutes
    MountainCar   takes 5 to 15 minutes     allow 30 minutes
    Atari         takes 30 to 120 minutes   allow 2 hours

A trial that hangs is paid for until its timeout, and the bound of the costs in `runner plan` is as much
too high. If the trials really take so long, all is well.
"""

from __future__ import annotations

from runner.lint.environments import environment
from runner.lint.rule import Problem, Problems, Rule, Subject
from runner.manifest.units import seconds

FACTOR = 6


def check(subject: Subject) -> Problems:
    """A timeout far above the table."""
    found, timeout = environment(subject), subject.spec.resources.timeout
    if found is not None and seconds(timeout) > FACTOR * seconds(found.timeout):
        message = f"trials of {found.name} take {found.typical}, and timeout is {timeout}"
        fix = f"write resources.timeout: {found.timeout}, unless they take longer here"
        yield Problem(("spec", "resources", "timeout"), message, fix)


RULE = Rule(
    severity="note",
    summary="A timeout far beyond what trials of this environment need",
    page=__doc__,
    check=check,
    kind="Sweep",
    bad="""
resources: {timeout: 2h}
sweep:
  method: grid
  parameters: {units: {values: [32, 64]}}
  program: train.py
  project: CartPole-v1
""",
    good="""
resources: {timeout: 1h}
sweep:
  method: grid
  parameters: {units: {values: [32, 64]}}
  program: train.py
  project: CartPole-v1
""",
)
