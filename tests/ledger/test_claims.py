from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from runner.errors import InputError
from runner.ledger.claims import Concurrency, finished, launch, next_queued, started, take_lease
from runner.ledger.entry import Entry
from tests.ledger.conftest import NOW, entry


def book(*entries: Entry) -> dict[str, Entry]:
    return {one.run: one for one in entries}


def test_the_first_launch_is_new_and_keeps_its_lease() -> None:
    claim = launch({}, entry(), "refuse", NOW)
    assert (claim.verdict, claim.entry, claim.writes) == ("new", entry(), (entry(),))


@pytest.mark.parametrize(
    "state", [{}, {"state": "running"}, {"state": "finished", "outcome": "failed"}, {"expires": NOW - 1}]
)
def test_the_same_asked_again_is_the_run_that_exists(state: dict[str, Any]) -> None:
    known = entry(1, key="same", **state)
    claim = launch(book(known), entry(2, key="same"), "refuse", NOW)
    assert (claim.verdict, claim.entry, claim.writes) == ("existing", known, ())


def test_the_live_one_of_two_runs_with_the_same_key_is_the_one() -> None:
    live = entry(1, key="same", state="running")
    over = entry(2, key="same", state="finished")
    assert launch(book(live, over), entry(3, key="same"), "refuse", NOW).entry == live


def test_a_launch_that_is_written_already_is_still_its_own() -> None:
    assert launch(book(entry()), entry(), "refuse", NOW).verdict == "new"


def test_a_launch_whose_lease_another_process_took_is_no_longer_its_own() -> None:
    taken = replace(entry(), lease_by="another")
    assert launch(book(taken), entry(), "refuse", NOW).verdict == "existing"


def test_a_live_run_of_the_job_refuses_another() -> None:
    running = entry(1, state="running")
    with pytest.raises(InputError) as caught:
        launch(book(running), entry(2), "refuse", NOW)
    assert caught.value.code == "job-running"
    assert running.run in caught.value.message
    assert "Ada" in caught.value.message
    assert f"runner cancel {running.run}" in caught.value.fix
    assert "spec.concurrency" in caught.value.fix


@pytest.mark.parametrize("over", [{"state": "finished"}, {"state": "running", "expires": NOW}])
def test_a_run_that_is_over_refuses_nothing(over: dict[str, Any]) -> None:
    before = entry(1, targets=("w",), **over)
    assert launch(book(before), entry(2, targets=("w",)), "refuse", NOW).verdict == "new"
    assert launch(book(before), entry(2, job="other", targets=("w",)), "refuse", NOW).verdict == "new"


@pytest.mark.parametrize("concurrency", ["refuse", "queue", "replace"])
def test_weights_that_another_jobs_run_would_replace_are_locked(concurrency: Concurrency) -> None:
    holder = entry(1, job="other", targets=("a", "weights/w.json"), by="Grace\x1b[2J")
    with pytest.raises(InputError) as caught:
        launch(book(holder), entry(2, targets=("weights/w.json", "z")), concurrency, NOW)
    error = caught.value
    assert (error.code, error.place) == ("weights-locked", "weights/w.json")
    assert holder.run in error.message
    assert "Grace" in error.message
    assert "\x1b" not in error.message
    assert "2027-01-15 09:00 UTC" in error.message
    assert f"runner cancel {holder.run}" in error.fix


def test_jobs_with_other_targets_run_side_by_side() -> None:
    other = entry(1, job="other", targets=("a",))
    assert launch(book(other), entry(2, targets=("b",)), "refuse", NOW).verdict == "new"


def test_a_queued_run_waits_for_the_last_in_the_queue_and_lives_longer() -> None:
    running = entry(1, state="running")
    first = launch(book(running), entry(2), "queue", NOW)
    assert (first.verdict, first.entry.state, first.entry.after) == ("queued", "queued", running.run)
    assert (first.entry.lease, first.entry.lease_by) == (0.0, "")
    assert first.entry.expires == NOW + 2 * 3600
    second = launch(book(running, first.entry), entry(3), "queue", NOW)
    assert second.entry.after == first.entry.run
    assert second.entry.expires == NOW + 3 * 3600


