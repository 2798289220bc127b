"""What a person reads while the workflows are at work."""

from __future__ import annotations

from tests.standins.actions.conftest import Make, job, workflow
from tests.standins.actions.news import News
from tests.standins.github.hub import Hub


def test_everything_is_told_once_on_a_line_of_its_own(hub: Hub, make: Make) -> None:
    actions = make({"a.yml": workflow("pull_request", {"one": job("echo '::error::It is amiss.'; exit 1")})})
    news = News(hub, actions)
    tip = hub.push("work", {"a.txt": "new\n"})
    hub.open_pull("work", title="Mine\x1b[2J")
    hub.comment(1, "<!-- runner:plan -->\nAs it\nis.", login="bob")
    status = {"state": "success", "context": "runner/plan", "description": "1 plan"}
    hub.act("repos/create-commit-status", "ada", status, sha=tip)
    (run,) = actions.run_all()
    hub.push("runner-ledger", {"runs/1.json": "{}"})
    hub.merge_pull(1)
    page = f"{hub.url}/acme/demo/actions/runs/{run.run_id}"
    assert [" ".join(line.split()) for line in news.lines()] == [
        f"push work at {tip[:7]} by ada",
        "pull request #1 opened by ada: Mine\ufffd[2J",
        "comment #1 by bob: As it",
        f"push main at {hub.tip()[:7]} by ada",
        "pull request #1 merged by ada: Mine\ufffd[2J",
        f"status runner/plan success at {tip[:7]}: 1 plan",
        f"workflow tiny for pull_request: failure, {page}",
        "It is amiss.",
    ]
    assert list(news.lines()) == []
