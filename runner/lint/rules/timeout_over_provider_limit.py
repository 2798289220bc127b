"""The provider ends every container after 24 hours; an attempt that takes longer goes on in a new one.

The program is asked to end (SIGTERM) shortly before the 24 hours are over and is started again, with the
same seed, in a new container. It finds what it wrote to `RUNNER_CHECKPOINT_DIR` there, and nothing
else: without checkpoints it begins anew each day and never comes to an end.

Write a checkpoint every few minutes and begin by reading it; nothing has to be changed then. Work that
cannot do so needs a timeout of 24h at most.
"""

from __future__ import annotations

from runner.lint.rule import Problem, Problems, Rule, Subject
from runner.manifest.units import seconds

LIMIT = 86_400
FIX = "see that the program goes on from RUNNER_CHECKPOINT_DIR, or write 24h at most"


def check(subject: Subject) -> Problems:
    """Timeouts over a day."""
    for path, timeout in subject.timeouts():
        if seconds(timeout) > LIMIT:
            message = f"an attempt of {timeout} is interrupted every 24h and goes on in a new container"
            yield Problem(path, message, FIX)


RULE = Rule(
    severity="warning",
    summary="An attempt that outlives its container of 24 hours",
    page=__doc__,
    check=check,
    bad="resources: {timeout: 25h}",
    good="resources: {timeout: 24h}",
)
