"""The workflow's token goes to this repository alone; commits come without anything else moving."""

from __future__ import annotations

import subprocess
import threading
from base64 import b64encode
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from runner.errors import InputError, ProviderError
from runner.repository import process
from runner.repository.access import access, fetch_commit
from runner.repository.git import Repository
from tests.conftest import Checkout
from tests.standins.github.hub import Hub

TOKEN = "ghs_let-me-in"
GITHUB = {"GITHUB_REPOSITORY": "acme/demo", "GITHUB_TOKEN": TOKEN}

Make = Callable[..., Checkout]


def shown(token: str) -> str:
    return f"Basic {b64encode(f'x-access-token:{token}'.encode()).decode()}"


class Server(ThreadingHTTPServer):
    """Serves repositories as files, and keeps what each path was asked with."""

    def __init__(self, folder: Path) -> None:
        super().__init__(("127.0.0.1", 0), partial(Handler, directory=str(folder)))
        self.asked: dict[str, list[list[str]]] = {}
        self.url = f"http://127.0.0.1:{self.server_port}"


class Handler(SimpleHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        name = "/".join(self.path.split("/")[1:3])
        self.server.asked.setdefault(name, []).append(self.headers.get_all("Authorization") or [])
        super().do_GET()

    def log_message(self, *_: object) -> None:
        """Nobody looks."""


@pytest.fixture
def server(checkout: Make, tmp_path: Path) -> Iterator[Server]:
    made = checkout("made")
    for name in ("acme/demo", "acme/demo.git", "acme/demo-2", "evil/demo"):
        bare = tmp_path / "served" / name
        made.git("clone", "--quiet", "--bare", str(made.root), str(bare))
        made.git("-C", str(bare), "update-server-info")
    with Server(tmp_path / "served") as serving:
        thread = threading.Thread(target=partial(serving.serve_forever, 0.02))
        thread.start()
        yield serving
        serving.shutdown()
        thread.join()


def test_the_token_is_shown_to_this_repository_and_to_no_other(server: Server) -> None:
    given = access({**GITHUB, "GITHUB_SERVER_URL": server.url})
    for name in ("acme/demo", "acme/demo.git", "acme/demo-2", "evil/demo", "acme/demo/../../evil/demo"):
        process.git("ls-remote", f"{server.url}/{name}", env=given)
    assert {name: ways[0] for name, ways in server.asked.items()} == {
        "acme/demo": [shown(TOKEN)],
        "acme/demo.git": [shown(TOKEN)],
        "acme/demo-2": [],
        "evil/demo": [],
    }


def test_it_takes_the_place_of_what_a_checkout_left(server: Server, checkout: Make) -> None:
    here = checkout("here")
    here.git("config", f"http.{server.url}/.extraHeader", "Authorization: Basic b2xk")
    given = access({**GITHUB, "GITHUB_SERVER_URL": server.url})
    here.repository().git("ls-remote", f"{server.url}/acme/demo", env=given)
    assert server.asked["acme/demo"][0] == [shown(TOKEN)]


def test_the_token_of_an_app_is_preferred() -> None:
    given = access({**GITHUB, "RUNNER_APP_TOKEN": "ghs_app"})
    assert shown("ghs_app") in given["GIT_CONFIG_VALUE_1"]
    assert shown(TOKEN) not in str(given)
    assert access({**GITHUB, "RUNNER_APP_TOKEN": ""})["GIT_CONFIG_VALUE_1"].endswith(shown(TOKEN))


def test_settings_of_git_in_the_environment_keep_their_place() -> None:
    given = access({**GITHUB, "GIT_CONFIG_COUNT": "2"})
    assert given["GIT_CONFIG_COUNT"] == "6"
    assert sorted(given)[1:] == sorted(
        f"GIT_CONFIG_{part}_{number}" for part in ("KEY", "VALUE") for number in range(2, 6)
    )


@pytest.mark.parametrize(
    "environ",
    [
        {},
        {"GITHUB_REPOSITORY": "acme/demo"},
        {"GITHUB_TOKEN": TOKEN},
        {**GITHUB, "GITHUB_REPOSITORY": "acme"},
        {**GITHUB, "GITHUB_REPOSITORY": "acme/demo\nhttp.proxy"},
        {**GITHUB, "GITHUB_SERVER_URL": "http://github.example"},
        {**GITHUB, "GITHUB_SERVER_URL": "http://127.0.0.1.github.example"},
        {**GITHUB, "GITHUB_SERVER_URL": "https://someone@github.example"},
        {**GITHUB, "GITHUB_SERVER_URL": "file:///"},
    ],
)
def test_nothing_is_given_where_it_could_not_be_kept_to_one_place(environ: dict[str, str]) -> None:
    assert access(environ) == {}


@pytest.fixture
def origin(checkout: Make) -> Checkout:
    """With two commits on main, and one on a branch."""
    made = checkout("origin")
    made.commit({"a": "2"}, "Second")
    made.git("checkout", "--quiet", "-b", "side")
    made.commit({"a": "3"}, "Third")
    made.git("checkout", "--quiet", "main")
    return made


def clone(origin: Checkout, *options: str) -> Checkout:
    folder = origin.root.parent / "clone"
    subprocess.run(["git", "clone", "--quiet", *options, f"file://{origin.root}", folder], check=True)
    return Checkout(folder)


@pytest.mark.parametrize("depth", [["--depth=1"], ["--single-branch"]])
def test_a_commit_comes_and_nothing_else_changes(origin: Checkout, depth: list[str]) -> None:
    here = clone(origin, *depth)
    side = origin.git("rev-parse", "side")
    before = (here.git("for-each-ref"), here.git("rev-parse", "--is-shallow-repository"))
    assert here.repository().commit(side) is None
    assert fetch_commit(here.repository(), side) == side
    assert here.git("show", f"{side}:a") == "3"
    assert (here.git("for-each-ref"), here.git("rev-parse", "--is-shallow-repository")) == before
    assert not (here.root / ".git" / "FETCH_HEAD").exists()


def test_a_private_repository_s_commit_comes_with_the_token_of_the_workflow(
    hub: Hub, origin: Checkout, monkeypatch: pytest.MonkeyPatch
) -> None:
    side = origin.git("rev-parse", "side")
    origin.git("push", "--quiet", hub.clone_url(hub.token("ada")), "side")
    here = clone(origin, "--depth=1")
    here.git("remote", "set-url", "origin", f"{hub.url}/acme/demo")
    with pytest.raises(ProviderError) as refused:
        fetch_commit(here.repository(), side)
    assert refused.value.code == "git-access"
    for name, value in hub.environment(hub.job_token({"contents": "read"})).items():
        monkeypatch.setenv(name, value)
    assert fetch_commit(here.repository(), "side") == side


def test_a_branch_is_the_one_at_origin_and_not_the_one_remembered_here(origin: Checkout) -> None:
    here = clone(origin, "--depth=1")
    stale = here.git("for-each-ref")
    moved = origin.commit({"a": "4"}, "Fourth")
    assert fetch_commit(here.repository(), "main") == moved
    assert here.git("for-each-ref") == stale


def test_a_commit_that_is_here_needs_no_network(origin: Checkout) -> None:
    here = clone(origin)
    here.git("remote", "set-url", "origin", "file:///nowhere")
    assert fetch_commit(here.repository(), here.git("rev-parse", "HEAD~1")) == here.git("rev-parse", "HEAD~1")


@pytest.mark.parametrize("revision", ["1" * 40, "nowhere", "--upload-pack=touch pwned", "main~1", "a..b", ""])
def test_what_origin_does_not_have_is_refused(origin: Checkout, revision: str) -> None:
    with pytest.raises(InputError, match="origin has no commit, branch or tag") as refused:
        fetch_commit(clone(origin).repository(), revision)
    assert refused.value.code == "unknown-commits"


def test_an_origin_that_is_away_is_told_without_the_token(
    origin: Checkout, monkeypatch: pytest.MonkeyPatch
) -> None:
    here: Repository = clone(origin).repository()
    here.git("remote", "set-url", "origin", "http://127.0.0.1:9/acme/demo")
    environ: dict[str, Any] = {**GITHUB, "GITHUB_SERVER_URL": "http://127.0.0.1:9"}
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ProviderError) as refused:
        fetch_commit(here, "main")
    assert refused.value.code == "git-unreachable"
    assert "git remote -v" in refused.value.fix
    assert TOKEN not in repr(refused.value) and shown(TOKEN) not in repr(refused.value)
