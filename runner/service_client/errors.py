"""What a service refuses, and what goes wrong on the way to it."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from runner.errors import EXIT_INPUT, EXIT_PROVIDER, RunnerError

_TRY_LATER = frozenset({408, 429})


class FieldProblem(Struct, frozen=True):
    """What is wrong with one field of a request, such as `sampling_params.top_p`."""

    field: str = ""
    message: str = ""


class ServiceError(RunnerError):
    """A service refused a request, failed at it, or could not be reached.

    `status` is the answer's, 0 where there was none. `fields` says what is wrong with which field.
    `processed` is false where it is known that the service did nothing. `retry_after` is how many seconds
    it asks to wait.
    """

    def __init__(
        self,
        code: str,
        status: int,
        message: str,
        fields: Sequence[FieldProblem] = (),
        *,
        place: str = "",
        fix: str = "",
        processed: bool = True,
        retry_after: float | None = None,
    ) -> None:
        listed = "; ".join(f"{each.field}: {each.message}" for each in fields)
        super().__init__(code, message, place=place, fix=fix or listed)
        self.status = status
        self.fields = tuple(fields)
        self.processed = processed
        self.retry_after = retry_after
        refused = 400 <= status < 500 and status not in _TRY_LATER
        self.exit_code = EXIT_INPUT if refused else EXIT_PROVIDER
