"""Searches through the loop and this machine, with a source of points made for the test."""

import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from runner.backends.local import LocalBackend
from runner.engine.events import (
    AttemptFinished,
    AttemptStarting,
    CancelRequested,
    Event,
    SearchEnded,
    TrialMeasured,
    TrialStopping,
    TrialSuggested,
)
from runner.engine.execute import execute, request_cancel
from runner.engine.journal import read_events
from runner.engine.search.source import Trial, TrialSource
from runner.engine.state import State
from runner.errors import InputError
from runner.plan.model import Plan, Requirements, Search, Stage, Task
from runner.plan.select import only
from runner.results.records import records

REPORT = (
    "import json, os, pathlib, sys\n"
    "place = int(os.environ['RUNNER_PARAM_PLACE'])\n"
    "output = pathlib.Path(os.environ['RUNNER_OUTPUT_DIR'])\n"
    "def report(value):\n"
    "    (output / 'metrics.json').write_text(json.dumps({'loss': value}))\n"
)


class Places:
    """Gives each trial its place, up to `most`; notes what it was asked, and stops trials of `unwanted`."""

    def __init__(self, most: int = 1000, unwanted: Sequence[int] = ()) -> None:
        self.most = most
        self.unwanted = unwanted
        self.asked: list[tuple[int, list[tuple[str, str, float | None]]]] = []
        self.seeds: list[int] = []
        self.histories: dict[str, list[float]] = {}

    def suggest(self, trials: Sequence[Trial], number: int, seed: int) -> dict[str, Any] | None:
        self.asked.append((number, [(trial.task, trial.state, trial.value) for trial in trials]))
        self.seeds.append(seed)
        return {"place": number} if number < self.most else None

    def to_stop(self, trials: Sequence[Trial]) -> list[str]:
        self.histories |= {trial.task: list(trial.history) for trial in trials}
        return [trial.task for trial in trials if trial.history and trial.point["place"] in self.unwanted]


class Sweep:
    """A run of one search stage, `trials`."""

    def __init__(self, run: Any) -> None:
        self.run = run

    def plan(self, program: str, trials: int, **changes: Any) -> Plan:
        told = {"method": "grid", "parameters": {}, "metric": "loss"}
        search = {key: changes.pop(key) for key in tuple(changes) if key in Search.__struct_fields__}
        command = (sys.executable, "-c", REPORT + program)
        own = {key: changes.pop(key) for key in tuple(changes) if key in Stage.__struct_fields__}
        stage = Stage(
            name="trials",
            tasks=tuple(Task(f"trials/{number:04}", (command,)) for number in range(1, trials + 1)),
            requirements=Requirements(**{"cpu": 1.0, "memory": 2**30, "timeout": 60, **changes}),
            search=Search(**{**told, **search, "command": command}),
            **own,
        )
        return self.run.plan(stage)  # type: ignore[no-any-return]

    def execute(self, plan: Plan, source: TrialSource, *, slots: int = 2, retry: bool = False) -> State:
        backend = LocalBackend({}, slots=slots, grace=1.0)
        return execute(
            plan, self.run.layout, backend, self.run.watcher, retry=retry, open_source=lambda search: source
        )

    def events(self, *kinds: type) -> list[Any]:
        return [event for event in read_events(self.run.layout.journal) if isinstance(event, kinds)]


@pytest.fixture
def sweep(run: Any) -> Sweep:
    return Sweep(run)


def test_a_point_is_written_down_before_its_trial_starts_and_its_value_after_it_ended(sweep: Sweep) -> None:
    state = sweep.execute(sweep.plan("report(place + 0.5)", 2), Places(), slots=1)
    assert state.finished == "succeeded"
    names = [type(event).__name__ for event in read_events(sweep.run.layout.journal)]
    trial = ["TrialSuggested", "AttemptStarting", "AttemptStarted", "AttemptFinished", "TrialMeasured"]
    assert names == ["RunOpened", *trial, *trial, "RunFinished"]
    assert [event.value for event in sweep.events(TrialMeasured)] == [0.5, 1.5]
    assert [event.point for event in sweep.events(TrialSuggested)] == [{"place": 0}, {"place": 1}]


def test_the_source_hears_of_results_as_they_arrive(sweep: Sweep) -> None:
    source = Places()
    program = "report(0.5) if place != 1 else sys.exit(1)"
    sweep.execute(sweep.plan(program, 4), source, slots=1)
    known = [
        ("trials/0001", "finished", 0.5),
        ("trials/0002", "failed", None),
        ("trials/0003", "finished", 0.5),
    ]
    assert source.asked == [(number, known[:number]) for number in range(4)]


