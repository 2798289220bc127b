"""`cron` has five fields: minute, hour, day of the month, month and weekday. Each is `*`, a number, a
range such as `1-5`, a list such as `0,30`, or steps such as `*/15`.

Months and weekdays may be names (`JAN`, `MON`); `L` is the last day of the month. Where both days are
given, either is enough, as cron has always had it. `runner plan` shows the next three times.
"""

from __future__ import annotations

from runner.errors import InputError
from runner.lint.rule import Problem, Problems, Rule, Subject
from runner.manifest.timetable import require_cron


def check(subject: Subject) -> Problems:
    """A schedule that is no cron, or never comes."""
    schedule = subject.spec.schedule
    if schedule is None:
        return
    try:
        require_cron(schedule.cron)
    except InputError as error:
        yield Problem(("spec", "schedule", "cron"), error.message, error.fix)


RULE = Rule(
    severity="error",
    summary="A schedule that cron does not know",
    page=__doc__,
    check=check,
    bad='schedule: {cron: "0 25 * * *"}',
    good='schedule: {cron: "0 23 * * *"}',
)
