"""Environments: a person's approval, and secrets that only their jobs have."""

from __future__ import annotations

import pytest

from tests.standins.actions.conftest import Make, job, workflow
from tests.standins.actions.mistakes import Mistake
from tests.standins.actions.secrecy import Gate
from tests.standins.github.hub import Hub

KEY = {"KEY": "the-key-of-production"}
JOBS = {
    "first": job("echo before"),
    "second": job("echo ${#KEY}", environment="production", needs="first", env='{KEY: "${{ secrets.KEY }}"}'),
    "third": job("echo after", needs="second"),
}
APPROVED = {"a.yml": workflow("workflow_dispatch", JOBS)}


def test_a_protected_job_waits_for_a_person_while_the_jobs_before_it_have_run(hub: Hub, make: Make) -> None:
    actions = make(APPROVED, environments={"production": Gate(KEY, protected=True)})
    hub.dispatch("a.yml")
    [run] = actions.run_all()
    assert (run.status, run.jobs["first"].conclusion, run.jobs["second"].log) == ("waiting", "success", "")
    assert actions.run_all() == [run]
    actions.approve(run, "production")
    assert actions.run_all() == [run]
    assert (run.status, run.conclusion, run.jobs["third"].conclusion) == ("completed", "success", "success")
    assert f"{len(KEY['KEY'])}\n" in run.jobs["second"].log


def test_a_rejected_job_fails_and_does_nothing(hub: Hub, make: Make) -> None:
    actions = make(APPROVED, environments={"production": Gate(KEY, protected=True)})
    hub.dispatch("a.yml")
    [run] = actions.run_all()
    actions.reject(run, "production")
    actions.run_all()
    assert [job.conclusion for job in run.jobs.values()] == ["success", "failure", "skipped"]
    assert "rejected" in run.jobs["second"].note


def test_an_environment_that_nobody_made_is_made_and_asks_nobody(hub: Hub, make: Make) -> None:
    actions = make({"a.yml": workflow("push", {"one": job("echo in", environment="staging")})})
    hub.push("main", {"data.txt": "new"})
    [run] = actions.run_all()
    assert run.conclusion == "success"
    assert hub.repository.environments == {"staging": []}


def test_a_job_without_its_environment_may_not_read_its_secret(hub: Hub, make: Make) -> None:
    jobs = {"one": job("echo ${#KEY}", env='{KEY: "${{ secrets.KEY }}"}')}
    actions = make({"a.yml": workflow("push", jobs)}, environments={"production": Gate(KEY)})
    hub.push("main", {"data.txt": "new"})
    with pytest.raises(Mistake, match=r"job one: reads secrets\.KEY, which only jobs with its `environment`"):
        actions.run_all()


def test_a_pull_request_from_a_fork_has_no_secret_and_may_write_nothing(hub: Hub, make: Make) -> None:
    steps = "echo key=${#KEY} var=$VAR", "git push origin HEAD:refs/heads/mine"
    about = {
        "env": '{KEY: "${{ secrets.KEY }}", VAR: "${{ vars.WORD }}"}',
        "permissions": "{contents: write}",
    }
    files = {"a.yml": workflow("pull_request", {"one": job(*steps, **about)})}
    actions = make(files, secrets=KEY, variables={"WORD": "said"})
    hub.fork("mallory", {"data.txt": "new"}, branch="change")
    hub.open_pull("mallory:change", login="mallory")
    [run] = actions.run_all()
    assert "key=0 var=\n" in run.log
    assert run.jobs["one"].permissions == {"contents": "read"}
    assert run.conclusion == "failure"
    assert "mine" not in hub.branches()


def test_a_secret_that_is_printed_is_masked_and_reported(hub: Hub, make: Make) -> None:
    steps = 'echo "it is $KEY"', 'echo "$KEY" >> $GITHUB_STEP_SUMMARY', "echo fine"
    jobs = {"one": job(*steps, env='{KEY: "${{ secrets.KEY }}"}')}
    actions = make({"a.yml": workflow("push", jobs)}, secrets=KEY)
    hub.push("main", {"data.txt": "new"})
    [run] = actions.run_all()
    assert "it is ***" in run.log
    assert run.summary == "***\n"
    assert actions.leaks() == ["a.yml, one: KEY in 'it is ***\\n'", "a.yml, one: KEY in '***\\n'"]


def test_a_secret_in_the_output_of_a_job_is_a_mistake(hub: Hub, make: Make) -> None:
    about = {"outputs": "{key: '${{ steps.say.outputs.key }}'}", "env": '{KEY: "${{ secrets.KEY }}"}'}
    say = 'uses: CHECKOUT}, {id: say, run: \'echo "key=$KEY" >> "$GITHUB_OUTPUT"\''
    actions = make({"a.yml": workflow("push", {"one": job(first=say, **about)})}, secrets=KEY)
    hub.push("main", {"data.txt": "new"})
    with pytest.raises(Mistake, match="drops its output key"):
        actions.run_all()
