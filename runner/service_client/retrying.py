"""Which requests are sent again, and after how long."""

from __future__ import annotations

from msgspec import Struct

from runner.service_client.errors import ServiceError

_NOT_NOW = frozenset({429, 503})
_LOST_ON_THE_WAY = frozenset({0, 502})


class Retries(Struct, frozen=True):
    """How often a request is sent again, and how long that may go on. Times in seconds.

    Pauses double from `first` up to `longest`. Once all pauses would come to more than `patience`, the
    request has failed.
    """

    times: int = 4
    patience: float = 60.0
    first: float = 0.5
    longest: float = 10.0

    def pause(self, error: ServiceError, tried: int, waited: float, luck: float) -> float | None:
        """How long to wait before the next try, after `tried` retries; None where there is to be none.

        `luck` is between 0 and 1: it keeps clients that failed together from coming back together.
        """
        if tried >= self.times:
            return None
        own = min(self.longest, self.first * 2.0 ** min(tried, 60)) * (0.5 + 0.5 * luck)
        pause = max(own, error.retry_after or 0.0)
        return pause if waited + pause <= self.patience else None


def may_repeat(error: ServiceError, repeatable: bool) -> bool:
    """Whether the request that met the error may be sent again.

    Always where the service did nothing yet; where it perhaps did, only one that is `repeatable`, which
    means that doing it twice is the same as doing it once.
    """
    if error.status in _NOT_NOW:
        return True
    if error.code in ("service-slow", "service-certificate", "service-answer"):
        return False
    if error.status == 0 and not error.processed:
        return True
    return repeatable and error.status in _LOST_ON_THE_WAY


def seconds_asked(header: str | None, now: float) -> float | None:
    """The seconds that a Retry-After asks for, given as a number or as a date; None for anything else.

    `now` in seconds since the epoch.
    """
    from email.utils import parsedate_to_datetime

    text = (header or "").strip()
    if text.isascii() and text.isdecimal():
        return float(text[:9])
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - now)
    except (ValueError, OverflowError, OSError):
        return None
