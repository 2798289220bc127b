"""`runner import` in a repository, as a process of its own."""

import json
from pathlib import Path

import pytest

from tests.conftest import Checkout, Run

CONFIGURATION = Path(__file__).parents[1] / "kinds" / "grpo" / "configurations" / "modal_training_config.yaml"
WHO = {"EXPERIMENTER": "alice", "EXPERIMENT_NAME": "wordle-v1"}


@pytest.fixture
def configuration(project: Path) -> Path:
    """The guide's configuration file, where the guide has it."""
    path = project / "configs" / "modal_training_config.yaml"
    path.parent.mkdir()
    path.write_bytes(CONFIGURATION.read_bytes())
    return path


def test_a_configuration_file_becomes_a_manifest_that_plans(
    runner: Run, project: Path, configuration: Path
) -> None:
    done = runner("import", str(configuration), **WHO)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[0] == "wrote jobs/grpo-wordle.yaml"
    text = (project / "jobs" / "grpo-wordle.yaml").read_text()
    assert text.startswith("# yaml-language-server: $schema=../schemas/job.schema.json\n# Imported from ")
    checked = runner("validate", "jobs/grpo-wordle.yaml")
    assert checked.returncode == 0, checked.stdout
    Checkout(project).git("add", "--all")
    planned = runner("plan", "grpo-wordle")
    assert planned.returncode == 0, planned.stderr
    assert "volumes: verifiers-cache-alice-wordle-v1 at /cache" in planned.stdout
    assert "trains all weights of Qwen/Qwen2.5-1.5B-Instruct" in planned.stdout


def test_the_budget_is_what_the_plan_may_cost(runner: Run, configuration: Path) -> None:
    done = runner("import", str(configuration), "--json", "--print", **WHO)
    assert json.loads(done.stdout)["manifest"]["spec"]["budget"] == {"usd": 22}


def test_a_person_in_the_file_of_variables_is_found(runner: Run, project: Path, configuration: Path) -> None:
    (project / ".env").write_text('EXPERIMENTER="ada"  # me\n')
    done = runner("import", str(configuration), "--print", "--env", "gsm8k", "--steps", "7", "--name", "mine")
    assert "experimenter: ada" in done.stdout
    assert "name: mine" in done.stdout and "environment: gsm8k" in done.stdout and "steps: 7" in done.stdout
    assert not (project / "jobs").exists()


def test_fields_without_a_place_are_told_and_stand_at_the_top(runner: Run, configuration: Path) -> None:
    configuration.write_text(
        configuration.read_text().replace("  steps: 200\n", "  steps: 200\n  epochs: 3\n")
    )
    done = runner("import", str(configuration), "--output", "jobs/other.yaml", "--json", **WHO)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["path"], told["left_out"]) == ("jobs/other.yaml", ["training.epochs"])
    assert "# Not carried over: training.epochs\n" in told["text"]
    done = runner("import", str(configuration), "--print", **WHO)
    assert "note: training.epochs is not carried over" in done.stderr


def test_a_manifest_that_exists_is_replaced_by_force_only(
    runner: Run, project: Path, configuration: Path
) -> None:
    path = project / "jobs" / "grpo-wordle.yaml"
    path.parent.mkdir()
    path.write_text("mine")
    refused = runner("import", str(configuration), **WHO)
    assert (refused.returncode, path.read_text()) == (2, "mine")
    assert "jobs/grpo-wordle.yaml: the file exists already" in refused.stderr
    assert runner("import", str(configuration), "--force", **WHO).returncode == 0
    assert path.read_text().startswith("# yaml-language-server")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("steps: 200", "steps: soon", "training.steps cannot be used: Expected int"),
        ('type: "A100-40GB"', "type: A100-40", "there is no price for the GPU A100-40"),
        ("vf-wordle", "vf-chess", 'there is no environment "vf-chess"'),
    ],
)
def test_what_cannot_be_used_is_refused_and_nothing_is_written(
    old: str, new: str, said: str, runner: Run, project: Path, configuration: Path
) -> None:
    configuration.write_text(configuration.read_text().replace(old, new, 1))
    done = runner("import", str(configuration), **WHO)
    assert done.returncode == 2
    assert said in done.stderr and "Traceback" not in done.stderr
    assert not (project / "jobs").exists()


def test_a_manifest_that_lint_refuses_is_not_written(runner: Run, project: Path, configuration: Path) -> None:
    configuration.write_text(configuration.read_text().replace("block_size: 16", "tensor_parallel_size: 2"))
    done = runner("import", str(configuration), **WHO)
    assert done.returncode == 2
    assert "vllm-parallel" in done.stdout + done.stderr
    assert not (project / "jobs").exists()


def test_a_name_that_no_job_can_have_is_refused(runner: Run, project: Path, configuration: Path) -> None:
    done = runner("import", str(configuration), "--name", "../Bad", **WHO)
    assert done.returncode == 2
    assert not list(project.rglob("Bad*"))


def test_a_file_that_is_not_there_is_named(runner: Run) -> None:
    done = runner("import", "configs/none.yaml")
    assert done.returncode == 2
    assert "configs/none.yaml: there is no such file" in done.stderr
