import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

Run = Callable[..., subprocess.CompletedProcess[str]]


def event(folder: Path, name: str, payload: object) -> dict[str, str]:
    (folder / "event.json").write_text(json.dumps(payload))
    return {"GITHUB_EVENT_NAME": name, "GITHUB_EVENT_PATH": str(folder / "event.json")}


def test_outside_of_a_workflow_a_verb_says_so(runner: Run) -> None:
    done = runner("github", "check", GITHUB_EVENT_NAME="", GITHUB_EVENT_PATH="")
    assert done.returncode == 2
    assert done.stderr.startswith("error[no-event]: this command runs only in a workflow of GitHub")


def test_what_goes_wrong_in_a_workflow_is_an_annotation_too(runner: Run, tmp_path: Path) -> None:
    done = runner("github", "check", **event(tmp_path, "push", {}))
    assert done.returncode == 2
    assert done.stdout.startswith("::error title=no-pull-request::a check belongs to a pull request")
    assert "%0Afix: " in done.stdout and done.stderr.startswith("error[no-pull-request]")


def test_a_pull_request_is_checked_and_handed_on(runner: Run, project: Path, tmp_path: Path) -> None:
    commit = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=project, capture_output=True, text=True, check=True
    ).stdout.strip()
    pull = {"number": 3, "base": {"sha": commit}, "head": {"sha": commit}}
    done = runner(
        "github", "check", "--output", "out", **event(tmp_path, "pull_request", {"pull_request": pull})
    )
    assert (done.returncode, done.stdout) == (0, "::notice title=Plan::nothing to plan\n")
    assert json.loads((project / "out" / "check.json").read_text())["pull_request"] == 3


def test_a_check_imports_no_client_of_a_provider(project: Path) -> None:
    line = (
        "import sys; import runner.workflows.checking; "
        "print(sorted({'modal', 'github', 'requests', 'wandb'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", line], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
