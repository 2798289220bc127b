"""What whole runs say of themselves, as a person sees it."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

Run = Callable[..., subprocess.CompletedProcess[str]]
WriteJob = Callable[..., Path]

TRAIN = """\
import json, os, sys
if os.environ["RUNNER_PARAM_VARIANT"] == "blue":
    sys.exit("no good")
json.dump({"a": 2}, open(sys.argv[1], "w"))
metrics = {"win_rate": 0.9, "win_rate.trials": 1000}
json.dump(metrics, open(os.environ["RUNNER_OUTPUT_DIR"] + "/metrics.json", "w"))
"""
PLAY = """\
import json, os
row = {"side_a": "red", "side_b": "blue", "games": 10, "draws": 0, "wins_a": 5, "wins_b": 5,
       "wins_first_seat": 5, "wins_second_seat": 5}
json.dump({"matchups": [row]}, open(os.environ["RUNNER_OUTPUT_DIR"] + "/validation.json", "w"))
"""
BOTS = """\
apiVersion: runner/v1
kind: Tune
metadata: {name: bots}
spec:
  variants:
    - {name: red, weights: data/red.json, command: [python, train.py, "${variant.weights}"]}
    - {name: blue, weights: data/blue.json, command: [python, train.py, "${variant.weights}"]}
  validation: {command: [python, play.py], matchups: [red-blue]}
  gates: [{metric: win_rate, min: 0.5}]
"""
POINTS = """
command: [python, -c, "import sys; sys.exit(sys.argv[1] == '2')", "${matrix.lr}"]
matrix: {lr: [1, 2], note: [x y/z]}
resources: {timeout: 1m}
"""


def git(folder: Path, *arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True, text=True).stdout


def bots(project: Path) -> Path:
    files = {"train.py": TRAIN, "play.py": PLAY, "jobs/bots.yaml": BOTS}
    files |= {f"data/{name}.json": '{"a": 1}' for name in ("red", "blue")}
    for name, content in files.items():
        (project / name).parent.mkdir(exist_ok=True)
        (project / name).write_text(content)
    git(project, "add", ".")
    git(project, "commit", "--quiet", "-m", "bots")
    return project


def test_a_run_with_a_crashed_variant_does_not_pass(runner: Run, project: Path) -> None:
    bots(project)
    found = json.loads(runner("run", "bots", "--json").stdout)
    report, pull_request = found["report"], found["pull_request"]
    assert (report["state"], report["verdict"]) == ("succeeded", "undecided")
    assert [(gate["task"], gate["verdict"]) for gate in report["gates"]] == [
        ("train/red", "pass"),
        ("train/blue", "undecided"),
    ]
    assert pull_request["draft"]
    assert "[undecided, 1 of 3 tasks failed]" in pull_request["title"]


def test_a_run_that_was_not_published_is_local_and_can_be_compared(runner: Run, project: Path) -> None:
    bots(project)
    assert runner("run", "bots", "--only", "red", "--no-publish").returncode == 0
    (local,) = json.loads(runner("weights", "log", "data/red.json", "--json").stdout)
    done = runner("weights", "diff", "data/red.json", "HEAD", local["run"])
    assert local["where"] == "local"
    assert done.stdout.splitlines()[-1].split() == ["a", "1", "2", "+1", "(+100.0", "%)"]
    assert "is only local" in runner("weights", "rollback", "data/red.json").stderr
    runner("run", "bots", "--only", "red")
    assert json.loads(runner("weights", "log", "--json").stdout)[0]["where"] == "proposed"
    git(project, "merge", "--quiet", "--no-ff", "-m", "Accept", "runner/bots")
    logged = json.loads(runner("weights", "log", "--json").stdout)
    assert [entry["where"] for entry in logged] == ["merged", "local"]


def test_the_lists_agree_on_tasks_and_cost(runner: Run, write_job: WriteJob) -> None:
    write_job("points", POINTS)
    runner("run", "points")
    status, (entry,) = runner("status").stdout, json.loads(runner("results", "list", "--json").stdout)
    assert entry["tasks"] == "1/2"
    assert " 1/2 tasks " in status
    assert f" {entry['cost']} of at most $" in status


def test_a_point_without_a_name_is_shown_with_what_it_stands_for(runner: Run, write_job: WriteJob) -> None:
    write_job("points", POINTS)
    assert "run/2 [lr=2, note=x y/z]: python" in runner("plan", "points").stdout
    report = json.loads(runner("run", "points", "--json").stdout)["report"]
    assert report["tasks"][1]["parameters"] == {"lr": "2", "note": "x y/z"}
    assert "`run/2` \\[lr=2, note=x y/z\\]" in runner("results", "show").stdout


def test_a_limit_is_never_shown_as_nothing(runner: Run, write_job: WriteJob) -> None:
    write_job("points", POINTS + "budget: {usd: 0.001}\n")
    done = runner("plan", "points")
    assert done.returncode == 2
    assert "allows $0.0010" in done.stderr


def test_a_shortcut_that_lint_refuses_is_named(runner: Run, write_job: WriteJob) -> None:
    write_job("points", POINTS)
    done = runner("plan", "points", "--timeout", "0s")
    assert done.returncode == 2
    assert "(from --set spec.resources.timeout=0s)" in done.stderr
