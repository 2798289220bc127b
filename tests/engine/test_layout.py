from pathlib import Path

from runner.engine.layout import RunLayout


def test_everything_of_a_run_lies_in_its_folder() -> None:
    layout = RunLayout(Path("/runs/run-1"))
    assert layout.run == "run-1"
    assert layout.checkpoint("train/one") == Path("/runs/run-1/tasks/train/one/checkpoint")
    assert layout.output("train/one", 2) == Path("/runs/run-1/tasks/train/one/attempt-2/output")
    places = [
        layout.journal,
        layout.plan,
        layout.lock,
        layout.slots,
        layout.cancel,
        layout.snapshot,
        layout.report,
    ]
    assert {place.parent for place in places} == {layout.directory}