def test_a_trial_that_runs_alone_has_its_own_point(sweep: Sweep) -> None:
    sweep.execute(only(sweep.plan("report(place)", 5), ("trials/0004",)), Places())
    assert [event.point for event in sweep.events(TrialSuggested)] == [{"place": 3}]


def test_as_many_points_are_asked_for_as_trials_can_start(sweep: Sweep) -> None:
    source = Places()
    sweep.execute(sweep.plan("report(1)", 5, max_parallel=2), source, slots=4)
    assert all(sum(state == "running" for _, state, _ in trials) < 2 for _, trials in source.asked)


def test_a_trial_is_tried_again_with_its_point(sweep: Sweep, tmp_path: Path) -> None:
    program = f"mark = pathlib.Path({str(tmp_path)!r}, f'tried-{{place}}')\n" + (
        "first = not mark.exists(); mark.touch()\n"
        "os.kill(os.getpid(), 9) if first and place == 1 else report(place)\n"
    )
    source = Places()
    state = sweep.execute(sweep.plan(program, 3, retries=1), source)
    assert state.finished == "succeeded"
    assert [event.outcome for event in state.tasks["trials/0002"].attempts] == ["failed", "succeeded"]
    assert sorted(number for number, _ in source.asked) == [0, 1, 2]
    assert [state.tasks[f"trials/000{number}"].value for number in (1, 2, 3)] == [0.0, 1.0, 2.0]


def test_a_person_s_retry_tries_failed_trials_again_with_their_points(sweep: Sweep, tmp_path: Path) -> None:
    program = (
        f"sys.exit(1) if place == 0 and not pathlib.Path({str(tmp_path)!r}, 'fixed').exists() else report(1)"
    )
    plan = sweep.plan(program, 3)
    assert sweep.execute(plan, Places()).finished == "succeeded"
    (tmp_path / "fixed").touch()
    source = Places()
    state = sweep.execute(plan, source, retry=True)
    assert [state.outcome(task) for task in state.tasks] == ["succeeded"] * 3
    assert source.asked == []
    assert [state.tasks[task].attempt for task in state.tasks] == [2, 1, 1]


def test_no_point_is_asked_for_a_trial_that_does_not_start(sweep: Sweep) -> None:
    source = Places(most=3)
    state = sweep.execute(sweep.plan("report(1)", 9), source, slots=8)
    assert state.finished == "succeeded"
    assert [number for number, _ in source.asked] == [0, 1, 2, 3]
    assert len(sweep.events(SearchEnded)) == 1
    assert [state.outcome(task) for task in state.tasks] == ["succeeded"] * 3 + ["skipped"] * 6


def test_a_search_ends_at_its_target(sweep: Sweep) -> None:
    state = sweep.execute(sweep.plan("report(-place)", 9, target=-2.0), Places(), slots=1)
    assert state.finished == "succeeded"
    assert [state.outcome(task) for task in state.tasks] == ["succeeded"] * 3 + ["skipped"] * 6
    (ended,) = sweep.events(SearchEnded)
    assert ended.reason == "trials/0003 reached the target: loss came to -2"


def test_a_sweep_whose_every_trial_fails_fails(sweep: Sweep) -> None:
    state = sweep.execute(sweep.plan("sys.exit(3)", 3), Places())
    assert state.finished == "failed"
    assert state.reason == "none of the 3 trials of the stage trials succeeded"


def test_trials_that_are_not_worth_it_are_stopped_and_measured(sweep: Sweep) -> None:
    program = (
        "import time\n"
        "for step in range(600 if place == 1 else 3):\n"
        "    with (output / 'metrics.jsonl').open('a') as file:\n"
        "        print(json.dumps({'loss': place + step}), file=file)\n"
        "    time.sleep(0.1)\n"
    )
    source = Places(unwanted=[1])
    plan = sweep.plan(program, 3, early_terminate={"type": "hyperband", "min_iter": 1}, retries=2)
    state = sweep.execute(plan, source)
    assert state.finished == "succeeded"
    assert [state.outcome(task) for task in state.tasks] == ["succeeded", "stopped", "succeeded"]
    (stopping,) = sweep.events(TrialStopping)
    assert (stopping.task, stopping.attempt) == ("trials/0002", 1)
    stopped = state.tasks["trials/0002"]
    (attempt,) = stopped.attempts
    assert (attempt.outcome, attempt.reason) == ("cancelled", stopping.reason)
    assert stopped.value is not None
    assert stopped.value >= source.histories["trials/0002"][0] == 1.0
    record = next(one for one in records(plan, state, sweep.run.layout) if one.id == "trials/0002")
    assert (record.outcome, record.parameters, record.log_tail) == ("stopped", {"place": "1"}, "")
    assert record.trial is not None
    assert (record.trial.point, record.trial.value) == ({"place": 1}, stopped.value)


