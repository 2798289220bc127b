"""How often a client may try passwords: pure, the time is passed in, in seconds.

An attempt counts when it begins, so that none slips through while others are being verified; a right
password takes back all that its client has counted.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

_CLIENTS: Final = 10_000
_PER_SECOND: Final = 10.0
_AT_ONCE: Final = 50.0


@dataclass
class _Record:
    wrong: int
    until: float


class Throttle:
    """After `attempts` wrong passwords in a row a client waits 1, 2, 4 … seconds, at most `longest_delay`.

    While it waits, no password of it is looked at. Of all clients together `per_second` wrong attempts are
    taken, `at_once` in a burst. A table of `clients` is kept; where it is full the fewest wrong attempts are
    forgotten first, so that whoever has many makes room only by as many from each of as many other clients.
    """

    def __init__(
        self,
        attempts: int,
        longest_delay: float,
        *,
        clients: int = _CLIENTS,
        per_second: float = _PER_SECOND,
        at_once: float = _AT_ONCE,
    ) -> None:
        self._attempts = attempts
        self._longest = longest_delay
        self._clients = clients
        self._per_second = per_second
        self._at_once = at_once
        self._left = at_once
        self._refilled = -math.inf
        self._records: dict[str, _Record] = {}

    def __len__(self) -> int:
        return len(self._records)

    def wait(self, client: str, now: float) -> float:
        """The seconds that this client has to wait before it may try; 0 where it may."""
        record = self._records.get(client)
        return 0.0 if record is None else max(0.0, record.until - now)

    def begin(self, client: str, now: float) -> float:
        """Counts an attempt as wrong; or returns the seconds that it has to wait, and counts nothing."""
        waiting = self.wait(client, now)
        if waiting:
            return waiting
        self._refill(now)
        if self._left < 1.0:
            return (1.0 - self._left) / self._per_second
        self._left -= 1.0
        record = self._records.get(client)
        if record is None or now >= record.until + self._forgotten_after:
            self._make_room(client, now)
            record = self._records[client] = _Record(0, now)
        record.wrong += 1
        record.until = now + self._delay(record.wrong)
        return 0.0

    def right(self, client: str) -> None:
        """The client had a right password: it starts anew."""
        self._records.pop(client, None)

    def returned(self) -> None:
        """An attempt that counted among those of all clients was right after all."""
        self._left = min(self._at_once, self._left + 1.0)

    @property
    def _forgotten_after(self) -> float:
        """Long enough that waiting to be forgotten gains no attempts over trying after each longest delay."""
        doublings = math.ceil(math.log2(max(1.0, self._longest))) + 1
        return self._longest * (self._attempts + doublings)

    def _delay(self, wrong: int) -> float:
        over = wrong - self._attempts
        return 0.0 if over < 0 else min(self._longest, 2.0 ** min(over, 64))

    def _refill(self, now: float) -> None:
        passed = max(0.0, now - self._refilled)
        self._left = min(self._at_once, self._left + passed * self._per_second)
        self._refilled = max(now, self._refilled)

    def _make_room(self, client: str, now: float) -> None:
        self._records.pop(client, None)
        if len(self._records) < self._clients:
            return
        for other in [key for key, one in self._records.items() if now >= one.until + self._forgotten_after]:
            del self._records[other]
        if len(self._records) >= self._clients:
            del self._records[min(self._records, key=lambda key: self._least(key))]

    def _least(self, client: str) -> tuple[int, float]:
        record = self._records[client]
        return record.wrong, record.until
