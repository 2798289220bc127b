from __future__ import annotations

import hashlib
import subprocess
from pathlib import Path

import pytest
from msgspec.structs import replace

from runner.manifest.common import Gate
from runner.results.gates import judge, verdict
from runner.results.model import (
    AttemptRecord,
    Bar,
    BarChart,
    Cost,
    LineChart,
    Metric,
    Provenance,
    Report,
    Series,
    TaskRecord,
    WeightFile,
)
from runner.results.weights import compare
from runner.results.write import write

STARTED = 1_795_186_800.0
OLD = b"[unit]\nattack = 1.0\nhealth = 0.5\nrange = 0.25\n[tempo]\ndraw = 2.0\n"
NEW = b"[unit]\nattack = 1.5\nhealth = 0.5\nrange = 0.1\n[tempo]\ndraw = 2.125\nhold = 0.3\n"
RATES = {
    "win_rate": Metric(0.612, trials=6_000),
    "champion.win_rate": Metric(0.571, trials=6_000),
    "generations": Metric(40.0),
}


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def weight_file(path: str, task: str, old: bytes | None, new: bytes) -> WeightFile:
    return WeightFile(
        path=path,
        task=task,
        sha256=sha256(new),
        bytes=len(new),
        previous_sha256="" if old is None else sha256(old),
        changes=compare(old, new, path),
    )


@pytest.fixture
def tuned() -> Report:
    """A tuning run that went well, and is judged against the champion."""
    task_metrics = {"train/generalist": RATES, "validate/all": {"seconds": Metric(12.5)}}
    run_metrics = {"first_seat_win_rate": Metric(0.523, trials=40_000)}
    gates = judge(
        [
            Gate(metric="win_rate", task="train/generalist", against="champion"),
            Gate(metric="first_seat_win_rate", between=[0.5, 0.55]),
        ],
        run_metrics,
        task_metrics,
    )
    attempt = AttemptRecord(number=1, outcome="succeeded", started=STARTED, ended=STARTED + 95, exit_code=0)
    return Report(
        run="20261120-150000-3f9a1c",
        job="skirmish-weights",
        kind="Tune",
        state="succeeded",
        verdict=verdict(gates),
        started=STARTED,
        ended=STARTED + 140,
        tasks=(
            TaskRecord(
                id="train/generalist",
                outcome="succeeded",
                attempts=(attempt,),
                metrics=task_metrics["train/generalist"],
                seconds=95.0,
                cost=0.0042,
            ),
            TaskRecord(
                id="validate/all",
                outcome="succeeded",
                attempts=(attempt,),
                metrics=task_metrics["validate/all"],
                seconds=12.5,
                cost=0.0006,
            ),
        ),
        cost=Cost(
            bound=1.25, actual=0.0048, estimate_low=0.0031, estimate_high=0.0077, prices_dated="2026-11-20"
        ),
        provenance=Provenance(
            commit="4f1c2a" + "0" * 34,
            tree="9b7d31" + "0" * 34,
            manifest_path="jobs/skirmish-weights.yaml",
            manifest_sha256="ab" * 32,
            overrides=("spec.validation.games=2000",),
            backend="local",
            runner_version="0.1.0",
            python_version="3.11.7",
            platform="linux-x86_64",
        ),
        gates=gates,
        metrics=run_metrics,
        weights=(weight_file("data/weights/generalist.toml", "train/generalist", OLD, NEW),),
        sections=("### Balance\n\n**balanced**: the factions' win rates differ by at most 4.6%.",),
        charts=(
            LineChart(
                "progress-win-rate",
                "win_rate",
                "generation",
                "win_rate",
                (
                    Series("generalist", ((0.0, 0.5), (1.0, 0.55), (2.0, 0.61))),
                    Series("ember", ((0.0, 0.5), (1.0, 0.52), (2.0, 0.57))),
                ),
            ),
            BarChart(
                "factions",
                "Win rate by faction",
                "win rate",
                (
                    Bar("ember", 0.512, 0.5, 0.524),
                    Bar("tide", 0.471, 0.459, 0.483),
                    Bar("grove", 0.517, 0.505, 0.529),
                ),
                0.5,
            ),
        ),
    )


