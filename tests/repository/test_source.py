from __future__ import annotations

import multiprocessing
import ssl
import subprocess
import tarfile
import threading
from base64 import b64encode
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from runner.errors import InputError, ProviderError
from runner.repository.git import Repository
from runner.repository.snapshot import archive, pin
from runner.repository.source import archive_source, pin_source

Make = Callable[..., Any]


@pytest.fixture
def here(checkout: Make) -> Repository:
    return checkout("here").repository()


def url(made: Any) -> str:
    return f"file://{made.root}"


def test_a_branch_a_tag_and_a_commit_are_resolved(checkout: Make, here: Repository) -> None:
    made = checkout("other")
    first = made.git("rev-parse", "HEAD")
    made.git("tag", "--annotate", "v1", "-m", "one")
    second = made.commit({"a": "2"})
    assert pin_source(here, url(made), "v1").commit == first
    assert pin_source(here, url(made), "main").commit == second
    assert pin_source(here, url(made), "refs/heads/main").commit == second
    assert pin_source(here, url(made)).commit == second
    assert pin_source(here, url(made), first).commit == first


def test_a_branch_is_not_taken_for_one_that_ends_like_it(checkout: Make, here: Repository) -> None:
    made = checkout("other")
    made.git("branch", "feature/stable")
    with pytest.raises(InputError, match="no such branch or tag"):
        pin_source(here, url(made), "stable")


def test_the_archive_has_the_form_of_a_snapshot(checkout: Make, here: Repository, tmp_path: Path) -> None:
    made = checkout("other", files={"x": "1", ".gitattributes": "x export-ignore\n"})
    (made.root / "out").symlink_to("/etc")
    made.commit({})
    found = pin_source(here, url(made))
    assert found.warnings == ("Symbolic links that lead out of the tree were left out: out.",)
    archive_source(here, url(made), found.commit, found.tree, tmp_path / "foreign.tar")
    archive(made.repository(), pin(made.repository()).tree, tmp_path / "own.tar")
    assert (tmp_path / "foreign.tar").read_bytes() == (tmp_path / "own.tar").read_bytes()
    with tarfile.open(tmp_path / "foreign.tar") as tar:
        assert tar.getnames() == [".gitattributes", "x"]


def test_a_folder_relative_to_the_root_is_a_source(checkout: Make, here: Repository) -> None:
    made = checkout("other")
    assert pin_source(here, "../other").commit == made.git("rev-parse", "HEAD")


def test_the_pinned_commit_is_archived_after_the_branch_moved(
    checkout: Make, here: Repository, tmp_path: Path
) -> None:
    made = checkout("other", files={"a": "first"})
    found = pin_source(here, url(made), "main")
    made.commit({"a": "second"})
    pin_source(here, url(made), "main")
    archive_source(here, url(made), found.commit, found.tree, tmp_path / "x.tar")
    with tarfile.open(tmp_path / "x.tar") as tar:
        content = tar.extractfile("a")
        assert content is not None
        assert content.read() == b"first"


def test_a_source_that_is_no_longer_kept_is_fetched_again(
    checkout: Make, here: Repository, tmp_path: Path
) -> None:
    import shutil

    made = checkout("other")
    found = pin_source(here, url(made))
    shutil.rmtree(here.root / ".runner")
    archive_source(here, url(made), found.commit, found.tree, tmp_path / "x.tar")
    assert (tmp_path / "x.tar").exists()


@pytest.mark.parametrize(
    "address",
    [
        "ext::sh -c touch% pwned",
        "--upload-pack=touch pwned",
        "-u./pwned",
        "http://example.org/x.git",
        "git://example.org/x.git",
        "ftp://example.org/x.git",
        "fd::17/foo",
        "ssh://-oProxyCommand=touch pwned/x",
        "ssh://-oProxyCommand=pwned/x",
        "git@-oProxyCommand=pwned:x",
        "-oProxyCommand=pwned@host:x",
        "https://example.org/x.git\n--upload-pack=pwned",
        "https://",
        "file:relative",
        "../no-such-folder",
        "",
        "x\x00y",
    ],
)
def test_addresses_that_could_run_a_program_are_refused(here: Repository, address: str) -> None:
    with pytest.raises(InputError) as caught:
        pin_source(here, address)
    assert caught.value.code == "source-url"
    assert not list(here.root.rglob("pwned*"))
    assert not (here.root / ".runner" / "sources").exists()


