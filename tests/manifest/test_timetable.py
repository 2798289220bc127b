"""When schedules come, also where clocks are put forward and back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import islice, takewhile

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from runner.errors import InputError
from runner.manifest.common import Schedule
from runner.manifest.timetable import latest, require_cron, require_zone, upcoming

BERLIN = "Europe/Berlin"  # 2026: 02:00 becomes 03:00 on March 29th, 03:00 becomes 02:00 on October 25th


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("cron", "zone", "until", "came"),
    [
        ("0 3 * * 1", "UTC", "2026-11-23T03:00", "2026-11-23T03:00"),
        ("0 3 * * 1", "UTC", "2026-11-23T02:59:59.999999", "2026-11-16T03:00"),
        ("0 3 * * 1", BERLIN, "2026-11-23T02:00", "2026-11-23T02:00"),
        ("0 3 * * *", BERLIN, "2026-07-01T01:00", "2026-07-01T01:00"),
        ("30 2 * * *", BERLIN, "2026-03-29T00:59", "2026-03-28T01:30"),  # before the hour that is skipped
        ("30 2 * * *", BERLIN, "2026-03-29T01:00", "2026-03-29T01:00"),  # 02:30 is skipped, 03:00 stands in
        ("30 2 * * *", BERLIN, "2026-10-25T00:29", "2026-10-24T00:30"),  # before the hour that comes twice
        ("30 2 * * *", BERLIN, "2026-10-25T01:10", "2026-10-25T00:30"),  # 02:10 again, 02:30 not again
        ("30 2 * * *", BERLIN, "2026-10-25T01:45", "2026-10-25T00:30"),
        ("*/30 * * * *", BERLIN, "2026-10-25T01:45", "2026-10-25T01:30"),  # what is frequent goes on
        ("0 0 29 2 *", "UTC", "2027-01-01T00:00", "2024-02-29T00:00"),
        ("0 0 L * *", "UTC", "2026-03-01T00:00", "2026-02-28T00:00"),
        ("0 0 13 * 5", "UTC", "2026-11-21T00:00", "2026-11-20T00:00"),  # either day is enough
    ],
)
def test_the_last_time_that_came(cron: str, zone: str, until: str, came: str) -> None:
    assert latest(Schedule(cron=cron, timezone=zone), utc(until)) == utc(came)


FIELD = st.sampled_from(["*", "0", "1", "2", "30", "*/7", "0,30", "1-3"])
CRONS = st.builds(
    lambda minute, hour, weekday: f"{minute} {hour} * * {weekday}",
    FIELD,
    st.sampled_from(["*", "0", "1", "2", "3", "1-3", "*/2", "2,3"]),
    st.sampled_from(["*", "0", "1-5"]),
)
ZONES = st.sampled_from([BERLIN, "UTC", "America/New_York", "Australia/Sydney", "Asia/Kathmandu"])
CHANGES = st.sampled_from(["2026-03-08T07:00", "2026-03-29T01:00", "2026-10-25T01:00", "2026-04-04T15:00"])


@given(CRONS, ZONES, CHANGES, st.integers(-5000, 5000))
@example("2 2 * * *", BERLIN, "2026-10-25T01:00", 1)
@settings(max_examples=150, deadline=None)
def test_looking_back_finds_what_looking_ahead_foresaw(
    cron: str, zone: str, change: str, minutes: int
) -> None:
    schedule = Schedule(cron=cron, timezone=zone)
    now = utc(change) + timedelta(minutes=minutes)
    ahead = takewhile(
        lambda time: time <= now,
        (time.astimezone(UTC) for time in upcoming(schedule, now - timedelta(days=16))),
    )
    assert latest(schedule, now) == max(ahead)


def test_the_times_that_come_are_told_in_the_zone_of_the_schedule() -> None:
    times = upcoming(Schedule(cron="0 3 * * *", timezone=BERLIN), utc("2026-10-24T12:00"))
    assert [time.isoformat() for time in islice(times, 2)] == [
        "2026-10-25T03:00:00+01:00",
        "2026-10-26T03:00:00+01:00",
    ]


@pytest.mark.parametrize(
    ("cron", "message", "fix"),
    [
        ("60 * * * *", "does not know this minute", "0 to 59"),
        ("0 24 * * *", "does not know this hour", "0 to 23"),
        ("0 0 32 * *", "does not know this day of month", "1 to 31"),
        ("0 0 30 2 *", "does not know this day of month", "1 to 31"),
        ("0 0 * 13 *", "does not know this month", "JAN to DEC"),
        ("0 0 * * MONDAY", "does not know this day of week", "SUN to SAT"),
        ("5-1 * * * *", "does not know this minute", ""),
        ("*/0 * * * *", "does not know this minute", ""),
        ("* * */20 * 1L", "never comes", "days and months"),
    ],
)
def test_what_is_no_cron_is_refused(cron: str, message: str, fix: str) -> None:
    with pytest.raises(InputError, match=message) as refused:
        require_cron(cron)
    assert fix in refused.value.fix


@given(st.lists(st.text("0123456789*,/#-LWMON", min_size=1, max_size=6), min_size=5, max_size=5))
def test_no_text_of_the_right_shape_is_anything_but_known_or_refused(fields: list[str]) -> None:
    try:
        require_cron(" ".join(fields))
    except InputError as refused:
        assert refused.fix


@pytest.mark.parametrize(
    "name", ["Europe/Berln", "Mars", "localtime", "posix/Europe/Berlin", "../UTC", "Europe"]
)
def test_what_is_no_time_zone_is_refused(name: str) -> None:
    with pytest.raises(InputError, match="there is no time zone") as refused:
        require_zone(name)
    assert "Europe/" in refused.value.fix or "did you mean" in refused.value.fix
