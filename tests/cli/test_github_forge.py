"""`runner run` whose results become a pull request at GitHub."""

from __future__ import annotations

import json
from pathlib import Path

from tests.conftest import Checkout, Run
from tests.standins.github.hub import Hub

JOB = """\
apiVersion: runner/v1
kind: Command
metadata: {name: greet, owners: ["@grace"]}
spec:
  command: [sh, -c, 'mkdir -p "$RUNNER_OUTPUT_DIR" && echo "w = 1" > "$RUNNER_OUTPUT_DIR/w.toml"']
  deploy: {enabled: true, files: [{from: w.toml, to: data/w.toml}]}
"""


def test_a_run_ends_as_a_pull_request_with_its_address_on_the_terminal(
    project: Path, runner: Run, hub: Hub
) -> None:
    made = Checkout(project)
    made.commit({"jobs/greet.yaml": JOB, "runner.toml": 'forge = "github"\n'})
    hub.adopt(project)
    hub.collaborator("grace")
    made.git("remote", "add", "origin", f"{hub.url}/{hub.name}.git")
    settings = hub.environment(hub.job_token()) | {"GITHUB_ACTIONS": "true"}
    done = runner("run", "greet", **settings)
    assert done.returncode == 0, done.stdout + done.stderr
    (pull,) = hub.pulls.values()
    address = f"{hub.url}/acme/demo/pull/{pull.number}"
    assert f"  page      {address}\n" in done.stdout
    assert f"  git fetch origin {pull.head} && git diff --stat HEAD...FETCH_HEAD\n" in done.stdout
    assert (pull.reviewers, pull.labels, pull.draft) == (["grace"], ["runner"], True)
    assert hub.read("data/w.toml", pull.head) == b"w = 1\n"
    (status,) = hub.statuses
    assert (status.state, status.description) == (
        "failure",
        "Verdict: undecided. No gate declared, so nothing was demanded of the result.",
    )
    run = (pull.body or "").rpartition(" run=")[2].split(" ")[0]
    shown = runner("results", "show", run, "--json", **settings)
    assert json.loads(shown.stdout)["run"] == run


def test_without_a_token_nothing_runs(project: Path, runner: Run) -> None:
    Checkout(project).commit({"jobs/greet.yaml": JOB, "runner.toml": 'forge = "github"\n'})
    done = runner("run", "greet", GITHUB_TOKEN="", RUNNER_APP_TOKEN="", GITHUB_REPOSITORY="acme/demo")
    assert done.returncode == 2
    assert "there is no token for GitHub" in done.stderr
    assert not list(project.glob(".runner/runs/*"))
