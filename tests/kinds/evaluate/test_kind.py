"""How an evaluation becomes a stage, and what its plan says."""

from typing import Any

import pytest

from runner.errors import InputError
from runner.kinds import KINDS
from runner.kinds.evaluate import Evaluate
from runner.manifest.document import parse
from runner.manifest.load import load_document
from runner.plan.model import DeployedFile, Stage
from tests.kinds.language.manifests import evaluate


def stage(**spec: Any) -> Stage:
    (only,) = Evaluate().stages(evaluate(**spec))
    return only


def test_an_evaluation_is_one_task() -> None:
    only = stage(build=["make"])
    (task,) = only.tasks
    assert (only.name, task.id, only.build) == ("evaluate", "evaluate/model", ("make",))
    (command,) = task.steps
    assert command == (
        *("python", "workloads/textgames/evaluate.py", "--settings", "${files}/settings.json"),
        *("--output", "${output}", "--seed", "${seed}"),
    )


def test_a_program_of_ones_own_is_named_by_its_path() -> None:
    assert stage(script="examples/play.py").tasks[0].steps[0][1] == "examples/play.py"


def test_nothing_lands_but_what_deploy_lists() -> None:
    assert Evaluate().deployed(evaluate()) == ()
    files = [{"from": "evaluation.json", "to": "data/evaluation.json"}]
    landed = Evaluate().deployed(evaluate(deploy={"files": files}))
    assert landed == (DeployedFile("evaluate/model", "evaluation.json", "data/evaluation.json"),)


def test_an_unknown_environment_is_refused() -> None:
    with pytest.raises(InputError, match="there is no environment"):
        stage(environment="chess")


@pytest.mark.parametrize(
    ("spec", "note"),
    [
        ({}, "Qwen/Qwen2.5-0.5B-Instruct plays 200 episodes"),
        (
            {"model": {"name": "us/base", "adapter": "models/a"}},
            "us/base with the adapter models/a plays 200 episodes",
        ),
        ({"against": "us/other"}, "us/other plays the same episodes, as the champion"),
        ({}, "of wordle: the player sees all turns before"),
        ({}, "vLLM serves each model in turn"),
        ({"vllm": {"mode": "off"}}, "transformers generates, without vLLM"),
        ({"endpoint": {"url": "http://localhost:8000/v1"}}, "through the endpoint http://localhost:8000/v1"),
        ({"resources": {"gpu": "L4:2"}}, "1 GPU would be idle"),
        ({"resources": {"gpu": "L4"}, "endpoint": {"url": "http://localhost/v1"}}, "1 GPU would be idle"),
    ],
)
def test_a_plan_says_what_plays_what(spec: dict[str, Any], note: str) -> None:
    assert note in stage(**spec).notes


def test_what_init_writes_is_an_evaluation_on_the_spot() -> None:
    types = {name: kind.job_type for name, kind in KINDS.items()}
    loaded = load_document(parse(Evaluate().template("my-job"), "jobs/my-job.yaml"), types)
    (only,) = Evaluate().stages(loaded.job)
    assert only.build[:4] == ("python", "-m", "workloads.textgames.tiny", "build/tiny")
