from __future__ import annotations

import base64
import subprocess
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from runner.errors import InputError, ProviderError
from runner.ledger import Entry, Ledger
from runner.ledger.branch import LocalBranch, open_branch
from tests.conftest import Checkout
from tests.ledger.conftest import Remote, entry

SECRET = "s3cr3t-t0ken"


def put(ledger: Ledger, *entries: Entry) -> dict[str, Entry]:
    return ledger.update(lambda standing: entries, "launch")


def bare(path: Path, *options: str) -> Path:
    subprocess.run(["git", "init", "--quiet", "--bare", *options, path], check=True)
    return path


def refused(checkout: Checkout, remote: str | None = None) -> ProviderError:
    with pytest.raises(ProviderError) as caught:
        Ledger(checkout.repository(), remote).read()
    return caught.value


class Server:
    """An HTTP server that answers every request alike, and keeps what it was asked with."""

    def __init__(self, status: int) -> None:
        self.authorizations: list[str | None] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.authorizations.append(self.headers["Authorization"])
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *arguments: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/team/project.git"
        Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "127.0.0.1")


@pytest.fixture
def server() -> Iterator[Callable[[int], Server]]:
    started = []

    def start(status: int) -> Server:
        started.append(Server(status))
        return started[-1]

    yield start
    for one in started:
        one.server.shutdown()
        one.server.server_close()


def test_the_remote_that_is_named_is_used_and_otherwise_origin(remote: Remote) -> None:
    clone = remote.clone()
    second = bare(remote.folder / "second.git")
    clone.git("remote", "add", "second", str(second))
    put(Ledger(clone.repository(), "second"), entry(1))
    assert Ledger(clone.repository()).read() == {}
    put(Ledger(clone.repository()), entry(2))
    assert list(Ledger(clone.repository(), "second").read()) == [entry(1).run]
    assert list(Ledger(clone.repository(), "origin").read()) == [entry(2).run]


@pytest.mark.parametrize("name", ["orgin", "--upload-pack=touch x", "ext::sh -c touch", "https://x.org/y"])
def test_a_remote_that_is_not_configured_is_refused(remote: Remote, name: str) -> None:
    clone = remote.clone()
    with pytest.raises(InputError) as caught:
        Ledger(clone.repository(), name)
    assert caught.value.code == "ledger-remote"
    assert "origin" in caught.value.fix


def test_a_repository_whose_remotes_have_other_names_keeps_its_own(remote: Remote) -> None:
    clone = remote.clone()
    clone.git("remote", "rename", "origin", "upstream")
    assert isinstance(open_branch(clone.repository(), None), LocalBranch)


def test_a_path_relative_to_the_root_is_an_address(remote: Remote) -> None:
    clone = remote.clone()
    clone.git("remote", "set-url", "origin", "../remote.git")
    put(Ledger(clone.repository()), entry())
    assert len(remote.ledger("other").read()) == 1


def test_an_abbreviated_address_is_the_one_it_stands_for(remote: Remote) -> None:
    clone = remote.clone()
    clone.git("remote", "set-url", "origin", "lab:remote.git")
    clone.git("config", f"url.file://{remote.folder}/.insteadOf", "lab:")
    put(Ledger(clone.repository()), entry())
    assert len(remote.ledger("other").read()) == 1


def test_what_is_read_is_what_was_pushed_where_the_addresses_differ(remote: Remote) -> None:
    clone = remote.clone()
    fork = bare(remote.folder / "fork.git")
    clone.git("remote", "set-url", "--push", "origin", str(fork))
    ledger = Ledger(clone.repository())
    put(ledger, entry(1))
    assert len(put(ledger, entry(2))) == 2
    assert "runner-ledger" not in remote.git("for-each-ref")


