"""No attempt may take longer than 24 hours: the provider ends it then, whatever the manifest says.

The timeout is per attempt, and each retry starts it anew. Work that takes longer should write
checkpoints to `RUNNER_CHECKPOINT_DIR`, which survives attempts: set `timeout: 24h`, let
`retry_on: [timeout]` start the next attempt and go on from the checkpoint.
"""

from __future__ import annotations

from runner.lint.rule import Problem, Problems, Rule, Subject
from runner.manifest.units import seconds

LIMIT = 86_400
FIX = "write 24h at most, and retry_on: [timeout] with checkpoints"


def check(subject: Subject) -> Problems:
    """Timeouts over a day."""
    for path, timeout in subject.timeouts():
        if seconds(timeout) > LIMIT:
            yield Problem(path, f"the timeout {timeout} is over the provider's limit of 24h", FIX)


RULE = Rule(
    severity="error",
    summary="A timeout above the 24 hours that the provider allows",
    page=__doc__,
    check=check,
    bad="resources: {timeout: 25h}",
    good="resources: {timeout: 24h}",
)
