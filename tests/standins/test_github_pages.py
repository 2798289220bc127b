"""The pages for people, and the client that does in a terminal what one does there."""

import base64
import os
import subprocess
import sys
import urllib.request
from urllib.error import HTTPError

import pytest

from tests.conftest import ROOT
from tests.standins.github.hub import Hub


def get(hub: Hub, path: str, token: str = "") -> tuple[str, str]:
    """What a browser gets: the kind of content, and the content."""
    request = urllib.request.Request(f"{hub.url}/acme/demo/{path}")
    if token:
        words = base64.b64encode(f"anybody:{token}".encode()).decode()
        request.add_header("Authorization", f"Basic {words}")
    with urllib.request.urlopen(request) as answer:
        return answer.headers["Content-Type"], answer.read().decode()


def person(hub: Hub, *words: str, code: int = 0) -> str:
    """Runs the client; what it prints."""
    environment = {**os.environ, **hub.environment(hub.token("ada"))}
    command = [sys.executable, "-m", "tests.standins.github.browser", *words]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_a_pull_request_has_a_page_on_which_nothing_is_run(hub: Hub) -> None:
    hub.push("work", {"a.txt": "new\n"})
    number = hub.open_pull("work", title="<b>Mine", body="# Plan\n\n<script>alert(1)</script>")
    hub.comment(number, "Looks **good**.", login="bob")
    kind, page = get(hub, f"pull/{number}", hub.token("ada"))
    assert kind.startswith("text/html")
    assert "&lt;b&gt;Mine #" in page and "Plan</h" in page and "<strong>good</strong>" in page
    assert "<script" not in page
    assert f'href="/acme/demo/pull/{number}"' in get(hub, "pulls", hub.token("ada"))[1]


def test_a_file_of_a_commit_is_shown_as_it_is_and_a_folder_as_a_list(hub: Hub) -> None:
    commit = hub.push("main", {"docs/<i>.html": "<script>1</script>", "docs/a.svg": "<svg/>"})
    token = hub.token("ada")
    assert get(hub, f"blob/{commit}/docs/%3Ci%3E.html", token) == (
        "text/plain; charset=utf-8",
        "<script>1</script>",
    )
    assert get(hub, f"blob/{commit}/docs/a.svg", token)[0] == "image/svg+xml"
    assert "&lt;i&gt;.html" in get(hub, "blob/main/docs/", token)[1]


@pytest.mark.parametrize(("path", "token", "code"), [("pulls", "", 401), ("pull/7", "ada", 404)])
def test_pages_are_for_those_who_may_read_and_only_what_there_is(
    hub: Hub, path: str, token: str, code: int
) -> None:
    with pytest.raises(HTTPError) as refused:
        get(hub, path, hub.token(token) if token else "")
    with refused.value as answer:
        assert answer.code == code


def test_a_person_does_in_a_terminal_what_one_does_in_a_browser(hub: Hub) -> None:
    hub.push("work", {"a.txt": "new\n"}, message="Say it\n\nWith reasons.")
    assert f"{hub.url}/acme/demo/pull/" in person(hub, "pull", "work")
    (number,) = hub.pulls
    person(hub, "comment", "work", "Looks", "good.")
    shown = person(hub, "show", str(number))
    assert shown.startswith(f"#{number} Say it\nopen, work → main, by ada\n")
    assert "--- ada\n\nLooks good.\n" in shown
    person(hub, "merge", "work")
    assert hub.pulls[number].merged
    assert f"#{number} merged work " in person(hub, "list")
    assert "GitHub refuses: " in person(hub, "merge", "work", code=1)
    assert "no pull request from other" in person(hub, "close", "other", code=1)
