import errno
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from modal.exception import ResourceExhaustedError

from runner.backends.modal import folder
from runner.backends.modal.folder import AttemptFolder

RESULT = {"task": "work/it", "attempt": 1, "outcome": "succeeded", "reason": "", "weights": {"w": {}}}


class Commits:
    """What lay in the run's folder at each commit. Those that are named fail."""

    def __init__(self, run: Path) -> None:
        self.run = run
        self.seen: list[set[str]] = []
        self.errors: dict[int, Exception] = {}

    def __call__(self) -> None:
        files = {str(path.relative_to(self.run)) for path in self.run.rglob("*") if path.is_file()}
        self.seen.append({name.removeprefix("tasks/work/it/attempt-1/") for name in files})
        if error := self.errors.get(len(self.seen)):
            raise error


@pytest.fixture
def commits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Commits:
    monkeypatch.setattr(folder, "OUTPUTS_MOUNT", str(tmp_path))
    return Commits(tmp_path / "run-1")


@pytest.fixture
def make_folder(commits: Commits) -> Callable[[], AttemptFolder]:
    return lambda: AttemptFolder({"run": "run-1", "task": "work/it", "attempt": 1}, commits)


@pytest.fixture
def directory(commits: Commits) -> Path:
    return commits.run / "tasks/work/it/attempt-1"


@pytest.fixture
def output(tmp_path: Path) -> Path:
    (tmp_path / "output/deep").mkdir(parents=True)
    (tmp_path / "output/deep/file").write_text("made")
    (tmp_path / "output/link").symlink_to("/etc/passwd")
    return tmp_path / "output"


def read(directory: Path) -> dict[str, Any]:
    return dict(json.loads((directory / "result.json").read_text()))


def test_result_and_mark_are_written_only_when_the_outputs_are_safe(
    make_folder: Callable[[], AttemptFolder], commits: Commits, output: Path, directory: Path
) -> None:
    made = make_folder()
    made.claim("fc-1")
    assert made.deliver(RESULT, b"log", output) == "succeeded"
    outputs = {"claim.json", "log.txt", "output/deep/file"}
    assert commits.seen == [{"claim.json"}, outputs, outputs | {"result.json", "ended/work.it.1"}]
    assert read(directory) == RESULT


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (ResourceExhaustedError("quota"), "there is no room left on the outputs Volume"),
        (OSError(errno.ENOSPC, "No space"), "there is no room left on the outputs Volume"),
        (RuntimeError("open files"), "kept on the outputs Volume: open files"),
    ],
)
def test_outputs_that_cannot_be_kept_fail_the_attempt(
    make_folder: Callable[[], AttemptFolder],
    commits: Commits,
    output: Path,
    directory: Path,
    error: Exception,
    reason: str,
) -> None:
    commits.errors[1] = error
    assert make_folder().deliver(RESULT, b"log", output) == "infrastructure"
    assert read(directory)["reason"].endswith(reason)
    assert read(directory)["weights"] == {}
    assert not (directory / "output").exists()


def test_a_result_that_cannot_be_kept_is_an_error(
    make_folder: Callable[[], AttemptFolder], commits: Commits
) -> None:
    commits.errors = {1: RuntimeError("first"), 2: RuntimeError("second")}
    with pytest.raises(RuntimeError, match="second"):
        make_folder().deliver(RESULT, b"log", None)


def test_a_later_container_reports_what_the_earlier_could_not(
    make_folder: Callable[[], AttemptFolder], commits: Commits, directory: Path
) -> None:
    earlier = make_folder()
    earlier.claim("fc-1")
    earlier.save(b"so far")
    later = make_folder()
    assert later.claimed()
    assert later.settle() == "preempted"
    claim = json.loads((directory / "claim.json").read_text())
    assert (read(directory)["started"], read(directory)["ended"]) == (claim["began"], claim["alive"])
    assert claim["call"] == "fc-1"
    assert claim["alive"] > claim["began"]
    assert commits.seen[-1] == {"claim.json", "log.txt", "result.json", "ended/work.it.1"}


def test_a_later_container_leaves_a_result_as_it_is(
    make_folder: Callable[[], AttemptFolder], commits: Commits, directory: Path
) -> None:
    make_folder().claim("fc-1")
    (directory / "result.json").write_text(json.dumps(RESULT))
    assert make_folder().settle() == "succeeded"
    assert read(directory) == RESULT
    assert "ended/work.it.1" in commits.seen[-1]


@pytest.mark.parametrize("claim", ["", "[]", '{"began": "yesterday", "alive": null}', "{" * 5000])
def test_a_claim_that_a_program_has_spoilt_still_counts(
    make_folder: Callable[[], AttemptFolder], directory: Path, claim: str
) -> None:
    directory.mkdir(parents=True)
    (directory / "claim.json").write_text(claim)
    assert make_folder().settle() == "preempted"
    assert read(directory)["started"] == (directory / "claim.json").stat().st_mtime


def test_folders_in_the_place_of_our_files_are_replaced(
    make_folder: Callable[[], AttemptFolder], directory: Path, output: Path
) -> None:
    for name in ("log.txt", "log.txt.half", "result.json", "result.json.half", "output"):
        (directory / name / "x").mkdir(parents=True)
    assert make_folder().deliver(RESULT, b"log", output) == "succeeded"
    assert (directory / "log.txt").read_bytes() == b"log"
    assert {path.name for path in (directory / "output").rglob("*")} == {"deep", "file"}
