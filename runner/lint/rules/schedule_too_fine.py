"""Schedules are looked at when the collecting workflow runs, every ten minutes at the most; GitHub is
often late. Of several times that came since then, only the last is caught up.

Times that lie closer together than ten minutes are therefore not all kept. Write them further apart, or
do the work of several in one run.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise

from runner.errors import InputError
from runner.lint.rule import Problem, Problems, Rule, Subject
from runner.manifest.common import Schedule
from runner.manifest.timetable import require_cron, upcoming

MINUTE = timedelta(minutes=1)
TURN = 10 * MINUTE
LOOKED_AT = 60


def check(subject: Subject) -> Problems:
    """A schedule with times that are too close together."""
    if subject.spec.schedule is None:
        return
    cron = subject.spec.schedule.cron
    with suppress(InputError):  # another rule says so
        require_cron(cron)
        times = islice(upcoming(Schedule(cron=cron), datetime(2024, 1, 1, tzinfo=UTC)), LOOKED_AT)
        nearest = min((after - before for before, after in pairwise(times)), default=TURN)
        if nearest < TURN:
            message = f"two of its times are {nearest // MINUTE} min apart; only the last in 10 min is kept"
            yield Problem(("spec", "schedule", "cron"), message, "write times 10 minutes apart, or more")


RULE = Rule(
    severity="warning",
    summary="A schedule finer than the collecting workflow",
    page=__doc__,
    check=check,
    bad='schedule: {cron: "*/5 * * * *"}',
    good='schedule: {cron: "*/10 * * * *"}',
)
