"""What the samples of the rules on services leave open."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from runner.kinds import KINDS
from runner.lint import check
from runner.manifest.document import parse
from runner.manifest.finding import Finding
from runner.manifest.load import load_document
from runner.settings import parse_settings

TYPES = {name: kind.job_type for name, kind in KINDS.items()}
MODEL = "Qwen/Qwen2.5-0.5B-Instruct"
ENDPOINT = {"url": "http://localhost:8000/v1"}
GRPO = "kind: GRPO\nspec: {model: a, environment: wordle, budget: {usd: 1}}\n"


def findings(spec: dict[str, Any], settings: str = "", root: Path | None = None) -> list[Finding]:
    manifest = {
        "apiVersion": "runner/v1",
        "kind": "Service",
        "metadata": {"name": "sample"},
        "spec": {"model": MODEL, **spec},
    }
    loaded = load_document(parse(yaml.safe_dump(manifest), "jobs/sample.yaml"), TYPES)
    return check(loaded, parse_settings(settings), root)


def rules(spec: dict[str, Any], settings: str = "", root: Path | None = None) -> set[str]:
    return {finding.rule for finding in findings(spec, settings, root)}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repository with the application and a folder for manifests."""
    (tmp_path / "workloads" / "service").mkdir(parents=True)
    (tmp_path / "workloads" / "service" / "app.py").touch()
    (tmp_path / "jobs").mkdir()
    return tmp_path


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, 'the file "jobs/a.yaml" does not exist'),
        ("kind: Command\nspec: {command: [a]}\n", '"jobs/a.yaml" is no manifest of kind GRPO'),
        ("a: [", 'the file "jobs/a.yaml" is no YAML that can be read'),
        ("[]", 'the file "jobs/a.yaml" is no manifest'),
        ("kind: GRPO\nspec: 1", 'the file "jobs/a.yaml" is no manifest'),
        (
            "kind: GRPO\nspec: {}",
            'nothing says what one training may cost: "jobs/a.yaml" has no budget either',
        ),
        (GRPO, None),
    ],
)
def test_the_manifest_of_a_training_is_looked_at(text: str | None, message: str | None, root: Path) -> None:
    if text is not None:
        (root / "jobs" / "a.yaml").write_text(text)
    found = findings({"training": {"job": "jobs/a.yaml"}}, root=root)
    assert [each.message for each in found] == ([] if message is None else [message])
    assert {each.rule for each in found} <= {"service-training-missing"}


def test_a_link_is_not_followed_out_of_the_repository(root: Path, tmp_path_factory: Any) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "a.yaml"
    elsewhere.write_text(GRPO)
    (root / "jobs" / "a.yaml").symlink_to(elsewhere)
    (found,) = findings({"training": {"job": "jobs/a.yaml"}}, root=root)
    assert found.message == 'the file "jobs/a.yaml" is a link, or lies behind one'


@pytest.mark.parametrize("spec", [{"training": {"job": "../a.yaml"}}, {"watch": ["/etc"]}])
def test_a_path_outside_is_refused_once(spec: dict[str, Any], root: Path) -> None:
    found = rules({**spec, "budget": {"usd": 1}}, root=root) - {"service-watch", "service-budget"}
    assert found == {"path-outside"}


def test_trainings_that_wait_for_their_turn_may_be_many(root: Path) -> None:
    (root / "jobs" / "a.yaml").write_text(GRPO.replace("budget", "concurrency: queue, budget"))
    assert rules({"training": {"job": "jobs/a.yaml", "at_once": 3}}, root=root) == set()


@pytest.mark.parametrize(
    "spec",
    [
        {"models": "../models"},
        {"models": "~/models"},
        {"models": "/models", "volumes": {"/modelsets": "a"}},
        {"models": "/models/../etc", "volumes": {"/models": "a"}},
        {"model": "/etc/model"},
        {"model": {"name": "us/a", "adapter": "/adapters/a"}},
        {"model": {"name": "../a"}},
    ],
)
def test_models_are_of_the_repository_or_of_a_volume(spec: dict[str, Any]) -> None:
    assert rules(spec) == {"service-models-outside"}


@pytest.mark.parametrize(
    "spec",
    [
        {"models": "/models", "volumes": {"/models": "a"}},
        {"model": {"name": "/models/a", "adapter": "/models/b"}, "volumes": {"/models": "a"}},
        {"model": "policy:7", "endpoint": ENDPOINT},
    ],
)
def test_models_on_volumes_and_names_at_endpoints_are_fine(spec: dict[str, Any]) -> None:
    assert rules(spec) == set()


