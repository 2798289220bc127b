"""The callers that `runner init --workflows` writes, and where it takes the runner from."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from runner.errors import InputError
from runner.workflows.adopting import Source, adopt, parse_source, source_of
from runner.workflows.callers import CALLERS, Caller, text_of
from tests.conftest import Checkout

OURS = Path(__file__).parents[2] / ".github" / "workflows"
COMMIT = "3d3c42e5aac5ba805825da76410c181273ba90b1"
SOURCE = Source("our-team/runner", COMMIT)
every_caller = pytest.mark.parametrize("caller", CALLERS, ids=lambda caller: caller.workflow)


def caller_and_called(caller: Caller) -> tuple[dict[str, Any], dict[str, Any]]:
    """The file that is written and the one that it calls, with every value as text."""
    written = yaml.load(text_of(caller, SOURCE.repository, SOURCE.commit, "main"), yaml.BaseLoader)
    return written, yaml.load((OURS / f"{caller.workflow}.yml").read_text(), yaml.BaseLoader)


def test_each_workflow_of_ours_that_can_be_called_has_a_caller() -> None:
    callable_ones = {path.stem for path in OURS.glob("*.yml") if "workflow_call:" in path.read_text()}
    assert {caller.workflow for caller in CALLERS} == callable_ones


# The linters of `make lint` read these files.
@every_caller
def test_a_caller_reads_as_it_should(caller: Caller, golden: Callable[[str, str], None]) -> None:
    text = text_of(caller, SOURCE.repository, SOURCE.commit, "main")
    golden(f"callers/{caller.file}", text)
    assert len(text.splitlines()) <= 17


@every_caller
def test_a_caller_starts_when_the_workflow_that_it_calls_would(caller: Caller) -> None:
    ours, theirs = (
        {event: said or {} for event, said in document["on"].items() if event != "workflow_call"}
        for document in reversed(caller_and_called(caller))
    )
    for event in (ours, theirs):
        for said in event.get("workflow_dispatch", {}).get("inputs", {}).values():
            said.pop("description", None)
            said.setdefault("type", "string")
    if caller.workflow == "comment":
        ours["workflow_run"]["workflows"] = ["runner-validate"]
    assert theirs == ours


@every_caller
def test_a_caller_gives_the_permissions_that_the_jobs_ask_for_and_the_secrets_that_they_name(
    caller: Caller,
) -> None:
    written, called = caller_and_called(caller)
    (job,) = written["jobs"].values()
    assert written["permissions"] == {}
    asked = [each["permissions"] for each in called["jobs"].values()]
    names = {name for each in asked for name in each}
    assert job["permissions"] == {name: max(each.get(name, "") for each in asked) for name in names}
    named = set(re.findall(r"secrets\.([A-Z_]+)", str(called["jobs"])))
    assert named == set(called["on"]["workflow_call"].get("secrets", {}))
    assert job.get("secrets", {}) == {name: f"${{{{ secrets.{name} }}}}" for name in named}


@every_caller
def test_for_an_enterprise_server_a_caller_names_the_runner_in_inputs_that_there_are(caller: Caller) -> None:
    called = caller_and_called(caller)[1]
    text = text_of(caller, SOURCE.repository, SOURCE.commit, "main", enterprise_server=True)
    (job,) = yaml.load(text, yaml.BaseLoader)["jobs"].values()
    assert job["with"] == {"runner-repository": SOURCE.repository, "runner-ref": SOURCE.commit}
    assert set(job["with"]) <= set(called["on"]["workflow_call"]["inputs"])


def test_the_callers_follow_the_default_branch_of_the_remote(checkout: Callable[..., Checkout]) -> None:
    made = checkout()
    made.git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/trunk")
    adopt(made.root, SOURCE)
    assert "branches: [trunk]" in (made.root / ".github/workflows/runner-launch.yml").read_text()


def test_nothing_is_written_where_one_of_the_files_exists(tmp_path: Path) -> None:
    last = tmp_path / ".github" / "workflows" / CALLERS[-1].file
    last.parent.mkdir(parents=True)
    last.write_text("mine")
    with pytest.raises(InputError, match="exists already"):
        adopt(tmp_path, SOURCE)
    assert [path.read_text() for path in last.parent.iterdir()] == ["mine"]
    adopt(tmp_path, SOURCE, force=True)
    assert SOURCE.commit in last.read_text()


@pytest.mark.parametrize(
    "text",
    ["", "runner", f"runner@{COMMIT}", "our-team/runner", "our-team/runner@v1",
     f"our-team/runner@{COMMIT[:7]}", f"our-team/run ner@{COMMIT}", f"our-team/../runner@{COMMIT}",
     f"our-team/runner@{COMMIT}\n"],
)  # fmt: skip
def test_a_source_that_others_could_move_or_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        parse_source(text)


@pytest.mark.parametrize(
    "address",
    ["https://github.com/our-team/runner", "https://github.com/our-team/runner.git",
     "https://user:token@github.com/our-team/runner.git/", "git@github.com:our-team/runner.git",
     "ssh://git@github.com/our-team/runner.git"],
)  # fmt: skip
def test_an_installation_from_an_address_or_from_a_clone_of_it_is_its_own_source(
    address: str, checkout: Callable[..., Checkout]
) -> None:
    record: dict[str, Any] = {"url": address, "vcs_info": {"vcs": "git", "commit_id": COMMIT}}
    assert source_of(record) == SOURCE
    clone = checkout("a clone")
    clone.git("remote", "add", "origin", address)
    record = {"url": clone.root.as_uri(), "dir_info": {"editable": True}}
    assert source_of(record) == Source("our-team/runner", clone.git("rev-parse", "HEAD"))


@pytest.mark.parametrize(
    "address", ["", "/srv/git/runner.git", "file:///srv/git/runner", "https://host/a/b/c"]
)
def test_an_installation_from_elsewhere_has_no_source(
    address: str, checkout: Callable[..., Checkout]
) -> None:
    clone = checkout()
    if address:
        clone.git("remote", "add", "origin", address)
    assert source_of({"url": clone.root.as_uri(), "dir_info": {}}) is None
    assert source_of({"url": address, "archive_info": {}}) is None
