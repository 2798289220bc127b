"""What a run deploys that is known only at its end: the best trial's files, and the best configuration."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from runner.engine.layout import RunLayout
from runner.pipeline.weighing import keep, weight_files
from runner.pipeline.workspace import open_workspace
from runner.plan.model import DeployedFile, PinnedSource, Plan, Requirements, Stage, Task
from runner.results.left import Left
from runner.results.model import FOLDER, Findings, Place, WeightFile
from tests.conftest import Checkout

Run = Callable[..., subprocess.CompletedProcess[str]]

BEST = DeployedFile("best", "weights/policy.bin", "data/policy.bin")
FILE = DeployedFile("", "best.yaml", "config/best.yaml")
PLAIN = DeployedFile("trials/01", "log.txt", "data/log.txt")
TRAIN = """\
import json, os, sys
lr, size = (float(text.partition("=")[2]) for text in sys.argv[1:3])
out = os.environ["RUNNER_OUTPUT_DIR"]
open(out + "/policy.bin", "wb").write(sys.argv[1].encode() * 20_000)
json.dump({"score": lr * size}, open(out + "/metrics.json", "w"))
"""
GRID = """
sweep:
  method: grid
  program: train.py
  metric: {name: score, goal: maximize}
  parameters: {lr: {values: [0.00001, 0.01]}, size: {values: [32, 64]}}
resources: {timeout: 1m}
deploy:
  files:
    - {from: best.yaml, to: config/best.yaml}
    - {from: "best:policy.bin", to: data/policy.bin}
"""


@pytest.fixture
def weigh(project: Path, tmp_path: Path) -> Callable[..., tuple[list[WeightFile], list[str], RunLayout]]:
    """What lands of these files, after trials 1 and 2 of three succeeded."""
    layout = RunLayout(tmp_path / "20261120-150000-3f9a1c")
    outputs = {task: layout.output(task, 1) for task in ("trials/01", "trials/02")}
    for folder in outputs.values():
        folder.mkdir(parents=True)
    tasks = tuple(Task(f"trials/{number:02d}", (("true",),)) for number in (1, 2, 3))
    stage = Stage(name="trials", tasks=tasks, requirements=Requirements(cpu=1, memory=1, timeout=1))
    plan = Plan(
        job="grid", kind="Sweep", source=PinnedSource("c" * 40, "d" * 40), manifest={}, stages=(stage,),
        deploy=(BEST, FILE, PLAIN),
    )  # fmt: skip

    def weighed(
        findings: Findings, *more: DeployedFile, **written: bytes
    ) -> tuple[list[WeightFile], list[str], RunLayout]:
        for name, content in written.items():
            path = outputs[f"trials/{name[-2:]}"] / "weights" / "policy.bin"
            path.parent.mkdir()
            path.write_bytes(content)
        keep(layout, findings.files)
        workspace = open_workspace(project)
        base = workspace.repository.head()
        whole = msgspec.structs.replace(plan, deploy=(*plan.deploy, *more))
        files, missing = weight_files(workspace, base, whole, outputs, layout, findings)
        return list(files), missing, layout

    return weighed


def test_an_alias_stands_for_its_task_and_findings_bring_files_of_their_own(weigh: Any) -> None:
    found = Findings(aliases={"best": "trials/02"}, files={"best.yaml": "lr: 0.1\n"})
    files, missing, layout = weigh(found, trial_01=b"worse", trial_02=b"better")
    assert [(file.path, file.task) for file in files] == [
        ("data/policy.bin", "trials/02"),
        ("config/best.yaml", ""),
    ]
    contents = [(layout.directory / file.source).read_bytes() for file in files]
    assert contents == [b"better", b"lr: 0.1\n"]
    assert missing == ["trials/01 wrote no log.txt: data/log.txt stays as it was"]


def test_numbers_that_are_no_weights_are_not_compared(weigh: Any) -> None:
    findings = Findings(files={"a.json": '{"size": 384}', "b.json": '{"size": 384}'})
    compared = DeployedFile("", "a.json", "data/a.json")
    files, _, _ = weigh(findings, compared, DeployedFile("", "b.json", "data/b.json", weights=False))
    changed = {file.path: [change.name for change in file.changes] for file in files}
    assert changed == {"data/a.json": ["size"], "data/b.json": []}


def test_without_a_best_trial_its_files_stay_as_they_were(weigh: Any) -> None:
    files, missing, _ = weigh(Findings())
    assert files == []
    assert missing[:2] == [
        "there is no weights/policy.bin of the best: data/policy.bin stays as it was",
        "there is no best.yaml: config/best.yaml stays as it was",
    ]


def test_an_alias_may_lead_to_what_stayed_at_the_provider(weigh: Any) -> None:
    _, _, layout = weigh(Findings())
    name = "tasks/trials/01/attempt-1/output/weights/policy.bin"
    layout.left.write_bytes(msgspec.json.encode([Left(name, 10**9, "ab" * 32)]))
    (file,), _, _ = weigh(Findings(aliases={"best": "trials/01"}))
    assert (file.task, file.source, file.pointer, file.bytes) == ("trials/01", name, True, 10**9)


def test_a_file_says_where_else_it_is_kept_and_how_to_get_it_from_there_to_where_it_lands(weigh: Any) -> None:
    place = Place(
        "wandb-artifact", "me/games/bot", "v2", f"wandb artifact get --root {FOLDER} me/games/bot:v2"
    )
    found = Findings(
        aliases={"best": "trials/01"},
        places={"trials/01:weights/policy.bin": (place,), "trials/02:weights/policy.bin": ()},
    )
    (file,), _, _ = weigh(found, trial_01=b"content")
    (kept,) = file.places
    assert (kept.name, kept.get) == ("me/games/bot", "wandb artifact get --root data me/games/bot:v2")


def test_the_best_of_a_sweep_lands_in_the_pull_request(
    runner: Run, project: Path, write_job: Callable[..., Path]
) -> None:
    (project / "train.py").write_text(TRAIN)
    write_job("grid", GRID, "Sweep")
    here = Checkout(project)
    here.commit({})
    done = json.loads(runner("run", "grid", "--json").stdout)
    run, weights = done["report"]["run"], done["report"]["weights"]
    assert done["pull_request"]["title"] == "grid: score 0.64, new weights for 2 files"
    assert [(file["path"], file.get("task")) for file in weights] == [
        ("config/best.yaml", ""), ("data/policy.bin", "trials/04")
    ]  # fmt: skip
    assert here.git("show", "runner/grid:config/best.yaml") == (
        f"# The best of 4 trials of the job grid, run {run}: trials/04.\n"
        "# score: 0.64, the highest.\nlr: 0.01\nsize: 64"
    )
    assert here.git("show", "runner/grid:data/policy.bin") == "--lr=0.01" * 20_000
    part = json.loads(runner("run", "grid", "--only", "trials/01", "--json").stdout)
    assert "weights" not in part["report"]
