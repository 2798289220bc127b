"""A configuration file becomes a manifest that says the same, and nothing of it is lost unsaid."""

from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.errors import InputError
from runner.kinds.grpo.imported import Imported, imported
from runner.kinds.grpo.spec import GrpoJob
from runner.kinds.grpo.stages import stages_of
from runner.manifest.document import parse
from runner.manifest.dump import dump
from runner.manifest.load import load_document
from runner.manifest.units import seconds
from workloads.textgames import settings

CONFIGURATION = (Path(__file__).parent / "configurations" / "modal_training_config.yaml").read_text()
WHO = {"EXPERIMENTER": "alice", "EXPERIMENT_NAME": "wordle-experiment"}


def of(text: str, variables: dict[str, str] | None = None, **options: Any) -> Imported:
    return imported(parse(text, "config.yaml"), WHO if variables is None else variables, **options)


def spec(text: str, **options: Any) -> Any:
    return of(text, **options).manifest["spec"]


def job(found: Imported) -> GrpoJob:
    loaded = load_document(parse(dump(found.manifest), "jobs/sample.yaml"), {"GRPO": GrpoJob})
    assert isinstance(loaded.job, GrpoJob)
    return loaded.job


def refusal(text: str, **options: Any) -> InputError:
    with pytest.raises(InputError) as refused:
        of(text, **options)
    return refused.value


def test_the_configuration_of_the_guide_is_taken_as_it_is() -> None:
    found = of(CONFIGURATION)
    assert (found.notes, found.left_out) == ((), ())
    assert found.manifest["metadata"] == {
        "name": "grpo-wordle",
        "description": "Qwen/Qwen2.5-1.5B-Instruct learns wordle.",
    }
    assert found.manifest["spec"] == {
        "model": {
            "name": "Qwen/Qwen2.5-1.5B-Instruct",
            "dtype": "bfloat16",
            "attn_implementation": "sdpa",
            "overrides": {"bfcl": "Salesforce/xLAM-2-3b-fc-r"},
        },
        "environment": "wordle",
        "training": {
            "steps": 200,
            "batch_size": 8,
            "gradient_accumulation_steps": 8,
            "learning_rate": 3e-6,
            "max_grad_norm": 0.1,
        },
        "vllm": {
            "gpu_memory_utilization": 0.5,
            "max_model_len": 4096,
            "block_size": 16,
            "enforce_eager": True,
            "enable_auto_tool_choice": True,
            "tool_call_parser": "hermes",
        },
        "wandb": {"enabled": True, "project": "verifiers"},
        "secrets": ["WANDB_API_KEY"],
        "resources": {"cpu": 8, "memory": "32GiB", "gpu": "A100-40GB", "timeout": "4h"},
        "experimenter": "alice",
        "experiment": "wordle-experiment",
        "volumes": {
            "/cache": "verifiers-cache-${experimenter}-${experiment}",
            "/outputs": "verifiers-outputs-${experimenter}-${experiment}",
        },
    }


def test_what_is_imported_plans_and_tells_the_program_what_the_file_said() -> None:
    training, _ = stages_of(job(of(CONFIGURATION)))
    told = msgspec.json.decode(training.files["settings.json"].encode(), type=settings.TrainSettings)
    assert told.model == settings.Model(name="Qwen/Qwen2.5-1.5B-Instruct", dtype="bfloat16")
    assert (told.training.learning_rate, told.training.steps, told.lora) == (3e-6, 200, None)
    assert training.volumes["/cache"] == "verifiers-cache-alice-wordle-experiment"
    assert training.requirements.gpus == ("A100-40GB",)


@pytest.mark.parametrize(
    ("environment", "model"),
    [("vf-bfcl-single-turn", "Salesforce/xLAM-2-3b-fc-r"), ("gsm8k", "Qwen/Qwen2.5-1.5B-Instruct")],
)
def test_another_environment_may_be_named_and_takes_its_own_model(environment: str, model: str) -> None:
    found = of(CONFIGURATION, environment=environment, steps=500)
    training = stages_of(job(found))[0]
    told = msgspec.json.decode(training.files["settings.json"].encode(), type=settings.TrainSettings)
    assert (told.model.name, told.training.steps) == (model, 500)
    assert found.manifest["metadata"]["description"].startswith(model)


