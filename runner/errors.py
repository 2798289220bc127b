"""The errors that a person is meant to read: one sentence, the place, and the fix."""

from __future__ import annotations

EXIT_OK = 0
EXIT_JOB_FAILED = 1
EXIT_INPUT = 2
EXIT_BUG = 3
EXIT_PROVIDER = 4
EXIT_INTERRUPTED = 130


class RunnerError(Exception):
    """Something went wrong that is not a bug of ours.

    `code` is a stable name for programs, `message` one sentence that says what is wrong, `place` a
    file, line or path it is about, and `fix` what to do next (a sentence or a command).
    """

    exit_code = EXIT_INPUT

    def __init__(self, code: str, message: str, *, place: str = "", fix: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.place = place
        self.fix = fix

    def __str__(self) -> str:
        return f"{self.place}: {self.message}" if self.place else self.message


class InputError(RunnerError):
    """What we were given cannot be used; nothing was started and nothing was written."""


class ProviderError(RunnerError):
    """A provider, the network or this machine (disk, git) did not do its part."""

    exit_code = EXIT_PROVIDER
