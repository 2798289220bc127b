"""What the samples of the rules leave open."""

from __future__ import annotations

import time

import pytest

from runner.kinds import KINDS
from runner.lint import check
from runner.lint.commands import placeholders
from runner.manifest.document import parse
from runner.manifest.load import load_document
from runner.manifest.secrets import looks_random, mask
from runner.settings import Settings, parse_settings

TYPES = {name: kind.job_type for name, kind in KINDS.items()}
HEAD = (
    "apiVersion: runner/v1\nkind: Command\nmetadata: {name: sample}\nspec:\n  command: [python, train.py]\n"
)


def rules(fragment: str, settings: Settings | None = None, overrides: tuple[str, ...] = ()) -> set[str]:
    loaded = load_document(parse(f"{HEAD}  {fragment}\n", "jobs/sample.yaml"), TYPES, overrides)
    return {finding.rule for finding in check(loaded, settings or Settings())}


@pytest.mark.parametrize(
    "path",
    [
        "/etc/x",
        "../x",
        "a/../../x",
        "~/x",
        "a\\\\..\\\\x",
        "C:/x",
        "C:x",
        "a//b",
        "./a",
        "a/",
        ".",
        "a\\nb",
        "a:b",
    ],
)
def test_paths_that_leave_the_repository_are_refused(path: str) -> None:
    assert "path-outside" in rules(f'deploy: {{files: [{{from: m, to: "{path}"}}]}}')


@pytest.mark.parametrize("path", ["a", "a/b.toml", ".hidden/a", "a b/c", "..a/b", "ü/b", "a/..b"])
def test_paths_inside_the_repository_are_fine(path: str) -> None:
    assert rules(f'deploy: {{files: [{{from: m, to: "{path}"}}]}}') == set()


@pytest.mark.parametrize(
    "path",
    [
        "jobs/a.yaml",
        "JOBS/a.yaml",
        ".github/workflows/a.yml",
        ".git/hooks/post-checkout",
        ".GIT/config",
        "runner.toml",
        "Runner.TOML",
        "./jobs/a",
        "jobs./a",
        ".git /config",
        "jobs\\\\a",
        "pyproject.toml",
        "CODEOWNERS",
        "docs/CODEOWNERS",
        ".lfsconfig",
        ".runner/runs/x",
        "sub/.git/config",
        "sub/GIT~1/config",
    ],
)
def test_protected_places_are_refused_however_they_are_written(path: str) -> None:
    assert "deploy-protected-path" in rules(f'deploy: {{files: [{{from: m, to: "{path}"}}]}}')


@pytest.mark.parametrize(
    "path", ["my-jobs/a", "jobs.txt", "data/jobs/a", "data/runner.toml", ".gitkeep", "runner.toml.md"]
)
def test_places_that_only_look_protected_are_fine(path: str) -> None:
    assert rules(f'deploy: {{files: [{{from: m, to: "{path}"}}]}}') == set()


@pytest.mark.parametrize(
    "fragment",
    [
        "env: {WANDB_API_KEY: 0123456789abcdef0123456789abcdef01234567}",
        "env: {A: AKIAABCDEFGHIJKLMNOP}",
        "# ghp_0123456789abcdefghijABCDEFGHIJ0123456789",
        "build: [login, --token, x8Kq2ZrT0vLw9PbN4sYd]",
        "build: [login, --api-key=x8Kq2ZrT0vLw9PbN4sYd]",
        "build: {shell: 'login sk-abcdefghijklmnopqrstuvwx'}",
        "image: {env: {DB_PASSWORD: x8Kq2ZrT0vLw9PbN4sYd}}",
        "build: [login, --token=x8Kq2ZrT0vLw9PbN4sYdQQ==]",
        "env: {AWS_SECRET_ACCESS_KEY: wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY}",
        "env: {API_TOKEN: 3f2a1b4c-5d6e-47f8-9a0b-1c2d3e4f5a6b}",
        "# sk-proj-aB3dE5fG7hJ9kL1mN3pQ5rS7",
    ],
)
def test_keys_are_found_wherever_they_stand(fragment: str) -> None:
    assert "secret-in-manifest" in rules(fragment)


@pytest.mark.parametrize(
    "fragment",
    [
        "source: {repository: 'https://example.org/a.git', ref: 0123456789abcdef0123456789abcdef01234567}",
        "env: {TOKENIZER: meta-llama-tokenizer}",
        "env: {KEY_FILE: /etc/keys/service.pem}",
        "env: {MONKEY: banana}",
        "build: [train, --max-tokens, '100000']",
        "build: [train, --tokenizer, Qwen2.5-0.5B-Instruct]",
        "env: {TOKENIZER_NAME: meta-llama-3-8b-instruct}",
        "env: {WANDB_RUN_GROUP: skirmish-weights-2024}",
        "env: {KEYBOARD: layout-de-nodeadkeys-105}",
        "# sk-learn-experiments-baseline",
    ],
)
def test_what_is_no_key_is_left_alone(fragment: str) -> None:
    assert rules(fragment) == set()