def test_a_persons_settings_for_their_own_pushes_do_not_matter(remote: Remote, tmp_path: Path) -> None:
    clone = remote.clone()
    clone.git("tag", "--annotate", "v1", "-m", "one")
    hooks = tmp_path / "hooks"
    hooks.mkdir()
    (hooks / "pre-push").write_text("#!/bin/sh\nexit 1\n")
    (hooks / "pre-push").chmod(0o755)
    for key, value in {
        "core.hooksPath": str(hooks),
        "push.followTags": "true",
        "push.gpgSign": "true",
        "commit.gpgSign": "true",
        "push.recurseSubmodules": "on-demand",
        "fetch.prune": "true",
        "remote.origin.mirror": "true",
    }.items():
        clone.git("config", "--global" if "remote" not in key else "--local", key, value)
    put(Ledger(clone.repository()), entry())
    assert remote.git("for-each-ref", "--format=%(refname)") == "refs/heads/main\nrefs/heads/runner-ledger"


def test_a_repository_of_sha256_has_a_ledger_of_sha256(
    checkout: Callable[..., Checkout], tmp_path: Path
) -> None:
    made = checkout("modern", "--object-format=sha256")
    made.git("remote", "add", "origin", str(bare(tmp_path / "modern.git", "--object-format=sha256")))
    ledger = Ledger(made.repository())
    put(ledger, entry(1, base=made.git("rev-parse", "HEAD")))
    assert len(put(ledger, entry(2))) == 2


def test_a_remote_that_is_gone_is_said_to_be(remote: Remote) -> None:
    clone = remote.clone()
    remote.path.rename(remote.folder / "moved.git")
    error = refused(clone)
    assert error.code == "ledger-unreachable"
    assert "git remote -v" in error.fix


def test_a_remote_that_nobody_answers_for_is_said_to_be_and_no_password_shows(remote: Remote) -> None:
    clone = remote.clone()
    clone.git("remote", "set-url", "origin", f"http://ada:{SECRET}@127.0.0.1:9/x.git")
    error = refused(clone)
    assert error.code == "ledger-unreachable"
    assert SECRET not in f"{error} {error.message} {error.fix} {error.place}"
    assert SECRET not in repr(Ledger(clone.repository())._branch)


@pytest.mark.parametrize("status", [401, 403, 404])
def test_a_remote_that_lets_nobody_in_says_what_to_give(
    remote: Remote, server: Callable[[int], Server], status: int
) -> None:
    clone = remote.clone()
    clone.git("remote", "set-url", "origin", server(status).url)
    error = refused(clone)
    assert error.code == "ledger-fetch"
    assert "contents: write" in error.fix


@pytest.mark.parametrize("conditional", [False, True])
def test_the_credentials_of_the_repository_are_used_and_kept_nowhere(
    remote: Remote, server: Callable[[int], Server], tmp_path: Path, conditional: bool
) -> None:
    clone = remote.clone()
    asked = server(403)
    clone.git("remote", "set-url", "origin", asked.url)
    header = "AUTHORIZATION: basic " + base64.b64encode(f"x:{SECRET}".encode()).decode()
    if conditional:
        included = tmp_path / "credentials.config"
        included.write_text(f'[http "{asked.url}"]\n\textraheader = {header}\n')
        clone.git("config", "--local", f"includeIf.gitdir:{clone.root}/.git.path", str(included))
    else:
        clone.git("config", "--local", f"http.{asked.url}.extraheader", header)
    error = refused(clone)
    assert set(asked.authorizations) == {header.removeprefix("AUTHORIZATION: ")}
    assert header[-10:] not in str(error)
    files = [path for path in (clone.root / ".runner").rglob("*") if path.is_file()]
    assert files
    assert not [path for path in files if header[-10:].encode() in path.read_bytes()]