def test_a_name_may_be_given() -> None:
    assert of(CONFIGURATION, name="mine").manifest["metadata"]["name"] == "mine"


@pytest.mark.parametrize(
    ("environment", "model"),
    [("vf-wordle", "Qwen/Qwen2.5-0.5B-Instruct"), ("vf-tool-test", "Salesforce/xLAM-2-3b-fc-r")],
)
def test_a_file_that_names_no_model_gets_the_usual_one(environment: str, model: str) -> None:
    assert spec(f"training: {{environment: {environment}}}")["model"] == {"name": model}


def test_what_a_file_does_not_say_is_as_usual() -> None:
    found = spec("training: {environment: wordle}")
    assert found["resources"] == {"cpu": 8, "memory": "32GiB", "gpu": "A100-40GB", "timeout": "4h"}
    assert "secrets" not in found and "wandb" not in found


@pytest.mark.parametrize("written", ["3e-6", '"3e-6"', "3.0e-06", "0.000003"])
def test_a_learning_rate_is_a_number_however_it_is_written(written: str) -> None:
    found = spec(f"training: {{environment: wordle, learning_rate: {written}}}")
    assert found["training"]["learning_rate"] == 3e-6


@pytest.mark.parametrize(
    ("gpu", "name"),
    [
        ("{type: A100-80GB, count: 1}", "A100-80GB"),
        ("{type: a10g, count: 2}", "A10G:2"),
        ("{type: H100}", "H100"),
        ("{count: 4}", "A100-40GB:4"),
        ("{type: T4, count: 0}", None),
        ("null", None),
    ],
)
def test_gpus_are_named_as_the_provider_does(gpu: str, name: str | None) -> None:
    found = spec(f"modal: {{gpu: {gpu}}}\ntraining: {{environment: wordle}}")
    assert found["resources"].get("gpu") == name


@pytest.mark.parametrize(
    ("modal", "resources"),
    [
        ("{cpus: 4, memory: 16384, timeout: 5400}", {"cpu": 4, "memory": "16GiB", "timeout": "1h30m"}),
        ("{cpus: 0.5, memory: 1000, timeout: 59}", {"cpu": 0.5, "memory": "1000MiB", "timeout": "59s"}),
    ],
)
def test_resources_are_written_in_words(modal: str, resources: dict[str, Any]) -> None:
    found = spec(f"modal: {modal}\ntraining: {{environment: wordle}}")["resources"]
    assert found == {**resources, "gpu": "A100-40GB"}


@given(st.integers(1, 999_999))
def test_every_timeout_stays_as_long_as_it_was(timeout: int) -> None:
    found = spec(f"modal: {{timeout: {timeout}}}\ntraining: {{environment: wordle}}")
    assert seconds(found["resources"]["timeout"]) == timeout


@pytest.mark.parametrize(
    ("text", "longest", "noted"),
    [
        ("model: {max_token_length: 2048}\n", 2048, False),
        ("vllm: {max_model_len: 1024}\n", 1024, False),
        ("model: {max_token_length: 2048}\nvllm: {max_model_len: 1024}\n", 1024, False),
        ("model: {max_token_length: 1024}\nvllm: {max_model_len: 2048}\n", 1024, True),
    ],
)
def test_the_shorter_of_two_lengths_holds(text: str, longest: int, noted: bool) -> None:
    found = of(f"{text}training: {{environment: wordle}}")
    assert found.manifest["spec"]["vllm"] == {"max_model_len": longest}
    assert bool(found.notes) == noted


@pytest.mark.parametrize(
    ("batch", "steps", "group"),
    [(8, 8, None), (4, 1, 4), (6, 2, 6), (5, 1, 5), (2, 1, 2), (3, 8, None)],
)
def test_groups_are_made_to_fit_a_step_where_the_file_does_not_say(
    batch: int, steps: int, group: int | None
) -> None:
    text = f"batch_size: {batch}, gradient_accumulation_steps: {steps}"
    found = of(f"training: {{environment: wordle, {text}}}")
    assert found.manifest["spec"]["training"].get("num_generations") == group
    assert len(found.notes) == (group is not None)


