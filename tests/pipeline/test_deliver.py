"""The whole way, as a person runs it: what it says, what it leaves, and what it never does."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]
WriteJob = Callable[..., Path]

SQUARE = """
command:
  - python
  - -c
  - |
    import json, sys
    value = float(sys.argv[1])
    json.dump({"square": value * value}, open(sys.argv[2] + "/metrics.json", "w"))
    print("squared", value)
  - ${matrix.value}
  - ${output}
matrix: {value: [2, 3]}
resources: {timeout: 1m}
gates: [{metric: square, min: 4}]
"""

WEIGHTS = """
command:
  - python
  - -c
  - |
    import json, os, sys
    old = json.load(open(os.path.join(os.environ["RUNNER_BASELINE_DIR"], "model.json")))
    json.dump({"a": old["a"] + 1, "b": 5}, open(sys.argv[1] + "/new.json", "w"))
  - ${output}
resources: {timeout: 1m}
deploy: {files: [{from: new.json, to: model.json}]}
"""


def git(folder: Path, *arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True, text=True).stdout


def commit(folder: Path) -> None:
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "-m", "work")


def test_a_job_comes_back_as_a_branch_and_a_page(runner: Run, write_job: WriteJob, project: Path) -> None:
    write_job("squares", SQUARE)
    done = runner("run", "squares")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "PASS squares succeeded" in done.stdout
    files = git(project, "diff", "--name-only", "HEAD...runner/squares").splitlines()
    assert {Path(file).name for file in files} >= {"result.json", "summary.md", "manifest.yaml"}
    page = next(line.split()[1] for line in done.stdout.splitlines() if line.strip().startswith("page"))
    assert "<html" in (project / page).read_text()


def test_a_run_leaves_the_working_tree_and_the_index_alone(
    runner: Run, write_job: WriteJob, project: Path
) -> None:
    write_job("squares", SQUARE)
    before = git(project, "status", "--porcelain"), (project / ".git" / "index").read_bytes()
    assert runner("run", "squares").returncode == 0
    assert (git(project, "status", "--porcelain"), (project / ".git" / "index").read_bytes()) == before


def test_a_second_run_rebuilds_the_same_pull_request(runner: Run, write_job: WriteJob, project: Path) -> None:
    write_job("squares", SQUARE)
    runner("run", "squares")
    runner("run", "squares")
    assert git(project, "branch", "--list", "runner/*", "--format=%(refname:short)").split() == [
        "runner/squares"
    ]
    assert git(project, "rev-list", "--count", "HEAD..runner/squares").strip() == "1"
    results = git(project, "ls-tree", "-r", "--name-only", "runner/squares", "results/").splitlines()
    assert len({Path(file).parts[2] for file in results}) == 1


def test_deployed_weights_replace_the_ones_they_started_from(
    runner: Run, write_job: WriteJob, project: Path
) -> None:
    (project / "model.json").write_text('{"a": 1, "b": 2}')
    write_job("weights", WEIGHTS)
    commit(project)
    done = runner("run", "weights", "--json")
    report = json.loads(done.stdout)["report"]
    assert json.loads(git(project, "show", "runner/weights:model.json")) == {"a": 2, "b": 5}
    assert [change["name"] for change in report["weights"][0]["changes"]] == ["b", "a"]


def test_a_file_over_the_size_limit_lands_as_a_pointer(
    runner: Run, write_job: WriteJob, project: Path
) -> None:
    (project / "runner.toml").write_text('[limits]\nfile_size = "1KiB"\n')
    (project / "model.json").write_text('{"a": 1}')
    write_job("weights", WEIGHTS.replace('"b": 5', '"b": "x" * 2000'))
    commit(project)
    assert runner("run", "weights").returncode == 0
    landed = json.loads(git(project, "show", "runner/weights:model.json.pointer.json"))
    assert (landed["path"], landed["bytes"] > 2000) == ("model.json", True)
    assert runner(*landed["get"].split()[1:]).returncode == 0
    kept = (project / "model.json").read_bytes()
    for command, code in ((landed["verify"], 1), (landed["unpack"], 0), (landed["verify"], 0)):
        assert subprocess.run(["sh", "-c", command], cwd=project, capture_output=True).returncode == code
    (project / "model.json").write_bytes(kept)
    assert json.loads(git(project, "show", "runner/weights:model.json")) == {"a": 1}


def test_files_that_git_does_not_track_are_named(runner: Run, write_job: WriteJob, project: Path) -> None:
    write_job("squares", SQUARE)
    (project / "forgotten.py").write_text("")
    assert "note: git does not track forgotten.py" in runner("run", "squares").stdout


def test_untracked_files_that_no_job_reads_are_not_named(
    runner: Run, write_job: WriteJob, project: Path
) -> None:
    write_job("squares", SQUARE)
    git(project, "rm", "--quiet", "--cached", "jobs/squares.yaml")
    (project / ".env").write_text("TOKEN=x\n")
    (project / "runner.toml").write_text("")
    assert "note:" not in runner("plan", "squares").stderr


def test_without_deploy_only_results_are_proposed(runner: Run, write_job: WriteJob, project: Path) -> None:
    (project / "model.json").write_text('{"a": 1}')
    write_job("weights", WEIGHTS)
    commit(project)
    assert runner("run", "weights", "--no-deploy").returncode == 0
    files = git(project, "diff", "--name-only", "HEAD...runner/weights").splitlines()
    assert files
    assert all(file.startswith("results/weights/") for file in files)


def test_without_publish_there_is_a_report_and_no_branch(
    runner: Run, write_job: WriteJob, project: Path
) -> None:
    write_job("squares", SQUARE)
    done = runner("run", "squares", "--no-publish")
    assert git(project, "branch", "--list", "runner/*") == ""
    summary = next(line.split()[1] for line in done.stdout.splitlines() if line.strip().startswith("report"))
    assert (project / summary).is_file()


def test_a_failing_program_ends_with_its_last_lines_and_exit_code_1(runner: Run, write_job: WriteJob) -> None:
    write_job("broken", "command: [python, -c, \"import sys; print('the reason'); sys.exit(3)\"]")
    done = runner("run", "broken")
    assert done.returncode == 1
    assert "FAIL broken failed" in done.stdout
    assert "| the reason" in done.stdout


def test_a_gate_that_is_refuted_ends_with_exit_code_1_and_a_draft(runner: Run, write_job: WriteJob) -> None:
    write_job("squares", SQUARE.replace("min: 4", "min: 5"))
    done = runner("run", "squares")
    assert done.returncode == 1
    assert "draft pull request" in done.stdout


def test_a_job_without_gates_is_not_judged_and_says_so(runner: Run, write_job: WriteJob) -> None:
    write_job("plain", "command: [python, -V]")
    done = runner("run", "plain")
    assert done.returncode == 0
    assert "UNDECIDED plain succeeded" in done.stdout
    assert "the manifest declares no gates, so nothing was judged" in done.stdout


def test_what_is_not_committed_runs_too_and_is_named(runner: Run, write_job: WriteJob, project: Path) -> None:
    (project / "value.txt").write_text("old")
    write_job("show", "command: [python, -c, \"print(open('value.txt').read())\"]")
    commit(project)
    (project / "value.txt").write_text("not committed")
    done = runner("run", "show", "--json")
    assert json.loads(done.stdout)["report"]["provenance"]["uncommitted"] == ["value.txt"]
    assert "not committed" in runner("logs").stdout


def test_only_the_chosen_task_runs(runner: Run, write_job: WriteJob) -> None:
    write_job("squares", SQUARE)
    done = runner("run", "squares", "--only", "value=3", "--json")
    assert [task["id"] for task in json.loads(done.stdout)["report"]["tasks"]] == ["run/value=3"]


def test_a_dry_run_starts_nothing(runner: Run, write_job: WriteJob, project: Path) -> None:
    write_job("squares", SQUARE)
    done = runner("run", "squares", "--dry-run")
    assert (done.returncode, "at most $" in done.stdout) == (0, True)
    assert not (project / ".runner" / "runs").exists()


def test_an_override_is_part_of_the_plan_and_the_provenance(runner: Run, write_job: WriteJob) -> None:
    write_job("squares", SQUARE)
    done = runner("run", "squares", "--set", "spec.matrix.value=[7]", "--json")
    report = json.loads(done.stdout)["report"]
    assert report["tasks"][0]["metrics"]["square"]["value"] == 49
    assert report["provenance"]["overrides"] == ["spec.matrix.value=[7]"]


def test_the_manifest_of_a_result_holds_the_overrides(
    runner: Run, write_job: WriteJob, project: Path
) -> None:
    write_job("squares", SQUARE)
    runner("run", "squares", "--set", "spec.matrix.value=[7]")
    (path,) = project.glob(".runner/runs/*/report/manifest.yaml")
    assert path.read_text().startswith("# jobs/squares.yaml, with\n# --set spec.matrix.value=[7]\n")
    (project / "jobs" / "squares.yaml").write_text(path.read_text())
    assert "run/value=7" in runner("plan", "squares").stdout


def test_the_same_manifest_and_commit_give_the_same_plan(
    runner: Run, write_job: WriteJob, project: Path
) -> None:
    write_job("squares", SQUARE)
    commit(project)
    first = runner("plan", "squares", "--json").stdout
    runner("run", "squares")
    assert runner("plan", "squares", "--json").stdout == first


def test_earlier_results_give_an_estimate(runner: Run, write_job: WriteJob, project: Path) -> None:
    write_job("squares", SQUARE)
    commit(project)
    for _ in range(2):
        runner("run", "squares")
        git(project, "merge", "--quiet", "runner/squares")
    assert "from 2 earlier runs" in runner("plan", "squares").stdout


@pytest.mark.parametrize(
    ("spec", "code"),
    [
        (SQUARE + "budget: {usd: 0.0000001}", "over-budget"),
        (SQUARE + "secrets: [NOBODY_SET_THIS]", "secret-missing"),
        (SQUARE.replace("${matrix.value}", "${matrix.valeu}"), "unknown-placeholder"),
        (SQUARE + "deploy: {files: [{from: 'run/value=2:metrics.json', to: .github/workflows/x.yml}]}",
         "deploy-protected-path"),
        (SQUARE + "unknown: 1", "unknown-field"),
    ],
)  # fmt: skip
def test_bad_input_is_refused_before_anything_is_written(
    spec: str, code: str, runner: Run, write_job: WriteJob, project: Path
) -> None:
    write_job("squares", spec)
    done = runner("run", "squares")
    assert (done.returncode, f"error[{code}]" in done.stderr) == (2, True), done.stderr
    assert not (project / ".runner" / "runs").exists()


@pytest.mark.parametrize("setting", ["backend", "forge"])
def test_settings_that_name_nothing_there_is_are_refused_with_their_line(
    setting: str, runner: Run, project: Path
) -> None:
    (project / "runner.toml").write_text(f'\n{setting} = "cloud"\n')
    done = runner("status")
    assert done.returncode == 2
    assert f"error[unknown-{setting}]: runner.toml:2: there is no {setting} cloud" in done.stderr


def test_an_unknown_backend_starts_nothing(runner: Run, write_job: WriteJob, project: Path) -> None:
    write_job("squares", SQUARE)
    assert runner("run", "squares", "--backend", "cloud").returncode == 2
    assert not (project / ".runner" / "runs").exists()


def test_the_policy_limits_what_a_plan_may_cost(runner: Run, write_job: WriteJob, project: Path) -> None:
    (project / "runner.toml").write_text("[policy]\nmax_usd = 0.0000001\n")
    write_job("squares", SQUARE)
    done = runner("run", "squares")
    assert done.returncode == 2
    assert "policy.max_usd" in done.stderr


def test_a_secret_reaches_its_task_and_is_masked_wherever_it_is_printed(
    runner: Run, write_job: WriteJob, project: Path
) -> None:
    program = "import os; print('it is', os.environ['API_TOKEN']); print(len(os.environ['API_TOKEN']))"
    write_job("secret", f'command: [python, -c, "{program}"]\nsecrets: [API_TOKEN]')
    done = runner("run", "secret", API_TOKEN="very-secret-value")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "it is ***\n17\n" in runner("logs").stdout
    for path in (path for path in project.rglob("*") if path.is_file()):
        assert b"very-secret-value" not in path.read_bytes(), path


def test_a_tracked_env_file_is_refused(runner: Run, write_job: WriteJob, project: Path) -> None:
    (project / ".env").write_text("API_TOKEN=x\n")
    write_job("secret", "command: [python, -V]\nsecrets: [API_TOKEN]")
    commit(project)
    done = runner("run", "secret")
    assert done.returncode == 2
    assert "dotenv-tracked" in done.stderr


def test_a_manifest_outside_the_repository_is_refused(runner: Run, project: Path) -> None:
    outside = project.parent / "outside.yaml"
    outside.write_text("apiVersion: runner/v1\n")
    done = runner("run", str(outside))
    assert (done.returncode, "error[manifest-outside]" in done.stderr) == (2, True)


def test_a_repository_without_commits_is_refused(runner: Run, tmp_path: Path) -> None:
    folder = tmp_path / "empty"
    folder.mkdir()
    git(folder, "init", "--quiet")
    done = runner("status", cwd=folder)
    assert done.returncode == 2
    assert "no commit" in done.stderr


def test_a_machine_without_git_is_told_so(runner: Run, project: Path, tmp_path: Path) -> None:
    done = runner("status", PATH=str(tmp_path))
    assert done.returncode in (2, 4)
    assert "git" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("deployed", "problem", "code"),
    [
        ("folder", "the repository has a folder here", "proposal-path"),
        ("link", "the repository has a symbolic link here", "proposal-path"),
        ("README.md/x", "the repository has a file, link or submodule at README.md", "proposal-path"),
    ],
)
def test_a_place_where_nothing_can_land_is_refused_before_anything_runs(
    deployed: str, problem: str, code: str, runner: Run, write_job: WriteJob, project: Path
) -> None:
    (project / "folder").mkdir()
    (project / "folder/x").touch()
    (project / "README.md").touch()
    (project / "link").symlink_to("README.md")
    write_job("weights", WEIGHTS.replace("to: model.json", f"to: {deployed}"))
    commit(project)
    done = runner("run", "weights")
    assert (done.returncode, f"error[{code}]" in done.stderr, problem in done.stderr) == (2, True, True)
    assert not (project / ".runner" / "runs").exists()


def test_a_branch_or_a_file_in_the_way_of_the_results_is_refused_before_anything_runs(
    runner: Run, write_job: WriteJob, project: Path
) -> None:
    write_job("squares", SQUARE)
    git(project, "branch", "runner")
    assert "error[branch-collision]" in runner("run", "squares").stderr
    git(project, "branch", "-D", "runner")
    (project / "results").touch()
    commit(project)
    assert "has a file, link or submodule at results" in runner("run", "squares").stderr
    assert not (project / ".runner" / "runs").exists()
    assert runner("run", "squares", "--no-publish").returncode == 0


def test_a_file_name_cannot_move_the_cursor_or_begin_a_line(
    runner: Run, write_job: WriteJob, project: Path
) -> None:
    write_job("squares", SQUARE)
    (project / "a\n\x1b[2Jb").touch()
    assert "git does not track a\\n\\x1b[2Jb" in runner("run", "squares").stdout


def test_a_secret_that_is_too_short_to_be_masked_is_refused(
    runner: Run, write_job: WriteJob, project: Path
) -> None:
    write_job("secret", "command: [python, -V]\nsecrets: [API_TOKEN]")
    done = runner("run", "secret", API_TOKEN="abc")
    assert (done.returncode, "error[secret-short]" in done.stderr) == (2, True)
    assert not (project / ".runner" / "runs").exists()


def test_a_secret_in_the_name_of_a_file_stays_out_of_the_report(
    runner: Run, write_job: WriteJob, project: Path
) -> None:
    link = "import os; os.symlink('x', os.environ['RUNNER_OUTPUT_DIR'] + '/' + os.environ['API_TOKEN'])"
    write_job("secret", f'command: [python, -c, "{link}"]\nsecrets: [API_TOKEN]')
    done = runner("run", "secret", API_TOKEN="very-secret-value")
    assert "*** is no plain file" in done.stdout
    for path in (path for path in project.rglob("*") if path.is_file()):
        assert b"very-secret-value" not in path.read_bytes(), path
