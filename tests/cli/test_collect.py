"""`runner collect`, `retry`, `cancel` and `logs` of launched runs: what they print and how they exit."""

import json

import pytest

from tests.cli.conftest import Provider


def test_a_run_is_collected_retried_and_shown(provider: Provider) -> None:
    run = provider.launch("fails")["run"]
    provider.await_end(run)
    done = provider.runner("collect", run)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"{run}  failed       fails  fail")
    assert f"next: runner results show {run}" in done.stdout
    assert provider.runner("collect").stdout == "nothing to collect: no launched run is open\n"
    assert "exit code 3" in provider.runner("logs", run).stdout
    retried = provider.runner("retry", run, "--follow")
    assert retried.returncode == 1, retried.stderr
    assert "run/command started (attempt 2)" in retried.stdout
    assert "FAIL fails failed" in retried.stdout
    (found,) = json.loads(provider.runner("collect", run, "--json").stdout)
    assert [len(task["attempts"]) for task in found["report"]["tasks"]] == [2]


@pytest.mark.exhaustive
def test_a_run_that_was_cancelled_says_how_to_go_on(provider: Provider) -> None:
    run = provider.launch("long")["run"]
    refused = provider.runner("retry", run)
    assert refused.returncode == 2
    assert f"the run {run} still goes on\n  fix: wait for it" in refused.stderr
    done = provider.runner("cancel", run)
    assert (done.returncode, done.stdout) == (
        0,
        f"cancelled {run}; go on with it by: runner retry {run}\n",
    )
    again = provider.runner("cancel", run)
    assert again.returncode == 2
    assert f"the run {run} has finished already: cancelled" in again.stderr


def test_a_run_that_nobody_knows_is_refused(provider: Provider) -> None:
    done = provider.runner("collect", "20200101")
    assert done.returncode == 2
    assert "there is no run 20200101 here" in done.stderr


def test_one_trouble_among_several_runs_exits_with_4_and_names_it(provider: Provider) -> None:
    first, second = provider.launch("greet")["run"], provider.launch("long")["run"]
    provider.await_end(first)
    provider.plane.stop(f"*{second}")
    done = provider.runner("collect")
    assert done.returncode == 4
    assert f"{first}  succeeded    greet" in done.stdout
    assert f"{second}  running      long  the app of the run {second} was stopped at modal" in done.stdout
    assert f"runner cancel {second}" in done.stdout
