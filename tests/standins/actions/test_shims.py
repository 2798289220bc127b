"""What stands in for actions: checkout, artifacts, caches, tokens of an App, Python."""

from __future__ import annotations

from pathlib import Path

from tests.standins.actions.conftest import Make
from tests.standins.actions.tokens import App
from tests.standins.github.hub import Hub

APP = App(
    identifier="Iv1.abc",
    key="-----BEGIN KEY-----\nnot really a key\n-----END KEY-----\n",
    permissions={"contents": "write"},
)
CHECKOUTS = """
on: pull_request
permissions: {contents: read}
jobs:
  shallow:
    runs-on: ubuntu-latest
    steps:
      - uses: CHECKOUT
        with: {persist-credentials: false}
      - run: &look echo "$(git rev-list --count HEAD) $(git config --get-regexp extraheader | wc -l)"
  deep:
    runs-on: ubuntu-latest
    steps:
      - uses: CHECKOUT
        with: {fetch-depth: 0}
      - run: *look
  tip:
    runs-on: ubuntu-latest
    steps:
      - uses: CHECKOUT
        with: {ref: "${{ github.head_ref }}", path: sub}
      - run: git -C sub log -1 --format='%s %D'
"""
UPLOADS = """
name: uploads
on: push
permissions: {contents: read}
jobs:
  one:
    runs-on: ubuntu-latest
    steps:
      - uses: CHECKOUT
      - run: mkdir -p out/deep; echo found > out/deep/a.json; echo hidden > out/.b
      - uses: UPLOAD
        with: {name: check, path: out}
"""
DOWNLOADS = """
name: NAME
on: {workflow_run: {workflows: [uploads], types: [completed]}}
permissions: ALLOWED
jobs:
  one:
    runs-on: ubuntu-latest
    steps:
      - uses: PYTHON
      - uses: DOWNLOAD
        with:
          name: check
          path: got
          run-id: ${{ github.event.workflow_run.id }}
          github-token: ${{ github.token }}
      - run: cd got; find . -type f; cat deep/a.json
"""
CACHES = """
on: push
permissions: {contents: read}
jobs:
  one:
    runs-on: ubuntu-latest
    steps:
      - uses: CACHE
        id: cache
        with: {path: "${{ runner.temp }}/kept", key: "k-${{ github.ref }}", restore-keys: k-}
      - run: |
          mkdir -p "$RUNNER_TEMP/kept"
          ls "$RUNNER_TEMP/kept"
          touch "$RUNNER_TEMP/kept/$GITHUB_RUN_NUMBER"
"""
HALVES = """
on: push
permissions: {contents: read}
jobs:
  one:
    runs-on: ubuntu-latest
    steps:
      - uses: RESTORE
        with: {path: kept, key: k}
      - run: ls kept || mkdir kept
      - uses: SAVE
        with: {path: kept, key: k}
      - run: exit 1
"""
TOKENS = """
on: push
permissions: {contents: read}
jobs:
  good:
    runs-on: ubuntu-latest
    steps:
      - uses: CHECKOUT
        with: {persist-credentials: false}
      - uses: APP_TOKEN
        id: app
        with: {client-id: Iv1.abc, private-key: "${{ secrets.APP_KEY }}", permission-contents: write}
      - env: {TOKEN: "${{ steps.app.outputs.token }}"}
        run: git push "http://x:$TOKEN@${GITHUB_SERVER_URL#http://}/$GITHUB_REPOSITORY" HEAD:refs/heads/mine
  bad:
    runs-on: ubuntu-latest
    steps:
      - uses: APP_TOKEN
        with: {client-id: Iv1.abc, private-key: "${{ secrets.APP_KEY }}", permission-issues: write}
"""
PYTHONS = """
on: push
permissions: {}
jobs:
  one:
    runs-on: ubuntu-latest
    steps:
      - uses: PYTHON
        with: {python-version: "3"}
      - run: python -c 'import sys, pytest; print(sys.prefix)'; command -v pip
"""


