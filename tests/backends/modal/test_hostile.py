"""A task that does all it can to the run it belongs to, in real containers of the loopback plane."""

import json
from pathlib import Path

from runner.engine.journal import read_events
from runner.engine.layout import RunLayout
from runner.engine.state import replay
from runner.plan.model import Stage, Task
from tests.backends.modal.launched import NEEDS, plan, quiet, remote, snapshot, until, written
from tests.standins.modal.client import Plane

EVIL = """
import json, os, pathlib, subprocess
task = pathlib.Path(os.environ["RUNNER_CHECKPOINT_DIR"]).parent
run = task.parents[2]
ended = run / "ended"
ended.mkdir(exist_ok=True)
for number in range(300):
    (ended / f"junk {number}").touch()
(ended / "run.good.1").touch()
(ended / "run.good.2").touch()
own = task / "attempt-1"
(own / "result.json" / "deep").mkdir(parents=True)
(own / "output").symlink_to("/")
(task / "attempt-2").symlink_to("/runner/control")
(task / "attempt-3").mkdir()
(task / "attempt-3" / "result.json").write_text("[" * 100_000)
(run / "tasks" / "run" / "loop").symlink_to(".")
output = pathlib.Path(os.environ["RUNNER_OUTPUT_DIR"])
(output / "plan").symlink_to("/runner/control/plan.json")
(output / "kept").write_text("kept")
os.mkfifo(output / "pipe")
subprocess.Popen(["sleep", "600"], start_new_session=True, env={})
print("\x1b[2J" + "x" * 200_000, flush=True)
writable = []
for folder in ("/runner/control", "/runner/code"):
    try:
        pathlib.Path(folder, "mine").touch()
        writable.append(folder)
    except OSError:
        pass
visible = [sorted(entry.name for entry in pathlib.Path(folder).iterdir())
           for folder in ("/runner/code", "/runner/outputs")]
(output / "told.json").write_text(json.dumps({"visible": visible, "writable": writable}))
"""


def test_a_task_can_spoil_neither_the_run_nor_another_task_s_result(plane: Plane, tmp_path: Path) -> None:
    tasks = (
        Task(id="run/evil", steps=(("python", "-c", EVIL),)),
        Task(id="run/good", steps=(("sh", "-c", "sleep 4; echo 42 > $RUNNER_OUTPUT_DIR/answer"),)),
    )
    planned = plan(Stage(name="run", tasks=tasks, requirements=NEEDS))
    layout, asked = written(tmp_path, planned), remote("hostile")
    asked.prepare(layout, planned, snapshot(), quiet)
    driver = asked.start(layout, 0, "")
    until(lambda: not asked.drives(driver), 60.0)

    home = RunLayout(tmp_path / "home" / layout.run)
    home.directory.mkdir(parents=True)
    asked.fetch(home)
    asked.bring(home)

    state = replay(planned, read_events(home.journal))
    assert state.finished == "succeeded"
    assert [len(task.attempts) for task in state.in_plan_order] == [1, 1]
    assert (home.output("run/good", 1) / "answer").read_text() == "42\n"
    evil = home.output("run/evil", 1)
    assert sorted(path.name for path in evil.iterdir()) == ["kept", "told.json"]
    told = json.loads((evil / "told.json").read_text())
    assert told["writable"] == []
    assert told["visible"] == [["snapshot.tar"], [layout.run]]
    assert not [path for path in home.directory.rglob("*") if path.is_symlink()]
    copied = [path.name for path in asked.download(home, ["run/evil"], tmp_path / "all")]
    assert set(copied) == {"log.txt", "result.json", "kept", "told.json"}
    asked.release(layout.run)
