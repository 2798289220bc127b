"""What the service writes down: a line of JSON on standard error for each request and each crash.

Nothing of headers, bodies or queries is in them, and no text of a client can break a line.
"""

from __future__ import annotations

import json
import logging
import sys
import traceback
from datetime import UTC, datetime
from typing import Any, Final

LOG: Final = logging.getLogger("service")
_LONGEST_PATH: Final = 200
_LONGEST_TRACE: Final = 8000


class _StandardError(logging.Handler):
    """Writes to whatever standard error is at the time."""

    def emit(self, record: logging.LogRecord) -> None:
        print(self.format(record), file=sys.stderr, flush=True)


def configure() -> None:
    """Sends the lines to standard error; safe to repeat."""
    if not LOG.handlers:
        LOG.addHandler(_StandardError())
        LOG.setLevel(logging.INFO)


def answered(
    request_id: str, method: str, path: str, status: int, seconds: float, principal: str | None
) -> None:
    """A request and its answer. `status` 499 is a client that went away before there was one."""
    _write(
        logging.INFO,
        id=request_id,
        method=method[:16],
        path=path[:_LONGEST_PATH],
        status=status,
        ms=round(seconds * 1000, 1),
        principal=principal,
    )


def crashed(error: BaseException, request_id: str) -> None:
    """A bug, under the id that the client was told. The trace has lines of code, no values of variables."""
    trace = "".join(traceback.format_exception(error))
    _write(logging.ERROR, id=request_id, error=type(error).__name__, trace=trace[-_LONGEST_TRACE:])


def _write(level: int, **values: Any) -> None:
    time = datetime.now(UTC).isoformat(timespec="milliseconds")
    LOG.log(level, "%s", json.dumps({"time": time, **values}).replace("\x7f", "\\u007f"))
