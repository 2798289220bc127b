"""A time zone is named as in the IANA database: `Europe/Berlin`, `America/New_York`, `UTC`.

Such a name knows when the clocks change, which an offset such as `UTC+1` does not.
"""

from __future__ import annotations

from runner.errors import InputError
from runner.lint.rule import Problem, Problems, Rule, Subject
from runner.manifest.timetable import require_zone


def check(subject: Subject) -> Problems:
    """A schedule in a time zone that does not exist."""
    schedule = subject.spec.schedule
    if schedule is None:
        return
    try:
        require_zone(schedule.timezone)
    except InputError as error:
        yield Problem(("spec", "schedule", "timezone"), error.message, error.fix)


RULE = Rule(
    severity="error",
    summary="A time zone that does not exist",
    page=__doc__,
    check=check,
    bad='schedule: {cron: "0 3 * * 1", timezone: Europe/Berln}',
    good='schedule: {cron: "0 3 * * 1", timezone: Europe/Berlin}',
)