def test_a_password_in_an_address_is_refused_and_not_shown(here: Repository) -> None:
    with pytest.raises(InputError) as caught:
        pin_source(here, "https://ada:hunter2@example.org/x.git")
    assert caught.value.code == "source-credentials"
    assert "hunter2" not in f"{caught.value!r} {caught.value} {caught.value.place}"


@pytest.mark.parametrize(
    "ref", ["--upload-pack=x", "-q", "a b", "a..b", "a:b", "*", "x\n", "", "@{-1}", "x^"]
)
def test_hostile_refs_are_refused(checkout: Make, here: Repository, ref: str) -> None:
    with pytest.raises(InputError) as caught:
        pin_source(here, url(checkout("other")), ref)
    assert caught.value.code == "source-ref"


def test_a_missing_repository_and_a_missing_commit_are_told(checkout: Make, here: Repository) -> None:
    with pytest.raises(ProviderError, match="git ls-remote"):
        pin_source(here, f"file://{here.root}/nowhere")
    with pytest.raises(InputError, match="no such commit"):
        pin_source(here, url(checkout("other")), "1" * 40)


def test_a_server_that_gives_out_no_single_commits_is_fetched_whole(checkout: Make, here: Repository) -> None:
    made = checkout("other")
    first = made.git("rev-parse", "HEAD")
    made.commit({"a": "2"})
    here.git("config", "--global", "protocol.version", "0")
    assert pin_source(here, url(made), first).commit == first


def _pin(root: Path, address: str) -> str:
    return pin_source(Repository.find(root), address).tree


def test_two_at_once_fetch_the_same(checkout: Make, here: Repository) -> None:
    made = checkout("other")
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        trees = pool.starmap(_pin, [(here.root, url(made))] * 4)
    assert set(trees) == {made.git("rev-parse", "HEAD^{tree}")}


class Guarded(SimpleHTTPRequestHandler):
    """Serves files to whoever brings the right token."""

    token = b64encode(b"x-access-token:let-me-in").decode()
    seen: list[str] = []

    def do_GET(self) -> None:
        self.seen.append(self.headers.get("Authorization", ""))
        if self.headers.get("Authorization") == f"Basic {self.token}":
            super().do_GET()
        else:
            self.send_response(401)
            self.send_header("WWW-Authenticate", 'Basic realm="private"')
            self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nobody looks."""


@pytest.fixture
def private_host(checkout: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The host, with its port, of a server with a private repository, other.git."""
    made = checkout("other")
    bare = tmp_path / "served" / "other.git"
    made.git("clone", "--quiet", "--bare", str(made.root), str(bare))
    made.git("-C", str(bare), "update-server-info")
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=DNS:localhost", "-keyout", str(key), "-out", str(certificate)],
        check=True, capture_output=True,
    )  # fmt: skip
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Guarded, directory=str(tmp_path / "served")))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    monkeypatch.setenv("GIT_SSL_CAINFO", str(certificate))
    monkeypatch.setenv("NO_PROXY", "localhost")
    Guarded.seen.clear()
    yield f"localhost:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_private_repository_is_read_with_the_token_of_the_environment(
    here: Repository, private_host: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("RUNNER_SOURCE_TOKEN", "let-me-in")
    monkeypatch.setenv("RUNNER_SOURCE_HOST", private_host)
    found = pin_source(here, f"https://{private_host}/other.git", "main")
    archive_source(here, f"https://{private_host}/other.git", found.commit, found.tree, tmp_path / "code.tar")
    with tarfile.open(tmp_path / "code.tar") as tar:
        assert tar.getnames() == ["README.md"]
    kept = [path.read_bytes() for path in (here.root / ".runner").rglob("*") if path.is_file()]
    assert not any(b"let-me-in" in content or Guarded.token.encode() in content for content in kept)


def test_the_token_goes_to_no_other_host(
    here: Repository, private_host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RUNNER_SOURCE_TOKEN", "let-me-in")
    monkeypatch.setenv("RUNNER_SOURCE_HOST", "elsewhere.example")
    with pytest.raises(ProviderError) as refused:
        pin_source(here, f"https://{private_host}/other.git", "main")
    assert set(Guarded.seen) == {""}
    assert "let-me-in" not in str(refused.value)
