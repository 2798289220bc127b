"""Watching a run that a provider drives, from wherever its journal can be read."""

from __future__ import annotations

import math
import time
from typing import Final

from runner.engine.journal import read_events
from runner.engine.layout import RunLayout
from runner.engine.loop import Watch
from runner.engine.remote import Remote
from runner.engine.state import State
from runner.pipeline.reading_state import fetch_state, is_over

LOOK_SECONDS: Final = 1.0
GONE_LOOKS: Final = 3
"""So often in a row the driver must be found gone before the run counts as left alone."""


class Follower:
    """Tells somebody what happens in a run, each thing once, however often its driver changes."""

    def __init__(self, remote: Remote, layout: RunLayout, watch: Watch, retries: int) -> None:
        """`layout` takes the journal, as it is fetched; `retries` is how many the run was asked for."""
        self._remote = remote
        self._layout = layout
        self._watch = watch
        self._retries = retries
        self._told = 0
        self._state = State(fetch_state(remote, layout).plan)

    @property
    def over(self) -> bool:
        """Whether the run has ended, as far as is known."""
        return is_over(self._state, self._retries)

    def follow(self, driver: str, deadline: float = math.inf) -> State:
        """Returns when the run has ended, or nothing drives it any more.

        `deadline` is a time of the monotonic clock to give up at.
        """
        gone = 0
        while True:
            self._tell()
            if self.over or gone >= GONE_LOOKS or time.monotonic() > deadline:
                return self._state
            self._watch.tick(self._state)
            time.sleep(LOOK_SECONDS)
            gone = 0 if self._remote.drives(driver) else gone + 1
            self._remote.fetch(self._layout)

    def _tell(self) -> None:
        for event in read_events(self._layout.journal)[self._told :]:
            self._told += 1
            self._state.apply(event)
            self._watch.event(event, self._state)