def test_the_policy_on_secrets_is_held_to_the_passwords_too() -> None:
    allowed = "[policy]\nsecrets = ['OURS']\n"
    assert rules({}, allowed) == {"policy-secret"}
    assert rules({"access": {"passwords": "OURS"}}, allowed) == set()


def test_the_passwords_cannot_be_a_variable_of_the_runners_own() -> None:
    assert rules({"access": {"passwords": "RUNNER_SERVICE_X"}}) == {"env-shadows-runner"}


def test_passwords_in_the_image_are_found() -> None:
    spec = {"access": {"passwords": "OURS"}, "image": {"env": {"OURS": "a"}}}
    assert rules(spec) == {"service-password-secret-env"}


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ({"gates": [{"metric": "a", "min": 1}]}, "a service has no results that gates could judge"),
        ({"deploy": {"enabled": False}}, "a service makes no files that could land"),
        (
            {"source": {"repository": "https://example.org/a.git"}},
            "a service is made from this repository's code, not from another one's",
        ),
    ],
)
def test_what_only_runs_have_is_refused(spec: dict[str, Any], message: str) -> None:
    assert [found.message for found in findings(spec)] == [message]


@pytest.mark.parametrize(
    "spec",
    [
        {"resources": {"stall_timeout": "1m"}},
        {"resources": {"max_parallel": 2}},
        {"concurrency": "queue"},
        {"seed": 0},
    ],
)
def test_what_only_attempts_heed_is_named(spec: dict[str, Any]) -> None:
    assert rules(spec) == {"service-no-attempts"}


def test_the_price_of_what_stands_is_the_repositorys() -> None:
    spec = {"resources": {"gpu": ["T4", "L4"]}, "scaling": {"min_containers": 2, "max_containers": 2}}
    (found,) = findings(spec, "[prices.gpu_second]\nL4 = 1.0\n")
    assert found.message.startswith("2 containers with a GPU stand without any request, for $172,")
    assert rules({**spec, "resources": {"gpu": "XYZ"}}) == {"unknown-gpu"}


@pytest.mark.parametrize(
    ("spec", "rule"),
    [
        ({"engine": "vllm"}, "vllm-without-gpu"),
        ({"engine": "vllm", "endpoint": ENDPOINT}, "service-engine"),
        ({"vllm": {"mode": "colocate"}, "resources": {"gpu": "L4"}}, "service-engine"),
        ({"vllm": {"tensor_parallel_size": 2}, "resources": {"gpu": "L4"}}, "vllm-parallel"),
        ({"resources": {"gpu": "L4:2"}}, "language-idle-gpu"),
        ({"engine": "transformers", "resources": {"gpu": "L4:2"}}, "language-idle-gpu"),
        ({"endpoint": ENDPOINT, "resources": {"gpu": "L4"}}, "language-idle-gpu"),
        ({"sampling": {"max_tokens": 4096}, "resources": {"gpu": "L4"}}, "language-max-tokens"),
        ({"endpoint": {**ENDPOINT, "key": "MODELS_KEY"}}, "evaluate-endpoint-key"),
        ({"endpoint": ENDPOINT, "model": {"name": "a", "adapter": "b"}}, "evaluate-endpoint-adapter"),
        ({"idle_shutdown": "0s"}, "zero-duration"),
        ({"limits": {"waiting": "0m"}}, "zero-duration"),
        ({"access": {"longest_delay": "0s"}}, "zero-duration"),
        ({"scaling": {"scaledown": "1s"}}, "service-scaling"),
    ],
)
def test_rules_of_models_hold_for_services(spec: dict[str, Any], rule: str) -> None:
    assert rules(spec, "backend = 'modal'") == {rule}


@pytest.mark.parametrize(
    "spec", [{}, {"resources": {"gpu": "L4"}}, {"engine": "transformers", "sampling": {"max_tokens": 4096}}]
)
def test_what_chooses_by_itself_is_fine_everywhere(spec: dict[str, Any]) -> None:
    assert rules(spec, "backend = 'modal'") == set()


def test_the_folder_of_models_may_be_still_to_come(root: Path) -> None:
    assert rules({"watch": ["workloads", "models"]}, root=root) == set()
    assert rules({"watch": ["wokloads"]}, root=root) == {"service-watch"}
    assert rules({"watch": ["jobs/other.yaml"]}, root=root) == {"service-watch"}


@pytest.mark.parametrize("spec", [{"build": ["make"]}, {"image": {"registry": "ghcr.io/us/image:1"}}])
def test_an_application_may_come_from_elsewhere(spec: dict[str, Any], tmp_path: Path) -> None:
    assert rules({}, root=tmp_path) == {"service-app-missing"}
    assert rules(spec, root=tmp_path) == set()
