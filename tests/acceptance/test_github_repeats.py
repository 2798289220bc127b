"""What GitHub does twice, late or at once: one run, one pull request, no lost commit."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.acceptance.team import Team, command_job
from tests.conftest import ROOT

LANDS = 'mkdir -p "$RUNNER_OUTPUT_DIR" && date +%s%N > "$RUNNER_OUTPUT_DIR/answer.txt"'
DEPLOY = "deploy: {files: [{from: answer.txt, to: data/answer.txt}]}"


def collecting(team: Team, folder: Path) -> subprocess.Popen[str]:
    """A collect of another machine, in a clone of its own."""
    token = team.hub.token("ada")
    subprocess.run(["git", "clone", "-q", team.hub.clone_url(token), str(folder)], check=True)
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "runner", "collect"],
        cwd=folder,
        env={**team.environment(token), "PYTHONPATH": str(ROOT), "GITHUB_ACTIONS": "true"},
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip


@pytest.mark.slow
@pytest.mark.exhaustive
def test_whatever_happens_twice_is_one_run_and_one_pull_request(team: Team, tmp_path: Path) -> None:
    hub, actions = team.hub, team.actions
    hub.push("main", {"jobs/answer.yaml": command_job("answer", LANDS, DEPLOY)})
    push = hub.events[-1]
    assert push.name == "push"
    first = team.work()["launch"]
    actions.deliver(push)
    actions.rerun(first)
    again = team.work()["launch"]
    (run,) = team.runs()
    assert run in first.summary and run in again.summary

    hub.push("main", {"README.md": "Main has moved on.\n"})
    team.await_end()
    people = [collecting(team, tmp_path / name) for name in ("one", "other")]
    actions.tick("collect.yml")
    actions.tick("collect.yml")
    done = actions.run_all(parallel=2)
    outputs = [person.communicate(timeout=120)[0] for person in people]
    assert [person.returncode for person in people] == [0, 0], outputs
    assert {each.conclusion for each in done} <= {"success", "cancelled"}, done
    assert [pull.head for pull in hub.pulls.values()] == ["runner/answer"]
    pull = team.pull_of("answer")
    assert hub.read("README.md", pull.head_sha) == b"Main has moved on.\n"
    assert team.runs() == [run]

    branch = pull.head
    mine = hub.push(branch, {"data/answer.txt": "42\n"}, login="bob")
    hub.dispatch("launch.yml", {"job": "answer"})
    team.work()
    team.collect()
    assert hub.branches()[branch] == mine
    newer = team.pull_of("answer-2")
    assert "is not the bot's" in str(newer.body)
    assert hub.pulls[pull.number].state == "open"
    assert len(team.runs()) == 2