def test_groups_that_cannot_be_made_are_refused() -> None:
    text = "training:\n  environment: wordle\n  batch_size: 1\n  gradient_accumulation_steps: 1\n"
    refused = refusal(text)
    assert refused.message == "1 completions in a step cannot be divided into groups of 2 to 8"
    assert refused.place == "config.yaml:2:3"


def test_groups_of_the_file_are_kept_even_where_they_do_not_fit() -> None:
    found = spec("training: {environment: wordle, num_generations: 7}")
    assert found["training"] == {"num_generations": 7}


def test_w_and_b_that_is_not_wanted_needs_no_key() -> None:
    found = spec("training: {environment: wordle}\nwandb: {enabled: false, project: games}")
    assert (found["wandb"], "secrets" in found) == ({"enabled": False, "project": "games"}, False)


@pytest.mark.parametrize(
    ("variables", "who", "name"),
    [
        ({"EXPERIMENTER": "Ada L."}, ("ada-l", "default"), "verifiers-cache-${experimenter}-${experiment}"),
        ({"EXPERIMENT_NAME": "Wordle v1"}, (None, "wordle-v1"), "verifiers-cache-${experiment}"),
        ({"EXPERIMENTER": "!!"}, (None, "default"), "verifiers-cache-${experiment}"),
    ],
)
def test_who_experiments_names_the_volumes(
    variables: dict[str, str], who: tuple[str | None, str], name: str
) -> None:
    found = of("training: {environment: wordle}", variables)
    told = found.manifest["spec"]
    assert (told.get("experimenter"), told["experiment"]) == who
    assert told["volumes"]["/cache"] == name
    assert bool(found.notes) == (who[0] is None)
    assert stages_of(job(found))[0].volumes


def test_fields_without_a_place_are_named() -> None:
    text = (
        "seed: 1\nmodal: {gpu: {kind: x}, region: us}\nmodel: {base_model: a, rope: {b: 1}}\n"
        "training: {environment: wordle, epochs: 2}\nvllm: {host: 0.0.0.0, port: 8000}\nwandb: {tags: [a]}\n"
    )
    found = of(text)
    assert set(found.left_out) == {
        *("seed", "modal.region", "modal.gpu.kind", "model.rope", "training.epochs"),
        *("vllm.host", "wandb.tags"),
    }
    assert found.manifest["spec"]["vllm"] == {"port": 8000}


@pytest.mark.parametrize(
    ("text", "message", "place"),
    [
        (
            "training: {environment: wordle, steps: many}",
            "training.steps cannot be used: Expected int, got str",
            "config.yaml:1:40",
        ),
        (
            "training: {environment: wordel}",
            'there is no environment "wordel"',
            "config.yaml:1:25",
        ),
        ("training: {steps: 3}", "the file names no environment", "config.yaml:1:11"),
        ("training: [wordle]", "training is no mapping", "config.yaml:1:11"),
        (
            "training: {environment: wordle}\nmodel: {overrides: {chess: a}}",
            'there is no environment "chess"',
            "config.yaml:2:28",
        ),
        (
            "training: {environment: wordle}\nmodel: {dtype: int8}",
            "model.dtype cannot be used: Invalid enum value 'int8'",
            "config.yaml:2:16",
        ),
        (
            "training: {environment: wordle}\nmodal: {gpu: {count: 9}}",
            "modal.gpu.count cannot be used: Expected int <= 8",
            "config.yaml:2:22",
        ),
        ("kind: Sweep", "the file has none of the sections of a configuration file", "config.yaml:1:1"),
        ("[a]", "the file has none of the sections of a configuration file", "config.yaml:1:1"),
    ],
)
def test_what_cannot_be_meant_is_refused_at_its_place(text: str, message: str, place: str) -> None:
    refused = refusal(text)
    assert (refused.message, refused.place) == (message, place)
    assert refused.fix


def test_an_unknown_environment_on_the_command_line_is_refused() -> None:
    refused = refusal(CONFIGURATION, environment="wordel")
    assert (refused.place, refused.fix) == ("--env", "did you mean wordle?")
