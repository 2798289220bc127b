"""The services that the repository comes with."""

from pathlib import Path

import pytest

from runner.kinds import KINDS
from runner.lint.validate import validate
from runner.manifest.load import load
from runner.plan.model import Endpoint
from runner.settings import Settings, parse_settings

ROOT = Path(__file__).parents[3]
TYPES = {name: kind.job_type for name, kind in KINDS.items()}
JOBS = sorted(ROOT.glob("jobs/service-*.yaml"))


@pytest.mark.parametrize("settings", [Settings(), parse_settings("backend = 'modal'")], ids=["here", "modal"])
@pytest.mark.parametrize("path", JOBS, ids=lambda path: path.stem)
def test_a_service_validates_wherever_it_stands(path: Path, settings: Settings) -> None:
    assert validate([str(path)], TYPES, settings, str(ROOT)).findings == []


def endpoint(name: str) -> Endpoint:
    (stage,) = KINDS["Service"].stages(load(ROOT / "jobs" / name, TYPES, root=ROOT).job)
    assert stage.endpoint is not None
    return stage.endpoint


def test_the_one_for_any_machine_trains_and_the_one_with_a_gpu_only_answers() -> None:
    assert endpoint("service-textgames.yaml").training == "jobs/grpo-key-door-tiny.yaml"
    assert endpoint("service-inference-gpu.yaml").training == ""


def test_nothing_stands_while_nobody_calls() -> None:
    assert {endpoint(path.name).min_containers for path in JOBS} == {0}
