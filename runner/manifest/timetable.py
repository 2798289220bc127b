"""When a schedule comes: cron's five fields in a time zone, its changes of the clock included.

As in Debian's cron: a time that the clock skips comes when it has moved on, one that the clock repeats
comes once; what comes every few minutes just goes on.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from runner.errors import InputError
from runner.wording import did_you_mean

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from cronsim import CronSim

    from runner.manifest.common import Schedule

# How cronsim names a field that it refuses, and what may stand there.
_FIELDS: Final = {
    "minute": "a minute is a number from 0 to 59",
    "hour": "an hour is a number from 0 to 23",
    "day-of-month": "a day of the month is a number from 1 to 31, L for the last, LW for its last weekday",
    "month": "a month is a number from 1 to 12, or JAN to DEC",
    "day-of-week": "a weekday is a number from 0 to 7, or SUN to SAT; 5L is the last Friday of the month",
}
# Files beside those of the time zones: they stand for this machine's own, or count leap seconds.
_NO_ZONES: Final = ("localtime", "posixrules", "posix/", "right/")
_FIRST: Final = datetime(2024, 1, 1, tzinfo=UTC)


def require_cron(cron: str) -> None:
    """Raises InputError for what cron does not know, and for times that never come."""
    from cronsim import CronSimError

    try:
        times = _times(cron, _FIRST)
    except CronSimError as error:
        field = str(error).removeprefix("Bad ")
        fix = _FIELDS.get(field, "write minute, hour, day of the month, month and weekday")
        raise InputError(
            "bad-schedule", f"cron does not know this {field.replace('-', ' ')}", fix=fix
        ) from None
    if next(times, None) is None:
        raise InputError("bad-schedule", "this time never comes", fix="look at its days and months")


def require_zone(name: str) -> None:
    """Raises InputError for what is no time zone."""
    try:
        _zone(name)
    except (LookupError, ValueError, OSError):
        from zoneinfo import available_timezones

        fix = did_you_mean(name, available_timezones() - set(_NO_ZONES))
        fix = fix if fix.startswith("did") else "write a name such as Europe/Berlin"
        raise InputError("bad-schedule", f"there is no time zone {name}", fix=fix) from None


def upcoming(schedule: Schedule, after: datetime) -> Iterator[datetime]:
    """The times that come after a moment, in the schedule's zone."""
    zone = _zone(schedule.timezone)
    for time in _times(schedule.cron, after.astimezone(zone)):
        if time.astimezone(UTC) > after:
            yield time


def latest(schedule: Schedule, until: datetime) -> datetime | None:
    """The last time that came by `until`, in UTC; None where none did in fifty years."""
    zone = _zone(schedule.timezone)
    start = until.replace(microsecond=0) + timedelta(seconds=1)
    found = next(_times(schedule.cron, start.astimezone(zone), reverse=True), None)
    # Looking back out of an hour that the clock repeats, cronsim passes over what came in its first half.
    while found is not None:
        later = next(upcoming(schedule, found), None)
        if later is None or later.astimezone(UTC) > until:
            return found.astimezone(UTC)
        found = later
    return None


def _times(cron: str, start: datetime, *, reverse: bool = False) -> CronSim:
    from cronsim import CronSim

    return CronSim(cron, start, reverse)


def _zone(name: str) -> ZoneInfo:
    """Raises LookupError, ValueError or OSError for what is no time zone."""
    from zoneinfo import ZoneInfo

    if name.startswith(_NO_ZONES):
        raise LookupError(name)
    return ZoneInfo(name)
