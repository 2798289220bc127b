import shlex

from click.testing import CliRunner

from runner.cli.launch import command
from runner.ledger import Entry
from runner.pipeline.repeating import repeat

ENTRY = Entry(
    run="20261120-150000-3f9a1c",
    job="greet",
    kind="Command",
    backend="modal",
    key="0" * 32,
    created=1.0,
    by="ada",
    base="0" * 40,
    manifest_path="jobs/greet.yaml",
    manifest_sha256="0" * 64,
    overrides=("spec.env.WORD=it's",),
    only=("run/command",),
    deploy=False,
    request="dispatch 9000000001",
)


def test_the_same_launch_again_names_what_a_workflow_asked_for() -> None:
    assert repeat(ENTRY) == (
        "runner launch jobs/greet.yaml --backend modal --set 'spec.env.WORD=it'\"'\"'s' --only run/command"
        " --no-deploy --request 'dispatch 9000000001'"
    )


def test_another_launch_of_the_same_is_a_request_of_its_own() -> None:
    assert "--request" not in repeat(ENTRY, anew=True)
    assert repeat(ENTRY, anew=True).endswith("--no-deploy --again")


def test_the_command_line_takes_what_it_is_told_to_repeat() -> None:
    words = shlex.split(repeat(ENTRY))[2:]
    assert CliRunner().invoke(command, [*words, "--help"]).exit_code == 0
    assert command.make_context("launch", words).params["request"] == ENTRY.request
