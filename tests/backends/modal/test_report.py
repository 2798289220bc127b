"""What was billed for the apps of runs, asked by the real SDK at the loopback plane."""

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.standins.modal.client import Plane

ROOT = Path(__file__).parents[3]

# Two apps do the same work; one of them carries the tags of a run.
PROGRAM = """
import json, time
import modal
from runner.backends.modal.billing import report

def work() -> None:
    pass

ours = modal.App("arena-1", tags={"job": "train", "run": "arena-1"})
foreign = modal.App("other", tags={"job": "train"})
for app in (ours, foreign):
    function = app.function(serialized=True, single_use_containers=True)(work)
    with app.run():
        function.remote()
now = time.time()
while not (rows := report(now - 3_600, now + 7_200, "run")):
    time.sleep(0.2)
print(json.dumps([(row.value, row.app, row.usd) for row in rows + report(now - 3_600, now + 7_200, "job")]))
"""


def test_apps_of_runs_are_billed_by_tag_and_those_of_others_left_out(tmp_path: Path) -> None:
    with Plane.start(tmp_path) as plane:
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM],
            env={**os.environ, **plane.environment, "PYTHONPATH": str(ROOT)},
            capture_output=True, text=True, timeout=60,
        )  # fmt: skip
    assert done.returncode == 0, done.stderr
    by_run, by_job = json.loads(done.stdout)
    assert by_run[:2] == ["arena-1", "arena-1"]
    assert by_job[:2] == ["train", "arena-1"]
    assert by_run[2] == by_job[2] > 0
