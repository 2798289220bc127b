"""What can happen to a run: one JSON line each in its journal.

`at` and every other time is in seconds since the epoch. An intent is written before the act
(`attempt-starting`, `attempt-cancelling`), what came of it after.
"""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from msgspec import Meta, Struct

_LARGEST: Final = 2**53
"""A number that a program may have written in our place has to be one that can be reckoned with."""

AttemptOutcome = Literal[
    "succeeded", "failed", "timeout", "stalled", "out-of-memory",
    "preempted", "infrastructure", "suspended", "cancelled",
]  # fmt: skip
"""How an attempt ended. `suspended`: the place lets no container work longer; the next one goes on."""

TaskOutcome = AttemptOutcome | Literal["skipped", "stopped"]
"""`stopped`: a trial that its search ended early, as it was not worth going on with."""

RunState = Literal["succeeded", "failed", "cancelled"]


class RunOpened(Struct, frozen=True, tag_field="event", tag="run-opened"):
    """A driver began to work on the run: the first one, or one that goes on after an interruption.

    `slots` is the number of cores that its tasks may use together.
    """

    at: float
    slots: int


class AttemptStarting(Struct, frozen=True, tag_field="event", tag="attempt-starting"):
    """An attempt is about to be started, with `timeout` seconds to run."""

    at: float
    task: str
    attempt: int
    timeout: float


class AttemptStarted(Struct, frozen=True, tag_field="event", tag="attempt-started"):
    """The backend took the attempt. `handle` is the backend's own name for it."""

    at: float
    task: str
    attempt: int
    handle: str = ""


class AttemptEnd(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How an attempt ended. `peak_memory` in bytes."""

    task: str
    attempt: int
    outcome: AttemptOutcome
    started: float
    ended: float
    exit_code: Annotated[int, Meta(ge=-_LARGEST, le=_LARGEST)] | None = None
    reason: str = ""
    peak_memory: Annotated[int, Meta(ge=0, le=_LARGEST)] | None = None


class AttemptFinished(AttemptEnd, frozen=True, kw_only=True, tag_field="event", tag="attempt-finished"):
    """An attempt ended."""

    at: float


class AttemptAbandoned(Struct, frozen=True, tag_field="event", tag="attempt-abandoned"):
    """An attempt that an earlier driver wanted to start never began; it counts as no try."""

    at: float
    task: str
    attempt: int


class CancelRequested(Struct, frozen=True, omit_defaults=True, tag_field="event", tag="cancel-requested"):
    """Somebody asked for the run to stop."""

    at: float
    reason: str = ""


class AttemptCancelling(Struct, frozen=True, tag_field="event", tag="attempt-cancelling"):
    """A live attempt is about to be told to stop."""

    at: float
    task: str
    attempt: int
    reason: str


class TrialSuggested(Struct, frozen=True, tag_field="event", tag="trial-suggested"):
    """A trial was given its point, by parameter; it keeps it in every attempt."""

    at: float
    task: str
    point: dict[str, Any]


class TrialMeasured(Struct, frozen=True, omit_defaults=True, tag_field="event", tag="trial-measured"):
    """What the search's metric came to in a trial that ended; None where the trial did not report it."""

    at: float
    task: str
    attempt: int
    value: float | None = None


class TrialStopping(Struct, frozen=True, tag_field="event", tag="trial-stopping"):
    """A live trial is not worth going on with; it is about to be told to stop, and is not tried again."""

    at: float
    task: str
    attempt: int
    reason: str


class SearchEnded(Struct, frozen=True, tag_field="event", tag="search-ended"):
    """No further trial of this stage is started; those that run go on."""

    at: float
    stage: str
    reason: str


class BreakerTripped(Struct, frozen=True, tag_field="event", tag="breaker-tripped"):
    """Too many tasks of a stage failed in a row; nothing more is started."""

    at: float
    stage: str
    reason: str


class RetryRequested(Struct, frozen=True, tag_field="event", tag="retry-requested"):
    """A person asked for the run to go on: every task gets its retries and its time afresh."""

    at: float


class RunFinished(Struct, frozen=True, omit_defaults=True, tag_field="event", tag="run-finished"):
    """Nothing is left to do."""

    at: float
    state: RunState
    reason: str = ""


Event = (
    RunOpened
    | AttemptStarting
    | AttemptStarted
    | AttemptFinished
    | AttemptAbandoned
    | CancelRequested
    | AttemptCancelling
    | TrialSuggested
    | TrialMeasured
    | TrialStopping
    | SearchEnded
    | BreakerTripped
    | RetryRequested
    | RunFinished
)