def test_a_key_in_an_override_is_found() -> None:
    assert rules("env: {A: b}", overrides=("spec.env.A=AKIAABCDEFGHIJKLMNOP",)) == {"secret-in-manifest"}


def test_masking_leaves_nothing_of_a_key() -> None:
    assert mask("a AKIAABCDEFGHIJKLMNOP b") == "a ••• b"
    assert mask("plain") == "plain"
    assert not looks_random("aaaaaaaaaaaaaaaa1A")


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("${a}", ["a"]),
        ("x${a}y${b.c}", ["a", "b.c"]),
        ("$${a}", []),
        ("${a", []),
        ("$a {b}", []),
        ("${}", [""]),
        ("$${a}${b}", ["b"]),
    ],
)
def test_placeholders_are_found_as_the_plan_fills_them(text: str, names: list[str]) -> None:
    assert placeholders(text) == names


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("https://example.org/team/game.git", False),
        ("https://example.org/team/../other/game.git", True),
        ("https://example.org.evil/team/game.git", True),
        ("https://example.org/team/%2E%2e/other/game.git", True),
        ("https://example.org/team/..", True),
    ],
)
def test_a_source_cannot_slip_past_its_pattern(url: str, found: bool) -> None:
    settings = parse_settings("[policy]\nsources = ['https://example.org/team/*']\n")
    assert ("policy-source" in rules(f"source: {{repository: '{url}'}}", settings)) is found


def test_an_empty_policy_allows_nothing() -> None:
    assert rules("secrets: [A]", parse_settings("[policy]\nsecrets = []\n")) == {"policy-secret"}


@pytest.mark.parametrize(
    "url", ["git://a/b", "http://a/b", "https://user:pass@a/b", "ext::sh -c id", "--upload-pack=id"]
)
def test_dangerous_sources_are_refused(url: str) -> None:
    assert "plain-http-source" in rules(f"source: {{repository: '{url}'}}")


def test_what_deploy_takes_cannot_lie_outside_the_output_folder() -> None:
    for path in ("../../.env", "/etc/passwd", "run/command:../x"):
        assert "path-outside" in rules(f"deploy: {{files: [{{from: '{path}', to: data/x}}]}}")


@pytest.mark.parametrize(
    "line",
    [
        "for seed in 1 2; do train --seed=${seed}; done",
        "output=$(mktemp -d) && train > ${output}/log",
        "export A=1 input=x; cat ${input}",
        "ls | while read -r input; do cat ${input}; done",
    ],
)
def test_a_shell_line_may_have_variables_of_its_own(line: str) -> None:
    assert rules(f"build: {{shell: '{line}'}}") == set()


@pytest.mark.parametrize("line", ["train --seed=${seed}", "train seed=${seed}", "echo for x; cat ${input}"])
def test_an_argument_is_no_assignment(line: str) -> None:
    assert rules(f"build: {{shell: '{line}'}}") == {"placeholder-in-shell"}


@pytest.mark.parametrize(
    "line",
    ["curl ${API_TOKEN:-}", "echo $RUNNER_PARAM_API_KEY", "for SSH_KEY in *; do cat $SSH_KEY; done"],
)
def test_variables_that_come_from_elsewhere_are_no_missing_secrets(line: str) -> None:
    assert rules(f"build: {{shell: '{line}'}}") == set()


def test_a_variable_that_only_looks_assigned_is_a_missing_secret() -> None:
    assert rules("build: {shell: 'MY_API_KEY=1 curl ${API_KEY}'}") == {"secret-name-mismatch"}


@pytest.mark.parametrize(
    ("package", "fix"),
    [
        ("numpy", "write numpy==<version>"),
        ("numpy!=2.0", "write numpy==<version>"),
        ("torch[cuda]~=2.1", "write torch[cuda]==<version>"),
        ("numpy==2.*", "write numpy==<version>"),
        ("git+https://example.org/a.git", "pin it to a commit: …@<commit>"),
    ],
)
def test_a_package_that_can_change_is_found_with_a_fix_that_is_right(package: str, fix: str) -> None:
    loaded = load_document(parse(f"{HEAD}  image: {{pip: ['{package}']}}\n"), TYPES)
    (finding,) = check(loaded, Settings())
    assert (finding.rule, finding.fix) == ("unpinned-pip", fix)


@pytest.mark.parametrize(
    "package",
    [
        "numpy===2.1",
        "a==1.0; python_version<'3.12'",
        "./wheels/a-1.0-py3-none-any.whl",
        "-e .",
        "a @ git+https://x@0a1b",
    ],
)
def test_a_package_that_cannot_change_is_fine(package: str) -> None:
    assert rules(f'image: {{pip: ["{package}"]}}') == set()


