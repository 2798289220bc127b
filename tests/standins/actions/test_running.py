"""A run: from an event through the real `act` to what it came to."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from tests.standins.actions.conftest import Make, job, workflow
from tests.standins.actions.mistakes import Mistake
from tests.standins.github.hub import Hub

PUSHED = """
name: pushed
on: push
permissions: {}
jobs:
  first:
    runs-on: ubuntu-latest
    permissions: {contents: read}
    outputs: {word: "${{ steps.say.outputs.word }}"}
    steps:
      - uses: CHECKOUT
      - id: say
        name: Say
        run: |
          echo "word=hello" >> "$GITHUB_OUTPUT"
          echo "::error file=jobs/a.yaml,line=3,title=Bad::no such thing"
          echo "### Done" >> "$GITHUB_STEP_SUMMARY"
          echo "$GITHUB_SHA $(git rev-parse HEAD) $(cat data.txt)"
      - name: Never
        if: ${{ false }}
        run: exit 1
      - name: Tries
        continue-on-error: true
        run: exit 3
  second:
    needs: first
    runs-on: ubuntu-latest
    permissions: {}
    steps:
      - uses: PYTHON
      - run: |
          echo "got $WORD"
          exit 1
        env: {WORD: "${{ needs.first.outputs.word }}"}
  third:
    needs: second
    runs-on: ubuntu-latest
    steps: [{uses: CHECKOUT}]
"""


def test_a_push_runs_the_workflow_of_the_pushed_commit(hub: Hub, make: Make) -> None:
    actions = make({"pushed.yml": PUSHED})
    commit = hub.push("main", {"data.txt": "new"})
    [run] = actions.run_all()
    assert (run.workflow, run.event, run.conclusion, run.attempt) == ("pushed.yml", "push", "failure", 1)
    assert {name: job.conclusion for name, job in run.jobs.items()} == {
        "first": "success",
        "second": "failure",
        "third": "skipped",
    }
    first = run.jobs["first"]
    assert f"{commit} {commit} new" in first.log
    assert first.outputs["say.word"] == "hello"
    assert (first.steps["Never"].outcome, first.steps["Tries"].outcome) == ("skipped", "failure")
    assert first.steps["Tries"].conclusion == "success"
    assert "got hello" in run.jobs["second"].log
    [annotation] = run.annotations
    assert (annotation.level, annotation.file, annotation.line) == ("error", "jobs/a.yaml", 3)
    assert run.summary == "### Done\n"


def test_a_push_that_comes_twice_runs_twice_and_a_rerun_is_the_same_run(hub: Hub, make: Make) -> None:
    actions = make({"a.yml": workflow("push", {"one": job("echo $GITHUB_RUN_ID $GITHUB_RUN_ATTEMPT")})})
    hub.push("main", {"data.txt": "new"})
    actions.deliver(hub.events[-1])
    first, second = actions.run_all()
    actions.rerun(first)
    [again] = actions.run_all()
    assert first.run_id != second.run_id
    assert (again.run_id, again.attempt, again.sha) == (first.run_id, 2, first.sha)
    assert f"{first.run_id} 2" in again.log


def test_the_legs_of_a_matrix_run_one_after_the_other(hub: Hub, make: Make) -> None:
    steps = "date +%s%N", "sleep 0.1", "date +%s%N"
    actions = make({"a.yml": workflow("push", {"legs": job(*steps, strategy="{matrix: {k: [1, 2]}}")})})
    hub.push("main", {"data.txt": "new"})
    [run] = actions.run_all()
    times = {
        name: [int(word) for word in leg.log.split() if word.isdigit()] for name, leg in run.jobs.items()
    }
    assert set(times) == {"legs (1)", "legs (2)"}
    (_, first_end), (second_begin, _) = sorted(times.values())
    assert first_end < second_begin


def test_a_run_that_hangs_is_killed_with_all_that_it_started(hub: Hub, make: Make, tmp_path: Path) -> None:
    hang = f"setsid sleep 600 & echo $! > {tmp_path}/pid; sleep 600"
    actions = make({"a.yml": workflow("push", {"one": job(hang)})}, limit=4.0)
    hub.push("main", {"data.txt": "new"})
    began = time.monotonic()
    [run] = actions.run_all()
    assert time.monotonic() - began < 20
    assert (run.conclusion, run.jobs["one"].conclusion) == ("timed_out", "cancelled")
    stat = Path("/proc") / (tmp_path / "pid").read_text().strip() / "stat"
    assert not stat.exists() or ") Z " in stat.read_text()


def test_a_finished_run_starts_the_workflows_that_listen_to_it(hub: Hub, make: Make) -> None:
    after = "{workflow_run: {workflows: [tiny], types: [completed]}}"
    said = "echo ${{ github.event.workflow_run.id }} ${{ github.event.workflow_run.conclusion }} $GITHUB_REF"
    files = {
        "a.yml": workflow("pull_request", {"one": job("exit 1")}),
        "b.yml": workflow(after, {"two": job(said)}).replace("name: tiny", "name: after"),
    }
    actions = make(files)
    hub.push("change", {"data.txt": "new"})
    hub.open_pull("change")
    first, second = actions.run_all()
    assert (first.workflow, second.workflow, second.event) == ("a.yml", "b.yml", "workflow_run")
    assert f"{first.run_id} failure refs/heads/main" in second.log
    assert (first.head_branch, first.ref, second.sha) == ("change", "refs/pull/1/merge", hub.tip())


def test_closing_ends_what_another_thread_runs_and_starts_nothing_more(hub: Hub, make: Make) -> None:
    after = "{workflow_run: {workflows: [tiny], types: [completed]}}"
    later = workflow(after, {"later": job("sleep 60")}).replace("name: tiny", "name: later")
    actions = make({"a.yml": workflow("push", {"long": job("sleep 60")}), "b.yml": later})
    hub.push("main", {"data.txt": "new"})
    worker = threading.Thread(target=actions.run_all)
    worker.start()
    while not any(run.jobs for run in actions.runs):
        time.sleep(0.05)
    actions.close()
    worker.join(20)
    assert not worker.is_alive()
    assert {run.workflow: run.conclusion for run in actions.runs}["a.yml"] == "cancelled"
    assert all(not run.jobs for run in actions.runs if run.workflow == "b.yml")


def test_a_schedule_ticks_only_where_there_is_one(hub: Hub, make: Make) -> None:
    actions = make({"a.yml": workflow("{schedule: [{cron: '7 * * * *'}]}", {"one": job("echo $GITHUB_SHA")})})
    actions.tick("a.yml")
    [run] = actions.run_all()
    assert (run.event, run.sha) == ("schedule", hub.tip())
    with pytest.raises(Mistake, match="no schedule"):
        actions.tick("a.yml", "1 1 * * *")


def test_a_step_has_no_terminal_and_nothing_of_the_tests_environment(
    hub: Hub, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORD_OF_THE_TESTS", "said")
    look = 'test ! -t 0 && test ! -t 1; echo "[$WORD_OF_THE_TESTS] [$MORE] [$GITHUB_TOKEN]"'
    actions = make({"a.yml": workflow("push", {"one": job(look)})}, environment={"MORE": "this"})
    hub.push("main", {"data.txt": "new"})
    [run] = actions.run_all()
    assert run.log.endswith("[] [this] []\n"), run
