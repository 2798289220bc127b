"""Files and variables that a plan hands to a program."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from runner.worker.attempt import run_attempt

MakeSpec = Callable[..., dict[str, Any]]
TELL = "import json, os; print(json.dumps(dict(os.environ)))"


def told(spec: dict[str, Any]) -> dict[str, str]:
    """What the environment of the programs was."""
    assert run_attempt(spec)["outcome"] == "succeeded"
    return dict(json.loads(Path(spec["directory"], "log.txt").read_text()))


def test_files_lie_where_the_placeholder_says_until_the_attempt_ends(make_spec: MakeSpec) -> None:
    program = "import os, sys; print(open(sys.argv[1]).read(), os.environ['RUNNER_FILES_DIR'])"
    spec = make_spec(files={"params.yaml": "a: é", "deep/x": ""})
    spec["steps"] = [[sys.executable, "-X", "utf8", "-c", program, "${files}/params.yaml"]]
    assert run_attempt(spec)["outcome"] == "succeeded"
    folder = Path(spec["directory"], "files")
    assert Path(spec["directory"], "log.txt").read_text() == f"a: é {folder}\n"
    assert not folder.exists()


def test_without_files_there_is_no_folder_for_them(make_spec: MakeSpec) -> None:
    assert "RUNNER_FILES_DIR" not in told(make_spec(TELL, files={}))


def test_a_file_whose_name_leads_elsewhere_is_not_written(make_spec: MakeSpec, tmp_path: Path) -> None:
    assert run_attempt(make_spec(files={"../../x": "y"}))["outcome"] == "infrastructure"
    assert not (tmp_path / "x").exists()


def test_proposed_variables_give_way_to_the_environment_and_to_secrets(make_spec: MakeSpec) -> None:
    spec = make_spec(
        TELL,
        variables={"DIR": "${output}/x", "MODE": "offline", "KEY": "none", "RUNNER_TASK": "other"},
        environment={"PATH": "/usr/bin:/bin", "MODE": "online"},
        secrets={"KEY": "abc"},
    )
    found = told(spec)
    assert found["DIR"] == f"{spec['directory']}/output/x"
    assert (found["MODE"], found["KEY"], found["RUNNER_TASK"]) == ("online", "abc", "work/it")


def test_variables_are_read_from_earlier_outputs(make_spec: MakeSpec, tmp_path: Path) -> None:
    (tmp_path / "earlier").mkdir()
    (tmp_path / "earlier/id.txt").write_text(" k3x9q2ab\n")
    spec = make_spec(
        TELL,
        inputs={"sweep/open": str(tmp_path / "earlier")},
        env_from={"WANDB_SWEEP_ID": "sweep/open/id.txt"},
    )
    assert told(spec)["WANDB_SWEEP_ID"] == "k3x9q2ab"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "which no earlier task left"),
        (b"", "which is not one line of text"),
        (b"a\nb", "which is not one line of text"),
        (b"\xff", "which is not one line of text"),
        (b"x" * 5000, "which is not one line of text"),
    ],
)
def test_a_variable_that_cannot_be_read_fails_the_attempt(
    make_spec: MakeSpec, tmp_path: Path, content: bytes | None, said: str
) -> None:
    (tmp_path / "earlier").mkdir()
    if content is not None:
        (tmp_path / "earlier/id.txt").write_bytes(content)
    spec = make_spec(inputs={"sweep/open": str(tmp_path / "earlier")}, env_from={"ID": "sweep/open/id.txt"})
    result = run_attempt(spec)
    assert (result["outcome"], result["reason"]) == (
        "failed",
        f"ID is to be read from sweep/open/id.txt, {said}",
    )


def test_variables_fill_arguments_and_unknown_ones_stand_for_their_names(make_spec: MakeSpec) -> None:
    spec = make_spec(secrets={"TOKEN": "abc"}, variables={"WHERE": "${seed}"})
    spec["steps"] = [["echo", "${envvar:WHERE}", "--x=${envvar:NONE}", "$${envvar:WHERE}", "${files}"]]
    run_attempt(spec)
    assert Path(spec["directory"], "log.txt").read_text() == "7 --x=NONE ${envvar:WHERE} ${files}\n"