def test_what_is_replaced_is_cancelled_first_and_the_last_in_the_queue_before_it() -> None:
    running, waiting = entry(1, state="running"), entry(2, state="queued", after=entry(1).run)
    assert launch(book(running, waiting), entry(3), "replace", NOW).entry == waiting
    waiting = finished(waiting, "cancelled", NOW)
    claim = launch(book(running, waiting), entry(3), "replace", NOW)
    assert (claim.verdict, claim.entry, claim.writes) == ("replace", running, ())
    running = finished(running, "cancelled", NOW)
    assert launch(book(running, waiting), entry(3), "replace", NOW).verdict == "new"


def test_a_lease_is_exclusive_until_it_ends() -> None:
    held = entry()
    assert take_lease(held, "other", NOW, 60) is None
    taken = take_lease(held, "other", NOW + 60, 30)
    assert taken is not None
    assert (taken.lease, taken.lease_by) == (NOW + 90, "other")


def test_a_lease_can_be_prolonged_by_its_holder() -> None:
    longer = take_lease(entry(), "process-1", NOW, 120)
    assert longer is not None
    assert longer.lease == NOW + 120


def test_a_finished_run_cannot_be_started() -> None:
    over = finished(entry(), "succeeded", NOW)
    assert take_lease(over, "process-1", NOW, 60) is None
    assert started(over, "fc-1") == over


def test_a_queued_run_that_is_taken_is_launching_and_a_running_one_stays_so() -> None:
    queued = take_lease(entry(state="queued", lease=0.0, lease_by=""), "p", NOW, 60)
    running = take_lease(started(entry(), "fc-1"), "p", NOW, 60)
    assert queued is not None
    assert running is not None
    assert (queued.state, running.state) == ("launching", "running")


def test_a_started_run_needs_no_lease() -> None:
    running = started(entry(), "fc-1")
    assert (running.state, running.driver, running.lease, running.lease_by) == ("running", "fc-1", 0.0, "")
    assert started(running, "fc-1") == running


def test_an_end_told_again_keeps_its_time_and_what_is_not_said_anew() -> None:
    over = finished(entry(), "succeeded", NOW, verdict="pass", cost_usd=1.5)
    again = finished(over, "succeeded", NOW + 99, pull_request="runner/skirmish-weights")
    assert (again.ended, again.verdict, again.cost_usd) == (NOW, "pass", 1.5)
    assert again.pull_request == "runner/skirmish-weights"
    assert finished(again, "succeeded", NOW + 200) == again


def test_queued_runs_come_one_per_job_oldest_first_when_what_they_wait_for_is_over() -> None:
    over = entry(1, state="finished")
    second = entry(3, state="queued", after=over.run)
    first = entry(2, state="queued", after=over.run)
    other = entry(4, job="other", state="queued", after="20270115-080000-0000ee")
    assert next_queued(book(over, second, first, other), NOW) == [first, other]


def test_a_queued_run_waits_while_any_run_of_its_job_goes_on() -> None:
    running = entry(1, state="running")
    cancelled = entry(2, state="finished", after=running.run)
    waiting = entry(3, state="queued", after=cancelled.run)
    assert next_queued(book(running, cancelled, waiting), NOW) == []
    assert next_queued(book(replace(running, expires=NOW), cancelled, waiting), NOW) == [waiting]


STEP = st.tuples(
    st.sampled_from(["launch", "start", "end", "next", "pass"]),
    st.sampled_from(["one", "two", "three"]),
    st.sampled_from(["k1", "k2", "k3", "k4", "k5", "k6"]),
    st.sets(st.sampled_from(["a", "b", "c"]), max_size=2),
    st.sampled_from(["refuse", "queue", "replace"]),
    st.integers(0, 9),
)


