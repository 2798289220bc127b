"""A pull request from a fork, with every text that its author can choose meant as an attack."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from tests.acceptance.team import Team, command_job

MARK = "owned"
SHELL = f"$(touch ${{HOME}}/{MARK})`touch ${{HOME}}/{MARK}`"
MALLORY = "mallory"
READER = """
      - name: Take what can be had
        env:
          STOLEN: ${{ secrets.MODAL_TOKEN_ID }}${{ secrets.RUNNER_APP_PRIVATE_KEY }}
          TOKEN: ${{ github.token }}
          HEAD: ${{ github.event.pull_request.head.sha }}
        run: |
          printf 'length=%s\\n' "${#STOLEN}"
          place="http://x-access-token:${TOKEN}@${GITHUB_SERVER_URL#http://}/acme/demo.git"
          git push "$place" HEAD:refs/heads/taken && echo pushed
          mkdir -p "$RUNNER_TEMP/check" && sed "s/HEAD/$HEAD/" forged.json > "$RUNNER_TEMP/check/check.json"
"""


def rewritten(team: Team) -> str:
    """The workflow that checks, made to look for secrets and rights and to hand on a forged result."""
    text = (team.clone.root / ".github/workflows/validate.yml").read_text()
    place = "      - name: Hand what was found to the comment"
    assert place in text
    text = text.replace(place, READER + place).replace("contents: read", "contents: write")
    return text.replace("    name: Validate\n", "    name: Validate\n    environment: runner\n")


def forged(number: int, base: str) -> str:
    """A check that says what its author likes: that all is well, in the words of a reviewer."""
    text = "<img src=x onerror=alert(1)> @ada [approve](https://evil.example) ${{ secrets.MODAL_TOKEN_ID }}"
    plan = {"kind": "Command", "usd": 0, "stages": [{"name": "a", "tasks": 1, "needs": text, "usd": 0}]}
    manifest = {
        "file": f"jobs/{text}.yaml",
        "change": "added",
        "job": f"x\n\n# Approved by @ada\n{SHELL}",
        "plan": plan,
        "changes": [text],
    }
    return json.dumps({"pull_request": number, "head": "HEAD", "base": base, "manifests": [manifest]})


def traces(folder: Path) -> list[Path]:
    return list(folder.rglob(MARK))


@pytest.mark.slow
def test_a_fork_s_pull_request_is_checked_without_a_secret_and_runs_nothing(
    team: Team, tmp_path: Path
) -> None:
    hub = team.hub
    branch = "a';touch${IFS}" + MARK + ";'"
    files = {
        "jobs/evil.yaml": command_job("evil", "env", "secrets: [MODAL_TOKEN_ID]"),
        f"jobs/{SHELL.replace('/', '')}.yaml": command_job("odd"),
        "runner.toml": "[policy]\nmax_usd = 100000\n",
    }
    hub.fork(MALLORY, files, branch=branch)
    title = f"{SHELL} ${{{{ secrets.MODAL_TOKEN_ID }}}}"
    number = hub.open_pull(f"{MALLORY}:{branch}", title=title, login=MALLORY)
    runs = {run.workflow: run for run in team.actions.run_all()}
    assert set(runs) == {"validate.yml", "comment.yml"}
    assert runs["validate.yml"].jobs["validate"].permissions == {"contents": "read"}
    assert team.plane.containers() == []
    assert "runner-ledger" not in hub.branches()
    (comment,) = hub.comments_on(number)
    assert "From a fork" in comment.body
    assert traces(tmp_path) == []


@pytest.mark.exhaustive
@pytest.mark.slow
def test_a_fork_that_rewrites_the_check_gains_nothing(team: Team, tmp_path: Path) -> None:
    hub = team.hub
    other = team.propose("other", {"jobs/other.yaml": command_job("other")})
    team.work()
    files = {".github/workflows/validate.yml": rewritten(team), "forged.json": forged(other, hub.tip())}
    hub.fork(MALLORY, files, branch="evil")
    number = hub.open_pull(f"{MALLORY}:evil", login=MALLORY)
    runs = {run.workflow: run for run in team.actions.run_all()}
    assert "length=0" in runs["validate.yml"].log
    assert "pushed" not in runs["validate.yml"].log and "taken" not in hub.branches()
    assert any("the artifact is about the pull request" in error for error in runs["comment.yml"].errors)
    assert hub.comments_on(number) == []
    (kept,) = hub.comments_on(other)
    assert "Approved" not in kept.body

    about_itself = {"forged.json": forged(number, hub.tip())}
    hub.push("evil", about_itself, login=MALLORY, repository=hub.fork_of(MALLORY))
    team.actions.run_all()
    (comment,) = hub.comments_on(number)
    assert "From a fork: its own code wrote what stands here" in comment.body
    shown = MarkdownIt("gfm-like", {"linkify": False}).parse(comment.body)
    inside = [child for token in shown for child in token.children or ()]
    assert [one for one in shown if one.type == "html_block" and "onerror" in one.content] == []
    marked = [one for one in inside if one.type in ("link_open", "image", "html_inline")]
    assert not any("evil" in str(one) for one in marked)
    assert not any("@ada" in one.content for one in inside if one.type == "text")
    assert "\n# Approved" not in comment.body
    assert team.plane.containers() == [] and traces(tmp_path) == []


@pytest.mark.slow
@pytest.mark.parametrize("job", [SHELL, "../../etc/passwd", "--backend=local", "greet\nrunner=evil"])
def test_an_input_is_a_name_and_nothing_else(team: Team, tmp_path: Path, job: str) -> None:
    team.hub.dispatch("launch.yml", {"job": job, "overrides": SHELL})
    (run,) = team.actions.run_all()
    assert run.conclusion == "failure"
    assert run.errors
    assert traces(tmp_path) == [] and "runner-ledger" not in team.hub.branches()