@pytest.mark.parametrize(
    "mount", ["/data/./x", "/data/..", "/tmp", "/tmp/x", "/root/data", "/runner", "/proc/1", "/__modal/x"]
)
def test_a_volume_stands_where_it_hides_nothing(mount: str) -> None:
    assert rules(f"volumes: {{{mount}: a}}") == {"volume-path"}


@pytest.mark.parametrize("mount", ["/data", "/mnt/a", "/data.old", "/rooted", "/temporary", "/home/a"])
def test_a_folder_of_its_own_is_fine_for_a_volume(mount: str) -> None:
    assert rules(f"volumes: {{{mount}: a}}") == set()


@pytest.mark.parametrize(
    ("name", "fix"),
    [
        ("a/b", "write 1 to 64"),
        ("a" * 65, "write 1 to 64"),
        ("a${experiment}" + "b" * 58, "write 1 to 64"),
        ("ap-" + "a" * 22, "write 1 to 64"),
        ("${output}", "known here: experiment, experimenter"),
        ("${experimnt}", "did you mean experiment?"),
        ("${experimenter}", "--set spec.experimenter=alice"),
        ("$${experiment}", "write 1 to 64"),
        ("runner-outputs", "choose another name"),
    ],
)
def test_a_volume_has_a_name_that_can_be_and_is_not_ours(name: str, fix: str) -> None:
    loaded = load_document(parse(f"{HEAD}  volumes: {{/data: '{name}'}}\n"), TYPES)
    (found,) = check(loaded, Settings())
    assert (found.rule, found.line) == ("volume-name", 6)
    assert fix in found.fix


def test_the_runners_own_volumes_have_the_prefix_of_the_settings() -> None:
    assert rules("volumes: {/data: runner-code}", parse_settings("[modal]\nprefix = 'arena'\n")) == set()
    assert rules("volumes: {/data: arena-code}", parse_settings("[modal]\nprefix = 'arena'\n")) == {
        "volume-name"
    }


@pytest.mark.parametrize("version", ["3.10", "3.2", "3.16", "3.011", "3." + "9" * 5_000])
def test_a_python_that_the_provider_lacks_is_refused(version: str) -> None:
    assert rules(f"image: {{python: '{version}'}}") == {"image-python-version"}


def test_an_image_of_ones_own_may_hold_any_path() -> None:
    fragment = "build: [python, /home/app/train.py]"
    assert rules(fragment) == {"absolute-path-in-command"}
    assert rules(f"{fragment}\n  image: {{registry: 'example.org/image:1.2'}}") == set()


def test_a_gpu_with_a_price_of_ones_own_is_known() -> None:
    fragment = "resources: {gpu: X900}\n  budget: {usd: 1}"
    assert rules(fragment) == {"unknown-gpu"}
    assert rules(fragment, parse_settings("[prices.gpu_second]\nX900 = 0.001\n")) == set()


@pytest.mark.parametrize(
    ("timeout", "rule"), [("25h", "timeout-over-provider-limit"), ("0s", "zero-duration")]
)
def test_the_timeout_of_a_validation_is_checked_too(timeout: str, rule: str) -> None:
    text = (
        "apiVersion: runner/v1\nkind: Tune\nmetadata: {name: sample}\nspec:\n"
        "  variants: [{name: a, command: [x], weights: a.toml}]\n"
        f"  validation: {{command: [x], matchups: [a], timeout: {timeout}}}\n"
    )
    found = check(load_document(parse(text), TYPES), Settings())
    assert [finding.rule for finding in found] == [rule]


def test_every_unknown_placeholder_of_an_argument_is_named() -> None:
    loaded = load_document(parse(f"{HEAD}  build: ['${{a}}${{b}}']\n"), TYPES)
    assert len(check(loaded, Settings())) == 2


@pytest.mark.parametrize(
    "spec",
    [
        "  env:\n" + "".join(f"    RUNNER_{number}: a\n" for number in range(45_000)),
        "  build: {shell: '" + " ".join(f"$K{number}_KEY" for number in range(60_000)) + "'}\n",
        "  # " + " AKIAABCDEFGHIJKLMNOP" * 45_000 + "\n",
        "  build: ['" + "${x}" * 200_000 + "']\n",
    ],
    ids=["variables", "shell", "tokens", "placeholders"],
)
def test_a_flood_of_findings_is_cut_and_takes_seconds_at_most(spec: str) -> None:
    started = time.monotonic()
    found = check(load_document(parse(HEAD + spec), TYPES), Settings())
    assert 0 < len(found) <= 100
    assert time.monotonic() - started < 10


def test_a_key_of_the_same_name_elsewhere_wakes_a_rule_that_finds_nothing() -> None:
    fragment = (
        "env: {schedule: x, matrix: x, gates: x, variants: x, validation: x, thresholds: x, mode: x, task: x}"
    )
    assert rules(fragment) == set()