class Office:
    """Does with the ledger what the launching side does, one step at a time."""

    def __init__(self) -> None:
        self.now = NOW
        self.entries: dict[str, Entry] = {}

    def write(self, *entries: Entry) -> None:
        self.entries |= book(*entries)

    def launch(self, number: int, job: str, key: str, targets: set[str], concurrency: Concurrency) -> None:
        wanted = entry(
            number,
            job=job,
            key=f"{job} {key}",
            targets=tuple(sorted(targets)),
            created=self.now,
            expires=self.now + 50,
            lease=self.now + 5,
        )
        try:
            claim = launch(self.entries, wanted, concurrency, self.now)
        except InputError:
            return
        if claim.verdict == "replace":
            self.write(finished(claim.entry, "cancelled", self.now))
            return
        self.write(*claim.writes)
        if claim.verdict != "existing":
            again = launch(self.entries, wanted, concurrency, self.now)
            assert (again.verdict, again.entry) == (claim.verdict, self.entries[wanted.run])

    def start(self, token: str) -> None:
        for one in self.entries.values():
            taken = take_lease(one, token, self.now, 5) if one.state == "launching" else None
            if taken is not None:
                self.write(started(taken, token))
                return

    def start_next(self) -> list[Entry]:
        ready = next_queued(self.entries, self.now)
        for one in ready:
            taken = take_lease(one, "queue", self.now, 5)
            assert taken is not None
            self.write(taken)
        return ready

    def end(self, outcome: str = "succeeded") -> None:
        for one in self.entries.values():
            if one.state in ("running", "launching"):
                self.write(finished(one, "succeeded", self.now))
                return

    def step(self, number: int, step: tuple[Any, ...]) -> None:
        what, job, key, targets, concurrency, seconds = step
        if what == "launch":
            self.launch(number, job, key, targets, concurrency)
        elif what == "start":
            self.start(key)
        elif what == "end":
            self.end()
        elif what == "next":
            self.start_next()
        else:
            self.now += seconds

    def check(self) -> None:
        live = [one for one in self.entries.values() if one.live(self.now)]
        going = [one.job for one in live if one.state != "queued"]
        assert len(going) == len(set(going)), "two runs of one job"
        holders: dict[str, str] = {}
        for one in live:
            for target in one.targets:
                assert holders.setdefault(target, one.job) == one.job, "two jobs hold one file"
        keys = [one.key for one in self.entries.values()]
        assert len(keys) == len(set(keys)), "the same was launched twice"


@given(st.lists(STEP, max_size=40))
def test_no_order_of_events_breaks_the_rules_and_the_queue_always_drains(steps: list[Any]) -> None:
    office = Office()
    for number, step in enumerate(steps):
        office.step(number, step)
        office.check()
    for _ in range(len(office.entries) + 1):
        while any(one.state in ("running", "launching") for one in office.entries.values()):
            office.end()
        if not office.start_next():
            break
        office.check()
    assert not [one for one in office.entries.values() if one.state == "queued" and one.live(office.now)]


@given(st.lists(STEP, max_size=25), st.randoms())
def test_a_decision_depends_on_the_entries_and_not_on_their_order(steps: list[Any], random: Any) -> None:
    office = Office()
    for number, step in enumerate(steps):
        office.step(number, step)
    shuffled = list(office.entries.items())
    random.shuffle(shuffled)
    wanted = entry(0xFFFFFF, job="one")
    assert next_queued(dict(shuffled), office.now) == next_queued(office.entries, office.now)

    def answer(entries: dict[str, Entry]) -> object:
        try:
            return launch(entries, wanted, "queue", office.now)
        except InputError as error:
            return str(error)

    assert answer(dict(shuffled)) == answer(office.entries)