@pytest.fixture
def broken(tuned: Report) -> Report:
    """A run on Modal one of whose tasks failed, with a log and names that try to break out."""
    failing = AttemptRecord(
        number=2,
        outcome="failed",
        started=STARTED,
        ended=STARTED + 30,
        exit_code=1,
        reason="it ended with exit code 1 | `x`",
    )
    log = (
        "starting\x1b[31m red\x1b[0m\n```\n</details><script>alert(1)</script>\n"
        "````\nclosing #12, cc @octocat\nKeyError: 'attack'\n"
    )
    task = TaskRecord(
        id="train/ember",
        outcome="failed",
        attempts=(replace(failing, number=1), failing),
        seconds=60.0,
        cost=0.02,
        log_tail=log,
    )
    skipped = TaskRecord(id="validate/all", outcome="skipped")
    return replace(
        tuned,
        run="20261120-160000-aa11bb",
        state="failed",
        verdict="fail",
        started=STARTED + 3600,
        ended=STARTED + 3700,
        tasks=(tuned.tasks[0], task, skipped),
        gates=(),
        metrics={},
        weights=(),
        charts=(),
        sections=(),
        warnings=(
            "train/ember: metrics.json | was <b>ignored</b> @octocat, see [x](https://example.org) #12",
        ),
        cost=Cost(bound=1.25, actual=0.31),
        provenance=replace(
            tuned.provenance, backend="modal", uncommitted=("weird`name|.py",), overrides=("a=b c",), seed=7
        ),
    )


class Shelf:
    """A real git repository that results land in as a merged pull request would bring them."""

    path = "data/weights/generalist.toml"

    def __init__(self, root: Path, report: Report) -> None:
        self.root = root
        self.report = report
        self.git("init", "--quiet", "--initial-branch=main")
        self.git("config", "user.name", "Test")
        self.git("config", "user.email", "test@example.org")

    def git(self, *arguments: str) -> str:
        done = subprocess.run(
            ["git", "-C", str(self.root), *arguments], capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    def put(self, content: bytes, path: str = path) -> None:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)

    def commit(self, message: str) -> str:
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", message)
        return self.git("rev-parse", "HEAD")

    def result(
        self, number: int, old: bytes | None, new: bytes, *, local: bool = False, pointer: bool = False
    ) -> Report:
        """Writes the results of a run that made `new` out of `old`, without a commit."""
        made = weight_file(self.path, "train/generalist", old, new)
        made = replace(
            made, pointer=pointer, source="tasks/train/generalist/attempt-1/output/weights/new.toml"
        )
        report = replace(
            self.report,
            run=f"20261120-15000{number}-{number:06x}",
            started=STARTED + number,
            weights=(made,),
        )
        folder = self.root / "results" / report.job / report.run
        if local:
            folder = self.root / ".runner" / "runs" / report.run / "report"
        folder.parent.mkdir(parents=True, exist_ok=True)
        write(report, {"validation.json": {"games": 40_000}}, folder, "kind: Tune\n")
        return report

    def land(self, number: int, old: bytes | None, new: bytes) -> Report:
        """As `result`, with the weights, in one commit."""
        report = self.result(number, old, new)
        self.put(new)
        self.commit(f"Results of run {number}")
        return report


@pytest.fixture
def history(shelf: Shelf) -> Shelf:
    """A file written by hand, then changed by two runs whose pull requests were merged."""
    shelf.put(b"a = 0.0\n")
    shelf.put(b"other\n", "other.txt")
    shelf.commit("By hand")
    shelf.land(1, b"a = 0.0\n", b"a = 1.0\n")
    shelf.land(2, b"a = 1.0\n", b"a = 2.0\n")
    return shelf


@pytest.fixture
def shelf(tmp_path: Path, tuned: Report) -> Shelf:
    root = tmp_path / "shelf"
    root.mkdir()
    return Shelf(root.resolve(), tuned)