def test_a_run_that_is_cancelled_goes_on_without_repeating_a_point(sweep: Sweep) -> None:
    def look(event: Event) -> None:
        if isinstance(event, TrialMeasured) and not sweep.events(CancelRequested):
            request_cancel(sweep.run.layout)

    plan = sweep.plan("import time; time.sleep(0.3 * (place % 2)); report(place)", 8)
    sweep.run.watcher.on.append(look)
    assert sweep.execute(plan, Places()).finished == "cancelled"
    sweep.run.watcher.on.clear()
    before = len(sweep.events(TrialSuggested))
    source = Places()
    assert sweep.execute(plan, source, retry=True).finished == "succeeded"
    assert [number for number, _ in source.asked] == list(range(before, 8))
    assert sorted(event.point["place"] for event in sweep.events(TrialSuggested)) == list(range(8))


def test_a_source_that_cannot_be_opened_starts_nothing(sweep: Sweep) -> None:
    def missing(search: Search) -> TrialSource:
        raise InputError("no-library", "bayes needs a library")

    plan = sweep.plan("report(1)", 2)
    with pytest.raises(InputError, match="bayes needs a library"):
        execute(plan, sweep.run.layout, LocalBackend({}, slots=1), sweep.run.watcher, open_source=missing)
    assert sweep.run.layout.journal.read_bytes() == b""


def test_a_seed_belongs_to_the_run_and_the_trial(sweep: Sweep) -> None:
    source, again = Places(), Places()
    plan = sweep.plan("report(1)", 3)
    sweep.execute(plan, source)
    sweep.run.layout.journal.unlink()
    sweep.execute(plan, again)
    assert source.seeds == again.seeds
    assert len(set(source.seeds)) == 3


def test_a_value_that_an_earlier_driver_did_not_write_down_is_made_up_for(sweep: Sweep) -> None:
    plan = sweep.plan("report(place)", 3)
    sweep.execute(plan, Places(), slots=1)
    lines = sweep.run.layout.journal.read_bytes().splitlines(keepends=True)
    cut = next(number for number, line in enumerate(lines) if b"trial-measured" in line)
    sweep.run.layout.journal.write_bytes(b"".join(lines[:cut]))
    source = Places()
    assert sweep.execute(plan, source, slots=1).finished == "succeeded"
    assert source.asked[0] == (1, [("trials/0001", "finished", 0.0)])


def test_ten_thousand_trials_cost_no_more_each_than_a_hundred(sweep: Sweep) -> None:
    from runner.engine.decide import Start, decide
    from runner.engine.events import RunOpened
    from runner.engine.search.feed import Feed

    class Nowhere:
        def output(self, task: str, attempt: int) -> Path:
            return Path("/nonexistent")

    def seconds(trials: int) -> float:
        plan = sweep.plan("", trials)
        state = State(plan)
        feed = Feed(plan, "run", state, Nowhere(), lambda search: Quick())  # type: ignore[arg-type]

        def happen(event: Event | None) -> None:
            if event is not None:
                state.apply(event)
                feed.follow(event)

        happen(RunOpened(0.0, 1))
        began = time.process_time()
        for _ in range(trials):
            (start,) = decide(state)
            assert isinstance(start, Start)
            happen(feed.suggest(start.task))
            happen(AttemptStarting(0.0, start.task, 1, 1.0))
            happen(
                AttemptFinished(
                    at=0.0, task=start.task, attempt=1, outcome="succeeded", started=0.0, ended=1.0
                )
            )
            happen(feed.measure(start.task))
        return (time.process_time() - began) / trials

    class Quick(Places):
        def suggest(self, trials: Sequence[Trial], number: int, seed: int) -> dict[str, Any]:
            return {"place": number}

    assert seconds(10_000) < 5 * seconds(100) + 1e-4


def test_the_journal_holds_a_point_as_it_was_given(sweep: Sweep) -> None:
    class Rich(Places):
        def suggest(self, trials: Sequence[Trial], number: int, seed: int) -> dict[str, Any]:
            return {"place": number, "lr": 1e-05, "nested": {"name": "é", "on": True, "none": None}}

    state = sweep.execute(sweep.plan("report(1)", 1), Rich())
    written = sweep.events(TrialSuggested)[0].point
    assert written == state.tasks["trials/0001"].point == json.loads(json.dumps(written))
