"""Comments on pull requests, heard by the real workflow: who is obeyed, and what is said back."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from tests.acceptance.team import PATIENCE, Team, command_job

UNCHECKED = "A change [skip ci]"
"""The message of a commit that starts no `validate`: that is another test's business."""
MALLORY = "mallory"
MARK = "owned"
SHELL = f"$(touch ${{HOME}}/{MARK})`touch ${{HOME}}/{MARK}`"
LEVEL = 'echo "{\\"level\\": $LEVEL}" > "$RUNNER_OUTPUT_DIR/metrics.json"'
SECOND = 'test -e "$RUNNER_CHECKPOINT_DIR/tried" || { touch "$RUNNER_CHECKPOINT_DIR/tried"; exit 1; }'
GREET = command_job("greet", LEVEL, "env: {LEVEL: '1'}")
LONG = command_job("long", "sleep 100")


class Talk:
    """A pull request, and what is said on it."""

    def __init__(self, team: Team, number: int) -> None:
        self.team = team
        self.number = number

    def say(self, *lines: str) -> list[str]:
        """Comments, each as `login: text`; the bot's answers: its reaction, and its reply if there is one."""
        parts = [line.partition(": ")[::2] for line in lines]
        said = [self.team.hub.comment(self.number, text, login) for login, text in parts]
        self.team.work(parallel=2)
        return [" ".join([*(what for _, what in one.reactions), *self.replies(one.id)]) for one in said]

    def replies(self, comment: int) -> list[str]:
        """The replies to a comment."""
        mark = f"<!-- runner:reply-{comment} -->"
        return [text.removeprefix(mark).strip() for text in self.told() if text.startswith(mark)]

    def told(self) -> list[str]:
        """All that the bot wrote."""
        return [one.body for one in self.team.hub.comments_on(self.number) if one.login.endswith("[bot]")]

    def runs(self) -> dict[str, str]:
        """The last run of each job."""
        return {entry["job"]: entry["run"] for entry in self.team.entries()}

    def await_end(self, run: str) -> None:
        """Waits until nothing works for a run any more."""
        deadline = time.monotonic() + PATIENCE
        while any(one["app"].endswith(run) for one in self.team.plane.containers()):
            assert time.monotonic() < deadline
            time.sleep(0.1)


@pytest.mark.slow
@pytest.mark.exhaustive
def test_people_who_may_write_start_end_and_repeat_runs_by_comments(team: Team, tmp_path: Path) -> None:
    jobs: dict[str, str | bytes] = {
        "jobs/greet.yaml": GREET, "jobs/long.yaml": LONG, "jobs/second.yaml": command_job("second", SECOND),
    }  # fmt: skip
    talk = Talk(team, team.propose("jobs", jobs, UNCHECKED))
    team.hub.collaborator("eve", "read")
    head = team.hub.tip("jobs")[:12]
    started, plan, other, help_, hostile, read_only = talk.say(
        "ada: /run long second",
        "ada: /plan greet",
        "ada: /run greet --set spec.env.LEVEL=7",
        "ada: /cancle greet",
        f"ada: /run '{SHELL}<img src=x>[a](https://evil.example)@eve'",
        "eve: /run greet",
    )
    assert f"@ada the plan of [`{head}`]" in plan and "Command, `jobs/greet.yaml`" in plan
    assert plan.startswith("eyes") and "`long`" not in plan
    assert "there is no command" in help_ and "/cancel [RUN]" in help_
    page = MarkdownIt("gfm-like", {"linkify": False}).render(hostile)
    assert "there is no manifest" in page and "<img" not in page and 'href="https://evil' not in page
    assert "@eve" not in re.sub(r"<code>.*?</code>", "", page)
    assert read_only == "confused"
    runs = talk.runs()
    assert set(runs) == {"long", "second", "greet"}
    assert all(runs[job] in started for job in ("long", "second")) and runs["greet"] in other
    assert "Its end is told here. Nothing is proposed from the head of a pull request" in other

    talk.await_end(runs["second"])
    cancelled, again = talk.say(f"ada: /cancel {runs['long']}", f"ada: /retry {runs['second']}")
    assert f"the run `{runs['long']}` was cancelled" in cancelled
    assert f"the run `{runs['second']}` of `second` goes on" in again
    team.collect()
    assert set(team.hub.pulls) == {talk.number}
    ends = {entry["job"]: (entry["outcome"], entry.get("retries", 0)) for entry in team.entries()}
    assert ends == {"long": ("cancelled", 0), "second": ("succeeded", 1), "greet": ("succeeded", 0)}
    for run in runs.values():
        assert any(f"runner:run-{run} " in text for text in talk.told())
    assert list(tmp_path.rglob(MARK)) == []


@pytest.mark.slow
@pytest.mark.exhaustive
def test_a_stranger_s_pull_request_runs_only_the_commit_that_a_person_named(team: Team) -> None:
    hub = team.hub
    fork = hub.fork(MALLORY)
    hub.push("jobs", {"jobs/greet.yaml": GREET}, UNCHECKED, MALLORY, fork)
    talk = Talk(team, hub.open_pull(f"{MALLORY}:jobs", login=MALLORY))
    seen = hub.pulls[talk.number].head_sha
    stranger, unnamed = talk.say(f"{MALLORY}: /run {seen}", "ada: /run")
    assert stranger == "confused"
    assert f"\n/run {seen}\n" in unnamed and team.entries() == []
    evil = command_job("greet", "env")
    hub.push("jobs", {"jobs/greet.yaml": evil}, UNCHECKED, MALLORY, fork)
    (moved,) = talk.say(f"ada: /run {seen}")
    assert f"is not {seen[:12]}: look at it once more" in moved and team.entries() == []
    now = hub.pulls[talk.number].head_sha
    assert f"\n/run {now}\n" in moved
    (started,) = talk.say(f"ada: /run {now}")
    (entry,) = team.entries()
    assert (entry["base"], entry["run"] in started) == (now, True)
    assert "Nothing is proposed from the head of a pull request" in started
