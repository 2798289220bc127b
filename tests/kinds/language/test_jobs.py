"""The jobs on language models that the repository comes with."""

from pathlib import Path

import pytest

from runner.kinds import KINDS
from runner.lint.validate import validate
from runner.manifest.load import load
from runner.settings import Settings, parse_settings

ROOT = Path(__file__).parents[3]
TYPES = {name: kind.job_type for name, kind in KINDS.items()}
JOBS = sorted([*ROOT.glob("jobs/grpo-*.yaml"), *ROOT.glob("jobs/evaluate-*.yaml")])


@pytest.mark.parametrize("settings", [Settings(), parse_settings("backend = 'modal'")], ids=["here", "modal"])
@pytest.mark.parametrize("path", JOBS, ids=lambda path: path.stem)
def test_a_job_validates_wherever_it_runs(path: Path, settings: Settings) -> None:
    checked = validate([str(path)], TYPES, settings, str(ROOT))
    assert checked.findings == []


@pytest.mark.parametrize("path", JOBS, ids=lambda path: path.stem)
def test_a_job_names_environments_programs_and_gpus_that_there_are(path: Path) -> None:
    job = load(path, TYPES, root=ROOT).job
    kind = KINDS["GRPO" if path.stem.startswith("grpo") else "Evaluate"]
    for stage in kind.stages(job):
        assert (ROOT / stage.tasks[0].steps[0][1]).is_file()
        assert bool(stage.requirements.gpus) != path.stem.endswith("-tiny")