def test_the_environment_adds_settings_that_hold_as_well(
    remote: Remote, server: Callable[[int], Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    clone = remote.clone()
    asked = server(403)
    clone.git("remote", "set-url", "origin", asked.url)
    clone.git("config", "--local", "http.userAgent", "x")
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "http.extraheader")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", "Authorization: bearer y")
    refused(clone)
    assert set(asked.authorizations) == {"bearer y"}


def test_a_remote_that_keeps_silent_is_given_up(remote: Remote, monkeypatch: pytest.MonkeyPatch) -> None:
    import socket

    monkeypatch.setattr("runner.repository.reaching._PATIENCE", 0.3)
    clone = remote.clone()
    with socket.create_server(("127.0.0.1", 0)) as silent:
        clone.git("remote", "set-url", "origin", f"http://127.0.0.1:{silent.getsockname()[1]}/x.git")
        error = refused(clone)
    assert error.code == "ledger-unreachable"
    assert "did not answer" in error.message


def empty_objects(store: Path) -> None:
    for path in store.glob("objects/??/*"):
        path.chmod(0o644)
        path.write_bytes(b"")


def lose_blobs(store: Path) -> None:
    blobs = subprocess.run(
        ["git", f"--git-dir={store}", "rev-list", "--objects", "--no-object-names", "refs/runner/ledger"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split()
    one = store / "objects" / blobs[-1][:2] / blobs[-1][2:]
    one.unlink()


def lock(store: Path) -> None:
    (store / "shallow.lock").touch()
    (store / "refs" / "runner" / "ledger.lock").touch()


def garble(store: Path) -> None:
    (store / "shallow").write_text("garbage\n")


def point_nowhere(store: Path) -> None:
    (store / "refs" / "runner" / "ledger").write_text("1" * 40 + "\n")


@pytest.mark.parametrize("damage", [empty_objects, lose_blobs, lock, garble, point_nowhere])
def test_a_damaged_copy_is_fetched_again(remote: Remote, damage: Callable[[Path], None]) -> None:
    clone, other = remote.clone(), remote.ledger("other")
    put(other, entry(1))
    put(Ledger(clone.repository()), entry(2))
    Ledger(clone.repository()).read()
    damage(clone.root / ".runner" / "ledger.git")
    put(other, entry(3))
    assert len(Ledger(clone.repository()).read()) == 3
    assert len(put(Ledger(clone.repository()), entry(4))) == 4


def test_the_copy_does_not_grow_without_end(remote: Remote, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("runner.ledger.branch._MOST_SHALLOW", 4)
    clone = remote.clone()
    ledger = Ledger(clone.repository())
    for number in range(12):
        put(ledger, entry(number))
        assert (
            len(
                (clone.root / ".runner" / "ledger.git" / "shallow").read_text().splitlines() if number else []
            )
            <= 5
        )
    assert len(ledger.read()) == 12


def test_the_history_stays_at_the_remote(remote: Remote) -> None:
    ledger = remote.ledger("other")
    for number in range(5):
        put(ledger, entry(number))
    clone = remote.clone()
    Ledger(clone.repository()).read()
    store = clone.root / ".runner" / "ledger.git"
    counted = subprocess.run(
        ["git", f"--git-dir={store}", "rev-list", "--count", "--all"],
        check=True,
        capture_output=True,
        text=True,
    )
    assert counted.stdout.strip() == "1"


def test_a_ledger_that_somebody_deleted_is_empty(remote: Remote) -> None:
    ledger = remote.ledger()
    put(ledger, entry(1))
    remote.git("update-ref", "-d", "refs/heads/runner-ledger")
    assert ledger.read() == {}
    assert len(put(ledger, entry(2))) == 1


def test_a_ledger_that_somebody_rewrote_is_read_as_it_is(remote: Remote) -> None:
    ledger = remote.ledger()
    put(ledger, entry(1))
    first = remote.git("rev-parse", "runner-ledger")
    put(ledger, entry(2))
    ledger.read()
    remote.git("update-ref", "refs/heads/runner-ledger", first)
    assert len(ledger.read()) == 1
    assert list(put(ledger, entry(3))) == [entry(1).run, entry(3).run]
