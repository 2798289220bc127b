"""What a server that does not serve is reported with: the last lines of its log, and one sentence."""

from __future__ import annotations

import sys
from typing import Literal

Cause = Literal[
    "out-of-memory",
    "port-taken",
    "model-not-found",
    "unsupported-model",
    "hub",
    "setting",
    "vllm-missing",
    "never-ready",
    "died",
    "request",
]


class ServerError(Exception):
    """vLLM cannot serve: one sentence with the cause, and what to do.

    `log_tail` has the last lines of its log, which a program prints before that sentence.
    """

    def __init__(self, cause: Cause, sentence: str, log_tail: tuple[str, ...] = ()) -> None:
        super().__init__(sentence)
        self.cause: Cause = cause
        self.log_tail = log_tail


def report(error: ServerError) -> None:
    """Prints the last lines of the log to stderr, and the sentence as the last line of all."""
    for line in error.log_tail:
        print(f"  vllm | {line}", file=sys.stderr)
    print(error, file=sys.stderr, flush=True)
