"""`runner validate`, `runner explain` and `runner schema`, as real processes and in this one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from runner.cli.main import run
from runner.lint import RULES
from runner.manifest.codes import CODES

ROOT = Path(__file__).parents[2]


def runner(*arguments: str, folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **variables}
    return subprocess.run(
        [sys.executable, "-m", "runner", *arguments],
        cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip


def test_a_good_repository_passes_and_says_how_many_files_were_checked(repository: Path) -> None:
    ended = runner("validate", folder=repository)
    assert (ended.returncode, ended.stdout) == (0, "1 file checked, nothing found\n")


def test_a_finding_shows_place_line_caret_and_fix(repository: Path, command: str) -> None:
    (repository / "jobs" / "sample.yaml").write_text(command.replace("matrix: {lr", "matrx: {lr"))
    ended = runner("validate", folder=repository)
    assert ended.returncode == 2
    assert ended.stdout == (
        'jobs/sample.yaml:6:3: error[unknown-field] unknown field "matrx" in spec\n'
        "  6 |   matrx: {lr: [0.001, 0.01]}\n"
        "    |   ^\n"
        "  fix: did you mean matrix?\n"
        "\n"
        "1 error in 1 of 1 file\n"
    )


def test_warnings_fail_only_when_asked(repository: Path, command: str) -> None:
    (repository / "jobs" / "sample.yaml").write_text(command + "  resources: {retry_on: [timeout]}\n")
    assert runner("validate", folder=repository).returncode == 0
    assert runner("validate", "--strict", folder=repository).returncode == 2


def test_a_note_never_fails(repository: Path, command: str) -> None:
    (repository / "jobs" / "sample.yaml").write_text(command.replace('"${matrix.lr}"', "x"))
    ended = runner("validate", "--strict", folder=repository)
    assert ended.returncode == 0
    assert "note[matrix-unused]" in ended.stdout


def test_it_works_from_a_folder_below_and_on_single_files(repository: Path) -> None:
    assert runner("validate", folder=repository / "jobs").returncode == 0
    assert runner("validate", "sample.yaml", folder=repository / "jobs").returncode == 0
    assert runner("validate", "jobs", folder=repository).returncode == 0


def test_a_file_outside_any_repository_is_checked(tmp_path: Path, command: str) -> None:
    (tmp_path / "sample.yaml").write_text(command)
    ended = runner("validate", "sample.yaml", folder=tmp_path)
    assert (ended.returncode, ended.stderr) == (0, "")


@pytest.mark.parametrize("arguments", [("missing.yaml",), ("empty",), ()])
def test_nothing_to_check_is_an_error_with_a_fix(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    (tmp_path / "empty").mkdir()
    ended = runner("validate", *arguments, folder=tmp_path)
    assert ended.returncode == 2
    assert "fix:" in ended.stdout + ended.stderr
    assert "Traceback" not in ended.stderr


def test_policy_is_read_from_the_repository_and_named_by_line(repository: Path) -> None:
    (repository / "runner.toml").write_text('[policy]\nmax_usd = 5\nkinds = ["Tune"]\n')
    ended = runner("validate", folder=repository)
    assert ended.returncode == 2
    assert "runner.toml:3 allows only Tune" in ended.stdout


def test_broken_settings_are_an_input_error(repository: Path) -> None:
    (repository / "runner.toml").write_text("[policy]\nmax = 5\n")
    ended = runner("validate", folder=repository)
    assert ended.returncode == 2
    assert "did you mean max_usd?" in ended.stderr


def test_two_jobs_of_one_name_are_found(repository: Path, command: str) -> None:
    (repository / "jobs" / "second.yaml").write_text(command)
    ended = runner("validate", "--json", folder=repository)
    rules = [finding["rule"] for finding in json.loads(ended.stdout)["findings"]]
    assert sorted(rules) == ["duplicate-job-name", "name-matches-file"]


def test_no_colours_reach_a_file_or_a_terminal_that_wants_none(repository: Path, command: str) -> None:
    (repository / "jobs" / "sample.yaml").write_text(command.replace("spec:", "specs:"))
    assert "\x1b" not in runner("validate", folder=repository).stdout
    assert "\x1b" not in runner("validate", folder=repository, NO_COLOR="1").stdout


def test_a_key_is_not_repeated_in_any_format(repository: Path, command: str) -> None:
    key = "ghp_" + "a1B2" * 10
    (repository / "jobs" / "sample.yaml").write_text(f"{command}  env: {{A: {key}}}\n  # {key}\n")
    (repository / "jobs" / "other.yaml").write_text(f"{command}  enw: {{A: {key}}}\n")
    for form in ("text", "github", "json", "sarif"):
        ended = runner("validate", "--format", form, folder=repository)
        assert ended.returncode == 2
        assert "secret-in-manifest" in ended.stdout
        assert key not in ended.stdout + ended.stderr


def test_git_is_not_needed(repository: Path) -> None:
    assert runner("validate", folder=repository, PATH="/nowhere").returncode == 0


@pytest.mark.parametrize("name", [*RULES, *CODES])
def test_every_code_is_explained(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", name]) == 0
    assert capsys.readouterr().out.startswith(f"{name} (")


def test_the_list_of_rules_names_all(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain"]) == 0
    listed = capsys.readouterr().out
    assert all(f"\n{name}" in f"\n{listed}" for name in (*RULES, *CODES))


def test_an_unknown_rule_gets_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", "unpinned-pypi"]) == 2
    assert "did you mean unpinned-pip?" in capsys.readouterr().err


def test_schemas_are_printed_written_and_compared(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["schema", "tune"]) == 0
    assert json.loads(capsys.readouterr().out)["title"] == "Tune job"
    assert run(["schema", "--write", str(tmp_path)]) == 0
    assert run(["schema", "--check", str(tmp_path)]) == 0
    (tmp_path / "job.schema.json").write_text("{}")
    assert run(["schema", "--check", str(tmp_path)]) == 2
    assert run(["schema", "Tun"]) == 2
    assert "did you mean tune?" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[policy]\nkinds = ['Comand']\n", "policy.kinds names"),
        ("[prices]\ncpu_second = 1\n", "unknown setting cpu_second"),
        ("[prices.gpu_second]\nT4 = -1\n", "prices.gpu_second.T4 must be"),
    ],
)
def test_wrong_settings_are_refused_with_their_line(repository: Path, text: str, message: str) -> None:
    (repository / "runner.toml").write_text(text)
    ended = runner("validate", folder=repository)
    assert ended.returncode == 2
    assert message in ended.stderr
    assert "runner.toml:2" in ended.stderr