def test_a_checkout_has_the_history_asked_for_and_keeps_no_token_unless_told(hub: Hub, make: Make) -> None:
    actions = make({"a.yml": CHECKOUTS})
    hub.push("topic", {"data.txt": "1"}, "Say this")
    hub.open_pull("topic")
    [run] = actions.run_all()
    assert run.jobs["shallow"].log.endswith("\n1 0\n"), run
    assert run.jobs["deep"].log.endswith("\n4 1\n")
    assert run.jobs["tip"].log.endswith("\nSay this grafted, HEAD -> topic, origin/topic\n")


def test_an_artifact_is_read_by_another_run_with_a_token_that_may(hub: Hub, make: Make) -> None:
    files = {
        "a.yml": UPLOADS,
        "b.yml": DOWNLOADS.replace("NAME", "may").replace("ALLOWED", "{actions: read}"),
        "c.yml": DOWNLOADS.replace("NAME", "may_not").replace("ALLOWED", "{}"),
    }
    actions = make(files)
    hub.push("main", {"data.txt": "1"})
    made, may, may_not = actions.run_all()
    assert list(made.artifacts) == ["check"]
    assert may.log.endswith("./deep/a.json\nfound\n"), may
    assert any("needs actions: read" in error for error in may_not.errors), may_not


def test_a_cache_is_saved_once_after_a_success_and_found_again(hub: Hub, make: Make) -> None:
    actions = make({"a.yml": CACHES})
    hits: list[tuple[str, str]] = []
    for branch in ("main", "main", "topic"):
        hub.push(branch, {"data.txt": str(len(hits))})
        [run] = actions.run_all()
        hits.append((run.jobs["one"].steps["cache"].outputs["cache-hit"], run.log.splitlines()[-1]))
    assert hits == [("", "Cache not found for input keys: k-refs/heads/main"), ("true", "1"), ("false", "1")]


def test_a_cache_is_saved_by_a_step_of_a_job_that_fails_later(hub: Hub, make: Make) -> None:
    actions = make({"a.yml": HALVES})
    hub.push("main", {"data.txt": "1"})
    hub.push("main", {"data.txt": "2"})
    first, second = actions.run_all()
    assert "Cache not found for input keys: k" in first.log
    assert "Cache restored from key: k" in second.log
    assert "Unable to reserve cache" in second.annotations[0].message


def test_a_seeded_cache_answers_every_key_of_its_pattern(hub: Hub, make: Make, tmp_path: Path) -> None:
    actions = make({"a.yml": CACHES})
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "seed").touch()
    actions.caches.seed("k-*", [tmp_path / "kept"])
    hub.push("main", {"data.txt": "1"})
    [run] = actions.run_all()
    assert run.jobs["one"].steps["cache"].outputs["cache-hit"] == "true"
    assert run.log.endswith("seed\n")


def test_who_has_the_key_of_the_app_gets_a_token_that_ends_with_the_job(hub: Hub, make: Make) -> None:
    actions = make({"a.yml": TOKENS}, app=APP, secrets={"APP_KEY": APP.key})
    hub.push("main", {"data.txt": "1"})
    run, *_ = actions.run_all()
    assert (run.jobs["good"].conclusion, run.jobs["bad"].conclusion) == ("success", "failure"), run
    pushes = [event for event in hub.events if event.payload.get("ref") == "refs/heads/mine"]
    assert [event.actor for event in pushes] == ["runner-app[bot]"]
    assert {str(who.permissions) for who in hub.world.identities.values() if who.kind == "app"} == {"{}"}


def test_what_a_job_installs_stays_in_the_job(hub: Hub, make: Make) -> None:
    actions = make({"a.yml": PYTHONS})
    hub.push("main", {"data.txt": "1"})
    [run] = actions.run_all()
    prefix, pip = run.log.splitlines()
    assert str(run.run_id) in prefix
    assert pip == f"{prefix}/bin/pip"
