"""How a training becomes stages, what lands, and what its plan says."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from runner.errors import InputError
from runner.kinds import KINDS
from runner.kinds.grpo import Grpo
from runner.lint.prices import read_prices
from runner.manifest.document import parse
from runner.manifest.load import load_document
from runner.plan import render
from runner.plan.cost import bound
from runner.plan.model import DeployedFile, PinnedSource, Plan, Stage
from runner.settings import Settings
from tests.kinds.language.manifests import grpo

TOLD = ("--settings", "${files}/settings.json", "--output", "${output}")


def stages(**spec: Any) -> tuple[Stage, ...]:
    return Grpo().stages(grpo(**spec))


def notes(**spec: Any) -> str:
    return "\n".join(stages(**spec)[0].notes)


def plan_text(**spec: Any) -> str:
    job = grpo("grpo-wordle", **spec)
    plan = Plan(
        job=job.metadata.name,
        kind="GRPO",
        source=PinnedSource("c" * 40, "t" * 40),
        manifest={},
        stages=Grpo().stages(job),
        deploy=Grpo().deployed(job),
        gates=tuple(job.spec.gates),
    )
    prices = read_prices(Settings())
    return render.as_text(plan, bound(plan, prices), None, prices)


def test_training_comes_first_and_then_the_evaluation_of_what_it_made() -> None:
    training, evaluation = stages()
    assert [task.id for task in (*training.tasks, *evaluation.tasks)] == ["train/grpo", "evaluate/trained"]
    assert (training.inputs, evaluation.inputs, evaluation.proceed) == ((), ("train",), "all")
    (command,) = training.tasks[0].steps
    assert command == (
        *("python", "workloads/textgames/train_grpo.py", *TOLD),
        *("--checkpoint", "${checkpoint}", "--seed", "${seed}"),
    )
    (command,) = evaluation.tasks[0].steps
    assert command == (
        *("python", "workloads/textgames/evaluate.py", *TOLD, "--seed", "${seed}"),
        *("--trained", "${input}/train/grpo/model", "--champion", "${baseline}/models/sample"),
    )


def test_without_episodes_there_is_no_evaluation() -> None:
    (training,) = stages(evaluation={"episodes": 0})
    assert training.name == "train"


def test_one_episode_is_refused_as_it_says_nothing() -> None:
    with pytest.raises(InputError) as refused:
        stages(evaluation={"episodes": 1})
    assert (refused.value.code, refused.value.place) == ("one-episode", "sample")


def test_an_unknown_environment_is_refused() -> None:
    with pytest.raises(InputError, match="there is no environment"):
        stages(environment="chess")
    with pytest.raises(InputError, match="there is no environment"):
        stages(model={"name": "us/base", "overrides": {"chess": "us/other"}})


def test_programs_of_ones_own_are_named_by_their_paths() -> None:
    training, evaluation = stages(
        script="examples/grpo/train_wordle.py", evaluation={"script": "examples/play.py"}
    )
    assert training.tasks[0].steps[0][:2] == ("python", "examples/grpo/train_wordle.py")
    assert evaluation.tasks[0].steps[0][:2] == ("python", "examples/play.py")


def test_a_path_of_the_manifest_is_no_placeholder() -> None:
    training, evaluation = stages(script="train_${seed}.py", weights="models/${output}")
    assert training.tasks[0].steps[0][1] == "train_$${seed}.py"
    assert evaluation.tasks[0].steps[0][-1] == "${baseline}/models/$${output}"


def test_a_task_has_what_the_document_of_the_field_gives_it() -> None:
    needs = stages()[0].requirements
    assert (needs.cpu, needs.memory, needs.timeout, needs.gpus) == (8.0, 32 << 30, 4 * 3600, ())
    needs = stages(resources={"gpu": ["A100-40GB", "L40S:2"], "retries": 1})[0].requirements
    assert (needs.memory, needs.gpus, needs.retries) == (32 << 30, ("A100-40GB", "L40S:2"), 1)


def test_the_evaluation_may_have_a_time_of_its_own() -> None:
    training, evaluation = stages(evaluation={"timeout": "30m"}, resources={"timeout": "2h"})
    assert (training.requirements.timeout, evaluation.requirements.timeout) == (7200, 1800)


@pytest.mark.parametrize(
    ("gpu", "vllm", "gpus"),
    [
        (None, {}, ()),
        ("A100-40GB:2", {}, ("A100-40GB",)),
        ("H100:4", {"tensor_parallel_size": 2}, ("H100:2",)),
        (["H100:3", "L4"], {"tensor_parallel_size": 2}, ("H100:2", "L4")),
        ("H100:2", {"mode": "off", "tensor_parallel_size": 2}, ("H100",)),
    ],
)
def test_the_evaluation_asks_for_no_more_gpus_than_it_uses(
    gpu: Any, vllm: dict[str, Any], gpus: tuple[str, ...]
) -> None:
    evaluation = stages(resources={"gpu": gpu}, vllm=vllm)[1]
    assert evaluation.requirements.gpus == gpus


def test_both_stages_run_the_build_under_the_same_conditions() -> None:
    volumes = {"/cache": "models-${experimenter}-${experiment}"}
    spec = {"volumes": volumes, "experimenter": "alice", "secrets": ["HF_TOKEN"], "env": {"A": "b"}}
    for stage in stages(build=["make"], **spec):
        assert stage.build == ("make",)
        assert stage.volumes == {"/cache": "models-alice-sample"}
        assert (stage.secrets, stage.env) == (("HF_TOKEN",), {"A": "b"})
        assert stage.image.env == {"HF_HOME": "/cache/huggingface"}
        assert list(stage.files) == ["settings.json"]


def test_settings_are_json_that_a_person_can_read() -> None:
    text = stages(environment={"name": "wordle", "arguments": {"words": "für"}})[0].files["settings.json"]
    assert json.loads(text)["environment"]["arguments"] == {"words": "für"}
    assert '"job": "sample",\n' in text and "für" in text


def test_an_adapter_lands_as_three_files_and_a_model_as_seven() -> None:
    adapter = Grpo().deployed(grpo(lora={}))
    assert [(file.task, file.path, file.to) for file in adapter] == [
        ("train/grpo", f"model/{name}", f"models/sample/{name}")
        for name in ("adapter_config.json", "adapter_model.safetensors", "README.md")
    ]
    whole = Grpo().deployed(grpo(weights="data/weights/wordle"))
    assert len(whole) == 7
    made = {file.path: file.to for file in whole}
    assert made["model/model.safetensors"] == "data/weights/wordle/model.safetensors"


def test_other_files_land_where_deploy_says() -> None:
    files = [{"from": "evaluate/trained:evaluation.json", "to": "data/evaluation.json"}]
    landed = Grpo().deployed(grpo(lora={}, deploy={"files": files}))
    assert landed[-1] == DeployedFile("evaluate/trained", "evaluation.json", "data/evaluation.json")


@pytest.mark.parametrize(
    ("spec", "note"),
    [
        ({}, "trains all weights of Qwen/Qwen2.5-0.5B-Instruct"),
        ({"lora": {"rank": 4}}, "trains adapters of rank 4 over Qwen/Qwen2.5-0.5B-Instruct"),
        ({"model": {"name": "us/base", "revision": "v2"}}, "all weights of us/base at v2"),
        ({"environment": "vf-wordle"}, "on wordle: the player sees all turns before"),
        (
            {
                "environment": {
                    "name": "key_door",
                    "arguments": {"size": 3},
                    "history": "none",
                    "max_turns": 9,
                }
            },
            "on key_door (size 3): of the past the player sees nothing, 9 turns at most",
        ),
        ({}, "200 steps of 64 completions: 8 episodes, each 8 times"),
        ({"vllm": {"mode": "off"}}, "transformers generates, without vLLM"),
        ({}, "vLLM generates beside the trainer, without a GPU: a build of vLLM for CPUs must be there"),
        (
            {"resources": {"gpu": "L4"}, "vllm": {"mode": "colocate"}},
            "vLLM generates in the trainer's process, with 50% of the memory of the same GPU",
        ),
        (
            {"resources": {"gpu": "L4"}},
            "vLLM generates beside the trainer, with 50% of the memory of the same GPU",
        ),
        ({"resources": {"gpu": "L4:2"}}, "vLLM generates beside the trainer, on 1 GPU of its own"),
        (
            {"resources": {"gpu": ["H100:4", "A100:3"]}, "vllm": {"tensor_parallel_size": 2}},
            "vLLM generates beside the trainer, on 2 GPUs of its own",
        ),
        ({"resources": {"gpu": "L4:4"}}, "2 GPUs would be idle"),
        ({"publish": {"wandb": "art"}}, "the weights also go to the W&B artifact art"),
        ({"publish": {"huggingface": "us/x"}}, "the weights also go to the hub's repository us/x"),
        ({"lora": {}}, "the adapter lands in models/sample, in 3 files"),
        ({"weights": "data/m"}, "the whole model lands in data/m, in 7 files"),
    ],
)
def test_a_plan_says_what_runs_with_what(spec: dict[str, Any], note: str) -> None:
    assert note in notes(**spec)


def test_a_plan_does_not_speak_of_what_does_not_happen() -> None:
    assert "lands" not in notes(deploy={"enabled": False})
    assert "idle" not in notes(resources={"gpu": "L4:2"})


def test_a_plan_in_words(golden: Callable[[str, str], None]) -> None:
    text = plan_text(
        model={"name": "Qwen/Qwen2.5-1.5B-Instruct", "dtype": "bfloat16"},
        environment={"name": "wordle", "history": "scratchpad"},
        lora={},
        secrets=["WANDB_API_KEY"],
        publish={"wandb": "grpo-wordle"},
        resources={"gpu": "A100-40GB:2", "timeout": "4h"},
        evaluation={"episodes": 300, "timeout": "1h"},
        volumes={"/cache": "models"},
        gates=[{"metric": "success_rate", "against": "champion", "min_delta": 0.05}],
    )
    golden("plan.txt", text)


def test_what_init_writes_is_a_training_on_the_spot() -> None:
    types = {name: kind.job_type for name, kind in KINDS.items()}
    loaded = load_document(parse(Grpo().template("my-job"), "jobs/my-job.yaml"), types)
    training, evaluation = Grpo().stages(loaded.job)
    assert loaded.job.metadata.name == "my-job"
    assert training.build == evaluation.build
    assert training.build[:4] == ("python", "-m", "workloads.textgames.tiny", "build/tiny")
    assert training.requirements.gpus == ()
