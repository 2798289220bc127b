"""The hook that .pre-commit-hooks.yaml offers, run as pre-commit would run it."""

import re
import shlex
from pathlib import Path

import pytest
import yaml

from tests.conftest import Run

(HOOK,) = yaml.safe_load((Path(__file__).parents[2] / ".pre-commit-hooks.yaml").read_text())
GOOD = "apiVersion: runner/v1\nkind: Command\nmetadata: {name: good}\nspec: {command: [echo, hello]}\n"


@pytest.mark.parametrize(
    ("path", "checked"),
    [("jobs/a.yaml", True), ("jobs/team/a.yml", True), ("src/jobs/a.yaml", False), ("jobs/notes.md", False)],
)
def test_the_hook_is_given_manifests_only(path: str, checked: bool) -> None:
    assert bool(re.search(HOOK["files"], path)) == checked


def test_the_hook_fails_for_a_bad_manifest_and_for_no_other(runner: Run, project: Path) -> None:
    program, *arguments = shlex.split(HOOK["entry"])
    assert program == "runner"
    (project / "jobs").mkdir()
    (project / "jobs" / "good.yaml").write_text(GOOD)
    (project / "jobs" / "bad.yaml").write_text(GOOD.replace("Command", "Comand"))
    assert runner(*arguments, "jobs/good.yaml").returncode == 0
    assert runner(*arguments, "jobs/good.yaml", "jobs/bad.yaml").returncode == 2
