"""Manifest → Job, with the files that a manifest includes and the variables that fill it."""

from collections.abc import Callable

import pytest

from runner.engine.record import MANIFEST
from runner.manifest.document import parse
from runner.manifest.finding import ManifestError
from runner.pipeline.loading import load_job
from runner.pipeline.planning import make_plan
from runner.pipeline.running import Options, write_down
from runner.pipeline.workspace import Workspace, open_workspace
from tests.conftest import Checkout

SWEEP = """\
apiVersion: runner/v1
kind: Sweep
metadata: {name: search}
spec: {sweep: config/points.yaml, count: 3}
"""
POINTS = """\
method: random
program: train.py
parameters:
  lr: {distribution: log_uniform_values, min: 3e-5, max: 1e-2}
"""


@pytest.fixture
def workspace(checkout: Callable[..., Checkout]) -> Workspace:
    files = {"jobs/search.yaml": SWEEP, "config/points.yaml": POINTS, "train.py": ""}
    return open_workspace(checkout(files=files).root)


def test_a_run_keeps_the_whole_sweep_and_the_variables_that_filled_it(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WANDB_ENTITY", "team")
    loaded = load_job(workspace, "search", ["spec.count=2"])
    priced = make_plan(workspace, loaded)
    layout = write_down(workspace, loaded, priced, Options(overrides=("spec.count=2",)), "r-1", 0.0)
    kept = (layout.directory / MANIFEST).read_text(encoding="utf-8")
    assert kept.startswith(
        "# jobs/search.yaml, with\n# config/points.yaml\n# --set spec.entity=team\n# --set spec.count=2\n"
    )
    spec = parse(kept).value["spec"]
    assert spec == priced.plan.manifest["spec"]
    assert (spec["entity"], spec["count"]) == ("team", 2)
    assert spec["sweep"]["parameters"]["lr"] == {
        "distribution": "log_uniform_values",
        "min": 3e-5,
        "max": 0.01,
    }


def test_what_lint_finds_in_an_included_file_is_shown_with_its_line(workspace: Workspace) -> None:
    wrong = POINTS.replace("log_uniform_values, min: 3e-5", "log_uniform, min: 3e-5")
    (workspace.repository.root / "config/points.yaml").write_text(wrong)
    with pytest.raises(ManifestError) as refused:
        load_job(workspace, "search", ())
    assert refused.value.place.startswith("config/points.yaml:4:")
    assert refused.value.sources["config/points.yaml"] == wrong


def test_a_sweep_outside_of_any_commit_is_read_from_the_working_tree(workspace: Workspace) -> None:
    (workspace.repository.root / "config/new.yaml").write_text(POINTS.replace("random", "bayes"))
    with pytest.raises(ManifestError, match="metric"):
        load_job(workspace, "search", ["spec.sweep=config/new.yaml"])
