import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from modal.exception import InputCancellation

from runner.backends.modal.notices import CANCELLED, PREEMPTED, listening


@pytest.fixture(autouse=True)
def cancelling() -> Iterator[None]:
    """The handler that the SDK sets while a function runs."""

    def cancel(number: int, frame: object) -> None:
        raise InputCancellation("Input was cancelled by user")

    before = signal.signal(signal.SIGUSR1, cancel)
    yield
    signal.signal(signal.SIGUSR1, before)


def test_a_cancellation_is_raised_only_afterwards() -> None:
    done = []
    with pytest.raises(InputCancellation), listening() as notices:
        assert notices.halt() is None
        os.kill(os.getpid(), signal.SIGUSR1)
        assert notices.halt() is CANCELLED
        done.append("delivered")
    assert done


def test_the_loss_of_the_machine_is_graver_than_a_cancellation() -> None:
    with pytest.raises(KeyboardInterrupt), listening() as notices:
        for number in (signal.SIGUSR1, signal.SIGINT, signal.SIGUSR1, signal.SIGINT):
            os.kill(os.getpid(), number)
        assert notices.halt() is PREEMPTED


def test_however_many_notices_come_none_interrupts() -> None:
    with pytest.raises(KeyboardInterrupt), listening() as notices:
        for _ in range(2000):
            os.kill(os.getpid(), signal.SIGINT)
            notices.halt()


def test_a_pause_ends_at_once_when_something_is_said() -> None:
    with pytest.raises(KeyboardInterrupt), listening() as notices:
        assert notices.pause(0.01)
        os.kill(os.getpid(), signal.SIGINT)
        began = time.monotonic()
        assert not notices.pause(30)
        assert time.monotonic() - began < 1


def test_an_error_of_the_work_goes_before_a_notice() -> None:
    with pytest.raises(ValueError, match="mine"), listening():
        os.kill(os.getpid(), signal.SIGINT)
        raise ValueError("mine")


def test_handlers_and_descriptors_are_as_before() -> None:
    before = {number: signal.getsignal(number) for number in signal.valid_signals()}
    descriptors = set(Path("/proc/self/fd").iterdir())
    with listening():
        pass
    assert {number: signal.getsignal(number) for number in signal.valid_signals()} == before
    assert set(Path("/proc/self/fd").iterdir()) == descriptors
