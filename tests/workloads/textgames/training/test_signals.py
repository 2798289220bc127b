import os
import signal
import time

import pytest

from workloads.textgames.training.signals import Signals, Stopped


def test_a_signal_is_noted() -> None:
    with Signals() as signals:
        os.kill(os.getpid(), signal.SIGTERM)
        assert signals.noted == signal.SIGTERM


def test_a_signal_ends_what_may_be_interrupted_at_once() -> None:
    with Signals() as signals, pytest.raises(Stopped), signals.interruptible():
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(60)


def test_nothing_begins_after_a_signal() -> None:
    with Signals() as signals:
        os.kill(os.getpid(), signal.SIGINT)
        with pytest.raises(Stopped), signals.interruptible():
            raise AssertionError


def test_a_second_signal_does_not_interrupt_what_cleans_up() -> None:
    with Signals() as signals:
        with pytest.raises(Stopped), signals.interruptible():
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(60)
        os.kill(os.getpid(), signal.SIGTERM)
        assert signals.noted == signal.SIGTERM


def test_signals_mean_afterwards_what_they_meant_before() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with Signals():
        assert signal.getsignal(signal.SIGTERM) != before
    assert signal.getsignal(signal.SIGTERM) == before
