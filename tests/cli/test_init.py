import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.mark.parametrize("kind", ["Command", "tune"])
def test_what_init_writes_validates_and_runs(kind: str, runner: Run, project: Path) -> None:
    assert runner("init", kind, "my-job").returncode == 0
    assert runner("validate", "--strict", "jobs/my-job.yaml").returncode == 0
    done = runner("run", "my-job")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "PASS my-job succeeded" in done.stdout


@pytest.mark.parametrize("kind", ["GRPO", "evaluate", "Sweep"])
def test_what_init_writes_of_other_kinds_validates_and_plans(kind: str, runner: Run, project: Path) -> None:
    assert runner("init", kind, "my-job").returncode == 0
    checked = runner("validate", "--strict", "jobs/my-job.yaml")
    assert (checked.returncode, checked.stdout) == (0, "1 file checked, nothing found\n")
    assert runner("plan", "my-job").returncode == 0


def test_a_file_that_exists_is_not_replaced(runner: Run, project: Path) -> None:
    path = project / "jobs" / "my-job.yaml"
    path.parent.mkdir()
    path.write_text("mine")
    assert runner("init", "Command", "my-job").returncode == 2
    assert path.read_text() == "mine"


def test_an_unknown_kind_is_refused_with_the_kinds_there_are(runner: Run) -> None:
    done = runner("init", "Comand", "my-job")
    assert done.returncode == 2
    assert "Command, Sweep, Tune" in done.stderr


def test_a_name_that_cannot_be_a_branch_is_refused(runner: Run, project: Path) -> None:
    assert runner("init", "Command", "../escape").returncode == 2
    assert not (project.parent / "escape.yaml").exists()


def test_the_workflows_are_written_with_what_to_do_next(runner: Run, project: Path) -> None:
    (project / "jobs").mkdir()
    done = runner("init", "--workflows", "--from", f"our-team/runner@{'1' * 40}", cwd=project / "jobs")
    assert done.returncode == 0, done.stderr
    assert (project / ".github" / "workflows" / "runner-launch.yml").is_file()
    assert "wrote .github/workflows/runner-launch.yml" in done.stdout
    assert "MODAL_TOKEN_ID" in done.stdout


def test_without_a_known_source_it_is_asked_for(runner: Run) -> None:
    done = runner("init", "--workflows", "--from", "our-team/runner@main")
    assert done.returncode == 2
    assert "--from OWNER/REPOSITORY@COMMIT" in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [(), ("Command",), ("--workflows", "Command"), ("Command", "my-job", "--from", "a/b"),
     ("Command", "my-job", "--enterprise-server")],
)  # fmt: skip
def test_a_manifest_has_a_kind_and_a_name_and_the_workflows_have_neither(
    arguments: tuple[str, ...], runner: Run, project: Path
) -> None:
    done = runner("init", *arguments)
    assert done.returncode == 2
    assert "Usage: runner init" in done.stderr
    assert not (project / "jobs").exists() and not (project / ".github").exists()
