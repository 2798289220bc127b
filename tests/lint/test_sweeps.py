"""What the samples of the rules on sweeps leave open."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from runner.kinds import KINDS
from runner.lint import check
from runner.lint.validate import validate
from runner.manifest.document import parse
from runner.manifest.finding import Finding, ManifestError
from runner.manifest.load import load_document
from runner.settings import Settings

TYPES = {name: kind.job_type for name, kind in KINDS.items()}
HEAD = "apiVersion: runner/v1\nkind: Sweep\nmetadata: {name: sample}\nspec:\n"
RANDOM = "{method: random, program: train.py, parameters: {units: {values: [32, 64]}}}"
BAYES = "{method: bayes, metric: {name: loss}, program: train.py, parameters: {units: {values: [32, 64]}}}"
KEY = "secrets: [WANDB_API_KEY]"


def findings(*lines: str, overrides: tuple[str, ...] = ()) -> list[Finding]:
    text = HEAD + "".join(f"  {line}\n" for line in lines)
    try:
        loaded = load_document(parse(text, "jobs/sample.yaml"), TYPES, overrides)
    except ManifestError as error:
        return list(error.findings)
    return check(loaded, Settings())


def rules(*lines: str) -> set[str]:
    return {finding.rule for finding in findings(*lines)}


def of_parameters(parameters: str, method: str = "random") -> list[Finding]:
    return findings(f"sweep: {{method: {method}, program: train.py, parameters: {{{parameters}}}}}")


@pytest.mark.parametrize(
    ("parameter", "values"),
    [
        ("log_uniform, min: 0.0001, max: 0.01", "from 1.0001 to 1.0101"),
        ("log_uniform, min: 0, max: 1", "from 1 to 2.7183"),
        ("inv_log_uniform, min: 0.001, max: 0.1", "from 0.90484 to 0.999"),
        ("q_log_uniform, min: 32, max: 256", "from 1e+14 to 1e+111"),
        ("inv_log_uniform, min: 32, max: 256", "from 1e-111 to 1e-14"),
    ],
)
def test_exponents_that_are_plainly_values_are_shown_with_what_they_sample(
    parameter: str, values: str
) -> None:
    (found,) = of_parameters(f"a: {{distribution: {parameter}}}")
    assert found.rule == "sweep-log-uniform-limits"
    assert found.message.endswith(values)
    assert "_values, whose limits are the values" in found.fix


@pytest.mark.parametrize("limits", ["min: -9.2, max: -4.6", "min: 0, max: 7", "min: -3, max: 3"])
def test_exponents_that_may_be_meant_are_left_alone(limits: str) -> None:
    assert of_parameters(f"a: {{distribution: log_uniform, {limits}}}") == []


def test_a_finding_in_a_nested_parameter_points_at_its_distribution() -> None:
    limits = "min: 0.0001, max: 0.01"
    (found,) = findings(
        "sweep:",
        "  method: random",
        "  program: train.py",
        "  parameters:",
        "    policy_lr:",
        "      parameters:",
        f"        start: {{{limits}, distribution: log_uniform}}",
    )
    assert (found.line, found.column) == (11, 57)


@pytest.mark.parametrize(
    ("parameter", "words"),
    [
        ("x: {min: 0, max: 1.0}", "min 0 and max 1.0 may mean"),
        ("x: {min: 2, max: 1}", "min 2 is not less than max 1"),
        ("x: {values: [1, 2], probabilities: [0.5, 0.6]}", "add up to 1.1"),
        ("x: {distribution: uniform, min: 0.1}", "needs max"),
        ("x: {distribution: normal, values: [1]}", "cannot go with"),
        ("x: {}", "nothing says what it may be"),
        ("_wandb: {value: 1}", "no name that W&B takes"),
        ("x: {value: 1, parameters: {y: {value: 1}}}", "nothing goes beside nested parameters"),
        ("x.y: {value: 1}, x: {parameters: {y: {value: 1}}}", "x.y: two parameters have this name"),
    ],
)
def test_what_w_and_b_refuses_is_refused_with_its_reason(parameter: str, words: str) -> None:
    (found,) = of_parameters(parameter)
    assert found.rule == "sweep-parameter"
    assert words in found.message


@pytest.mark.parametrize("quoted", ["'3e-5'", '"0.1"'])
def test_a_number_in_quotes_as_a_limit_is_a_wrong_type_that_says_what_to_do(quoted: str) -> None:
    (found,) = of_parameters(f"lr: {{distribution: log_uniform_values, min: {quoted}, max: 0.5}}")
    assert (found.rule, found.fix) == ("wrong-type", "write it without quotes")
    assert "must be a number, not the text" in found.message


def test_numbers_that_only_newer_yaml_knows_are_numbers() -> None:
    assert of_parameters("lr: {distribution: log_uniform_values, min: 3e-5, max: 1e-3}") == []
    assert of_parameters("steps: {values: [1e5, 1e6]}") == []


@pytest.mark.parametrize("value", ["value: '1e6'", "values: [adam, '0.5']"])
def test_a_number_in_quotes_as_a_value_is_a_warning(value: str) -> None:
    (found,) = of_parameters(f"lr: {{{value}}}")
    assert (found.rule, found.severity) == ("sweep-text-number", "warning")


@pytest.mark.parametrize("parameter", ["x: {min: 0, max: 1}", "learning_rate: {min: 0, max: 3}"])
def test_whole_numbers_that_look_continuous_are_a_warning(parameter: str) -> None:
    (found,) = of_parameters(parameter)
    assert (found.rule, found.severity) == ("sweep-whole-number-range", "warning")


@pytest.mark.parametrize(
    "parameter",
    [
        "layers: {min: 1, max: 4}",
        "sample_rate: {min: 8000, max: 48000}",
        "x: {distribution: int_uniform, min: 0, max: 1}",
        "x: {distribution: uniform, min: 0, max: 1}",
        "clipper: {min: 0, max: 3}",
    ],
)
def test_whole_numbers_that_are_meant_are_left_alone(parameter: str) -> None:
    assert of_parameters(parameter) == []


@pytest.mark.parametrize(
    ("parameter", "words"),
    [
        ("x: {min: 0.1, max: 0.4}", "continuous range"),
        ("x: {distribution: normal}", "continuous range"),
        ("x: {values: [1, 2], probabilities: [0.5, 0.5]}", "whatever its probability"),
    ],
)
def test_a_grid_has_values_only(parameter: str, words: str) -> None:
    (found,) = of_parameters(parameter, "grid")
    assert found.rule == "sweep-grid-range"
    assert words in found.message


def test_a_large_grid_is_fine_where_count_or_run_cap_ends_it_and_is_never_written_out() -> None:
    large = "parameters: {a: {min: 1, max: 1000000000}, b: {min: 1, max: 1000000000}}"
    begun = time.perf_counter()
    assert rules(f"sweep: {{method: grid, program: train.py, {large}}}") == {"sweep-grid-too-large"}
    assert rules("count: 20", f"sweep: {{method: grid, program: train.py, {large}}}") == set()
    assert rules(f"sweep: {{method: grid, program: train.py, run_cap: 20, {large}}}") == set()
    assert time.perf_counter() - begun < 1


@pytest.mark.parametrize(
    ("spec", "rule"),
    [
        ("count: 3", "sweep-count-beyond-grid"),
        ("count: 2", ""),
        ("resources: {timeout: 25h}", "timeout-over-provider-limit"),
        ("gates: [{metric: loss, task: trials/02, max: 1}]", ""),
        ("gates: [{metric: loss, task: trials/03, max: 1}]", "gate-unknown-task"),
        ("deploy: {files: [{from: 'trials/01:m.bin', to: data/m.bin}]}", ""),
        ("deploy: {files: [{from: 'trial/01:m.bin', to: data/m.bin}]}", "deploy-unknown-task"),
        ("deploy: {files: [{from: 'best:m.bin', to: data/m.bin}]}", "sweep-without-metric"),
        ("deploy: {files: [{from: best.yaml, to: config/best.yaml}]}", "sweep-without-metric"),
        ("build: [make, '${args}']", "unknown-placeholder"),
        ("env: {WANDB_RUN_ID: x}", "env-shadows-runner"),
        ("env: {WANDB_MODE: offline}", ""),
    ],
)
def test_rules_for_every_kind_see_sweeps(spec: str, rule: str) -> None:
    assert rules(f"sweep: {RANDOM.replace('random', 'grid')}", spec) == ({rule} if rule else set())


@pytest.mark.parametrize(
    ("command", "rule"),
    [
        ("'${env}', '${interpreter}', '${program}', '${args}'", ""),
        ("python, '${program}', '${args_no_hyphens}', '--data=${envvar:DATA}/x', '--seed=${seed}'", ""),
        ("python, '${programm}'", "unknown-placeholder"),
        ("python, '${envvar:lower}'", "unknown-placeholder"),
        ("python, '--options=${args_json}'", "sweep-macro"),
        ("python, /home/ada/train.py", "absolute-path-in-command"),
        ("python train.py", "command-not-split"),
        ("python, --token, x8Kq2ZrT0vLw9PbN4sYd", "secret-in-manifest"),
    ],
)
def test_the_command_of_a_sweep_is_looked_at(command: str, rule: str) -> None:
    sweep = RANDOM.replace("method", f"command: [{command}], method")
    assert rules(f"sweep: {sweep}") == ({rule} if rule else set())


def test_placeholders_that_w_and_b_s_agent_does_not_know_are_refused_where_it_starts_the_trials() -> None:
    command = "command: [python, '${program}', '--out=${output}', '--from=${baseline}'], method"
    found = findings(f"sweep: {RANDOM.replace('method', command)}", KEY)
    assert {(finding.rule, finding.fix) for finding in found} == {
        ("sweep-macro", "remove it, or use scheduler: embedded"),
        ("sweep-macro", "write ${envvar:RUNNER_BASELINE_DIR}"),
    }


@pytest.mark.parametrize(
    "lines",
    [
        (),
        (f"sweep: {RANDOM}", "sweep_id: abc", KEY),
        ("sweep_id: abc",),
        ("sweep_id: abc", "scheduler: embedded", KEY),
        ("sweep_id: abc", "create_only: true", KEY),
        (f"sweep: {RANDOM}", "create_only: true"),
        (f"sweep: {RANDOM}", "create_only: true", "scheduler: embedded", KEY),
        (f"sweep: {RANDOM}", "scheduler: wandb"),
        ("sweep_id: me/game/abc", "entity: you", KEY),
        ("sweep_id: game/abc", "project: other", KEY),
    ],
)
def test_settings_that_contradict_each_other_are_refused(lines: tuple[str, ...]) -> None:
    lines = lines or ("count: 3",)
    assert [(found.rule, found.severity) for found in findings(*lines)] == [("sweep-source", "error")]


@pytest.mark.parametrize(
    "lines",
    [
        ("sweep_id: me/game/abc", "entity: me", "project: game", KEY),
        ("sweep_id: game/abc", "entity: me", KEY),
        (f"sweep: {RANDOM}", "create_only: true", KEY),
        (f"sweep: {RANDOM}", "scheduler: embedded", KEY),
        (f"sweep: {RANDOM}",),
    ],
)
def test_settings_that_go_together_pass(lines: tuple[str, ...]) -> None:
    assert findings(*lines) == []


def test_a_variable_that_fills_the_entity_does_not_contradict_the_path_of_a_sweep() -> None:
    document = parse(f"{HEAD}  sweep_id: me/game/abc\n  {KEY}\n")
    loaded = load_document(document, TYPES, environment={"WANDB_ENTITY": "you"})
    assert check(loaded, Settings()) == []


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (("count: 24", "resources: {max_parallel: 9}"), "9 of 24"),
        (("count: 20", KEY), "20 of 20"),
        (("count: 50", "runs_per_worker: 2", KEY), "25 of 50"),
        (("count: 50", "runs_per_worker: 5", KEY), ""),
        (("count: 24", "resources: {max_parallel: 8}"), ""),
        (("count: 24",), ""),
        (("count: 1", "resources: {max_parallel: 4}"), ""),
    ],
)
def test_bayes_with_more_than_a_third_of_its_trials_at_once_is_warned_of(
    lines: tuple[str, ...], words: str
) -> None:
    found = findings(f"sweep: {BAYES}", *lines)
    assert [finding.rule for finding in found] == (["sweep-bayes-parallel"] if words else [])
    assert all(words in finding.message for finding in found)


@pytest.mark.parametrize(
    ("stopping", "refused"),
    [
        ("min_iter: 3", False),
        ("min_iter: 3, eta: 2", False),
        ("max_iter: 27, s: 2", False),
        ("max_iter: 27", True),
        ("min_iter: 3, max_iter: 27", True),
        ("s: 2", True),
        ("min_iter: 3, eta: 1", True),
        ("max_iter: 2, s: 2", True),
    ],
)
def test_early_termination_is_refused_where_w_and_b_refuses_it(stopping: str, refused: bool) -> None:
    sweep = BAYES.replace("method", f"early_terminate: {{type: hyperband, {stopping}}}, method")
    assert rules(f"sweep: {sweep}") == ({"sweep-early-terminate"} if refused else set())


@pytest.mark.parametrize(
    ("text", "timeout", "rule"),
    [
        ("project: CartPole-v1", "9m", "sweep-timeout-short"),
        ("project: CartPole-v1", "10m", ""),
        ("project: CartPole-v1", "61m", "sweep-timeout-long"),
        ("command: [python, train.py, 'MountainCar-v0:ppo']", "20m", "sweep-timeout-short"),
        ("command: [python, train.py, 'ALE/Pong-v5']", "1h", "sweep-timeout-short"),
        ("name: pong_objects_deterministic_ppo_bayes", "1h", "sweep-timeout-short"),
        ("name: atari-breakout", "3h", ""),
        ("name: sponge", "1m", ""),
        ("name: CartPole and MountainCar", "1m", ""),
    ],
)
def test_timeouts_are_compared_with_what_the_environment_takes(text: str, timeout: str, rule: str) -> None:
    sweep = RANDOM.replace("method", f"{text}, method")
    found = rules(f"sweep: {sweep}", f"resources: {{timeout: {timeout}}}")
    assert found == ({rule} if rule else set())


def test_a_worker_that_outlives_its_container_is_warned_of() -> None:
    assert rules("sweep_id: abc", "count: 50", "runs_per_worker: 25", KEY) == {"sweep-worker-timeout"}
    assert rules("sweep_id: abc", "count: 20", "runs_per_worker: 25", KEY) == set()


def test_names_of_fields_elsewhere_wake_no_rule_of_sweeps() -> None:
    text = HEAD.replace("Sweep", "Command") + "  command: [python, train.py]\n"
    text += "  env: {sweep: a, count: '1', program: b, run_cap: '2', runs_per_worker: '3'}\n"
    assert check(load_document(parse(text), TYPES), Settings()) == []


def test_findings_of_a_sweep_file_point_into_it(tmp_path: Path) -> None:
    (tmp_path / "sweeps").mkdir()
    (tmp_path / "train.py").touch()
    (tmp_path / "sweeps" / "a.yaml").write_text(
        "method: random\nprogram: train.py\nparameters:\n  lr: {min: 0, max: 1}\n"
    )
    path = tmp_path / "sample.yaml"
    path.write_text(f"{HEAD}  sweep: sweeps/a.yaml\n")
    (found,) = validate([str(path)], TYPES, Settings(), str(tmp_path)).findings
    assert (found.place(), found.rule) == ("sweeps/a.yaml:4:13", "sweep-whole-number-range")


def test_a_program_is_looked_for_where_it_must_be_in_the_repository(tmp_path: Path) -> None:
    path = tmp_path / "sample.yaml"

    def found(*lines: str) -> list[str]:
        path.write_text(HEAD + "".join(f"  {line}\n" for line in (f"sweep: {RANDOM}", *lines)))
        return [each.rule for each in validate([str(path)], TYPES, Settings(), str(tmp_path)).findings]

    assert found() == ["sweep-program-missing"]
    assert found("build: [make]") == found("source: {repository: 'https://example.org/a.git'}") == []
    (tmp_path / "train.py").touch()
    assert found() == []


def test_among_thousands_of_tasks_the_first_and_the_last_are_named() -> None:
    sweep = "{method: random, program: train.py, parameters: {lr: {min: 0.0, max: 1.0}}}"
    begun = time.perf_counter()
    (found,) = findings(f"sweep: {sweep}", "count: 10000", "gates: [{metric: a, task: trials/1, min: 0}]")
    assert found.fix == "name one from trials/00001 to trials/10000; runner plan lists them"
    assert time.perf_counter() - begun < 1
