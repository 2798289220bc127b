"""The table that a terminal shows, as it stands when a run has ended."""

from pathlib import Path

import pytest

from runner.cli.live_table import LiveTable
from runner.engine.events import (
    AttemptFinished,
    AttemptStarting,
    RunOpened,
    SearchEnded,
    TrialMeasured,
    TrialStopping,
    TrialSuggested,
)
from runner.engine.layout import RunLayout
from runner.engine.state import State
from runner.pipeline.workspace import open_workspace
from runner.plan.model import PinnedSource, Plan, Requirements, Search, Stage, Task


def test_a_search_shows_points_values_and_the_best_trial(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    search = Search(method="grid", parameters={}, command=("true",), metric="loss")
    tasks = tuple(Task(f"trials/{number}", (("true",),)) for number in (1, 2, 3))
    needs = Requirements(cpu=1, memory=1 << 30, timeout=60)
    stage = Stage(name="trials", tasks=tasks, requirements=needs, search=search)
    plan = Plan(job="job", kind="Sweep", source=PinnedSource("c", "t"), manifest={}, stages=(stage,))
    state = State(plan)
    state.apply(RunOpened(0.0, 2))
    for number in (1, 2):
        state.apply(TrialSuggested(0.0, f"trials/{number}", {"lr": number / 7}))
        state.apply(AttemptStarting(0.0, f"trials/{number}", 1, 60.0))
    state.apply(TrialStopping(0.0, "trials/2", 1, "others did better"))
    for task, outcome, value in (("trials/1", "succeeded", 0.5), ("trials/2", "cancelled", 0.75)):
        state.apply(
            AttemptFinished(at=0.0, task=task, attempt=1, outcome=outcome, started=0.0, ended=1.0)  # type: ignore[arg-type]
        )
        state.apply(TrialMeasured(0.0, task, 1, value))
    state.apply(SearchEnded(0.0, "trials", "enough"))
    with LiveTable(open_workspace(project)) as table:
        table.began(RunLayout(tmp_path / "run-1"))
        table.tick(state)
    lines = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert "trials/1 succeeded 1.0s [lr=0.1429] loss 0.5" in lines
    assert "trials/2 stopped 1.0s [lr=0.2857] loss 0.75" in lines
    assert "trials/3 skipped" in lines
    assert lines[-1].startswith("3/3 tasks, ")
    assert lines[-1].endswith(", best loss 0.5 (trials/1)")
