"""`runner launch`, and what the commands on launched runs answer where the provider does not."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from runner.ledger import Entry, Ledger
from tests.cli.conftest import Provider
from tests.conftest import Checkout


def test_a_launch_says_how_to_go_on_and_twice_is_one_run(provider: Provider) -> None:
    first = provider.runner("launch", "greet")
    assert first.returncode == 0, first.stderr
    run = first.stdout.split()[1]
    assert f"greet {run} goes on at modal; at most $" in first.stdout
    assert f"  runner logs {run} --follow" in first.stdout
    again = provider.launch("greet")
    assert (again["run"], again["new"]) == (run, False)


def test_jobs_that_cannot_be_launched_do_not_keep_others_from_it(provider: Provider) -> None:
    done = provider.runner("launch", "nowhere", "greet", "--json")
    assert done.returncode == 2
    assert [one["job"] for one in json.loads(done.stdout)] == ["greet"]
    assert "nowhere" in done.stderr


def test_a_change_of_no_manifest_launches_nothing(provider: Provider) -> None:
    done = provider.runner("launch", "--changed", "HEAD..HEAD")
    assert (done.returncode, done.stdout) == (0, "no manifest changed, so nothing was launched\n")


def test_the_job_or_the_changes_must_be_named(provider: Provider) -> None:
    done = provider.runner("launch")
    assert done.returncode == 2
    assert "Name a job, or say --changed BASE..HEAD." in done.stderr


def test_a_dry_run_asks_the_provider_nothing(provider: Provider) -> None:
    provider.plane.reset_calls()
    done = provider.runner("launch", "greet", "--dry-run")
    assert done.returncode == 0, done.stderr
    assert "run/command" in done.stdout
    assert [call for call in provider.plane.calls() if call.caller == "client"] == []


def test_a_wrong_token_is_told_with_its_fix(provider: Provider) -> None:
    done = provider.runner("launch", "greet", MODAL_TOKEN_ID="ak-wrong")
    assert done.returncode == 4
    assert done.stderr.startswith("error[")
    assert "fix: modal token" in done.stderr
    assert len(done.stderr.splitlines()) == 2


NOWHERE = "http://127.0.0.1:9"
COMMANDS = [["launch", "greet"], ["run", "greet"], ["collect"], ["cancel"], ["retry"], ["logs"], ["reap"]]


def test_every_command_tells_of_an_unreachable_provider_within_20_seconds(
    provider: Provider, project: Path
) -> None:
    _write_ledger(project)
    began = time.monotonic()
    with ThreadPoolExecutor() as threads:
        answers = list(
            threads.map(
                lambda words: provider.runner(*words, MODAL_SERVER_URL="http://127.0.0.1:9"), COMMANDS
            )
        )
    assert time.monotonic() - began < 20
    for done in answers:
        assert done.returncode == 4, done.stderr
        assert done.stderr.startswith("error[provider-unreachable]: http://127.0.0.1:9: ")
        assert "  fix: check the network" in done.stderr


def _write_ledger(project: Path) -> None:
    """A ledger with one run that goes on."""
    made = Checkout(project)
    now = time.time()
    entry = Entry(
        run="20261120-150405-3f9a1c", job="greet", kind="Command", backend="modal", key="k", created=now,
        by="ada", base=made.git("rev-parse", "HEAD"), manifest_path="jobs/greet.yaml", manifest_sha256="0",
        state="running", driver="fc-1", expires=now + 3600,
    )  # fmt: skip
    Ledger(made.repository()).update(lambda entries: [entry], "launched")
