"""Threads that write to the ledger at the same time."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

import pytest

from runner.errors import InputError, ProviderError
from runner.ledger import Entry
from tests.ledger.conftest import Remote, entry

THREADS = 12


def test_what_threads_want_at_the_same_time_takes_fewer_commits(remote: Remote) -> None:
    remote.hook("pre-receive", "sleep 0.2")
    ledger = remote.ledger()
    with ThreadPoolExecutor(THREADS) as threads:
        seen = list(
            threads.map(
                lambda number: ledger.update(lambda _: [entry(number)], f"launch {number}"), range(THREADS)
            )
        )
    assert set(ledger.read()) == {entry(number).run for number in range(THREADS)}
    assert all(entry(number).run in after for number, after in enumerate(seen))
    assert len(remote.subjects()) <= 3
    told = remote.git("log", "--format=%B", "runner-ledger").splitlines()
    assert all(any(line.startswith(f"launch {number}") for line in told) for number in range(THREADS))
    assert any(subject.endswith(" more") for subject in remote.subjects())


def test_each_change_sees_what_those_before_it_in_the_same_commit_wrote(remote: Remote) -> None:
    remote.hook("pre-receive", "sleep 0.2")
    ledger = remote.ledger()

    def first_only(entries: Mapping[str, Entry]) -> list[Entry]:
        if entries:
            raise InputError("job-running", f"there are {len(entries)}")
        return [entry()]

    def outcome(_: int) -> str:
        try:
            return next(iter(ledger.update(first_only, "launch")))
        except InputError as error:
            return error.message

    with ThreadPoolExecutor(THREADS) as threads:
        outcomes = sorted(threads.map(outcome, range(THREADS)))
    assert outcomes == [entry().run] + ["there are 1"] * (THREADS - 1)


def test_a_remote_that_takes_nothing_fails_all_that_wait(remote: Remote) -> None:
    remote.hook("pre-receive", "sleep 0.1; exit 1")
    ledger = remote.ledger()

    def outcome(number: int) -> str:
        with pytest.raises(ProviderError) as failed:
            ledger.update(lambda _: [entry(number)], "launch")
        return failed.value.code

    with ThreadPoolExecutor(4) as threads:
        assert set(threads.map(outcome, range(4))) == {"ledger-push"}
    assert ledger.read() == {}
