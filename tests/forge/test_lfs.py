from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runner.errors import ProviderError
from runner.forge.lfs import BATCH, attributes, pointer, store_locally, upload
from tests.standins.github.hub import Hub

LFS = "filter=lfs diff=lfs merge=lfs -text"
names = st.text(alphabet=st.sampled_from("ab.*?[]!# \"'é-{}"), min_size=1, max_size=5).filter(
    lambda name: name.strip(".") != ""
)
paths = st.lists(names, min_size=1, max_size=3).map("/".join)


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def made(folder: Path, *contents: bytes) -> list[Path]:
    files = [folder / f"{index}.bin" for index in range(len(contents))]
    for file, content in zip(files, contents, strict=True):
        file.write_bytes(content)
    return files


def sent(hub: Hub) -> list[str]:
    return [each.operation.removeprefix("lfs/") for each in hub.requests if each.operation.startswith("lfs/")]


def address(hub: Hub) -> str:
    return f"{hub.url}/acme/demo.git"


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("attributes")
    subprocess.run(["git", "init", "--quiet", str(folder)], check=True)
    return folder


def filters(repository: Path, text: str, asked: list[str]) -> dict[str, str]:
    """What git itself makes of the attributes."""
    (repository / ".gitattributes").write_text(text, encoding="utf-8")
    done = subprocess.run(
        ["git", "-C", str(repository), "check-attr", "-z", "--stdin", "filter"],
        input="\0".join(asked).encode(),
        capture_output=True,
        check=True,
    )
    fields = done.stdout.decode().split("\0")[:-1]
    return dict(zip(fields[0::3], fields[2::3], strict=True))


@settings(max_examples=40, deadline=None)
@given(large=st.lists(paths, min_size=1, max_size=3), other=paths)
def test_git_sends_exactly_these_paths_to_lfs(repository: Path, large: list[str], other: str) -> None:
    before = "*.a filter=other\n* -filter"
    after = attributes(before, large)
    assert set(filters(repository, after, large).values()) == {"lfs"}
    if other not in large:
        assert filters(repository, after, [other]) == filters(repository, before, [other])


def test_lines_are_added_at_the_end_and_what_stood_there_stays() -> None:
    assert attributes("*.sh eol=lf", ["b.bin", "a/model one.bin"]) == (
        f'*.sh eol=lf\n"a/model one.bin" {LFS}\n/b.bin {LFS}\n'
    )


def test_a_pointer_is_the_text_that_the_specification_gives(tmp_path: Path) -> None:
    (file,) = made(tmp_path, b"weights")
    assert pointer(file) == (
        b"version https://git-lfs.github.com/spec/v1\noid sha256:%s\nsize 7\n" % sha256(b"weights").encode()
    )


def test_a_content_is_stored_where_git_lfs_looks_for_it(tmp_path: Path) -> None:
    (file,) = made(tmp_path, b"weights")
    name = sha256(b"weights")
    for _ in range(2):
        assert store_locally(tmp_path / ".git", file) == pointer(file)
    stored = [one for one in (tmp_path / ".git").rglob("*") if one.is_file()]
    assert stored == [tmp_path / ".git/lfs/objects" / name[:2] / name[2:4] / name]
    assert stored[0].read_bytes() == b"weights"


def test_files_are_uploaded_and_checked_and_never_sent_twice(hub: Hub, tmp_path: Path) -> None:
    files = made(tmp_path, b"one" * 100_000, b"", b"one" * 100_000)
    token = hub.token("ada")
    upload(address(hub), token, files)
    assert [hub.large_file(sha256(file.read_bytes())) for file in files] == [
        file.read_bytes() for file in files
    ]
    assert sorted(sent(hub)) == ["objects/batch", "upload", "upload", "verify", "verify"]
    upload(address(hub), token, files)
    assert sent(hub)[5:] == ["objects/batch"]


def test_many_files_are_asked_for_a_hundred_at_a_time(hub: Hub, tmp_path: Path) -> None:
    files = made(tmp_path, *(str(index).encode() for index in range(BATCH + 1)))
    upload(address(hub), hub.token("ada"), files)
    assert sent(hub).count("objects/batch") == 2
    assert sent(hub).count("upload") == BATCH + 1


@pytest.mark.parametrize("step", ["/objects/batch", "/lfs/upload", "/lfs/verify"])
@pytest.mark.parametrize(("status", "when"), [(502, "before"), (502, "after"), (0, "before"), (0, "after")])
def test_what_fails_in_passing_is_tried_again(
    hub: Hub, tmp_path: Path, step: str, status: int, when: Any
) -> None:
    hub.fail("*", step, status, when=when)
    upload(address(hub), hub.token("ada"), made(tmp_path, b"weights"), pause=0)
    assert hub.large_file(sha256(b"weights")) == b"weights"


def test_an_address_that_has_expired_is_asked_for_again(hub: Hub, tmp_path: Path) -> None:
    hub.fail("PUT", "/lfs/upload", 403)
    upload(address(hub), hub.token("ada"), made(tmp_path, b"weights"), pause=0)
    assert sent(hub).count("objects/batch") == 2


def test_a_server_that_stays_away_is_given_up_with_a_word(hub: Hub, tmp_path: Path) -> None:
    hub.fail("PUT", "/lfs/upload", 503, times=9)
    with pytest.raises(ProviderError, match=r"could not upload to Git LFS: 0\.bin: Server Error") as caught:
        upload(address(hub), hub.token("ada"), made(tmp_path, b"weights"), pause=0)
    assert sum(each.method == "PUT" for each in hub.requests) == 4
    assert "need not be sent again" in caught.value.fix


def test_a_wait_that_is_too_long_is_left_to_the_person(hub: Hub, tmp_path: Path) -> None:
    hub.slow_down("POST", "/objects/batch", retry_after=3_600, status=429)
    with pytest.raises(ProviderError, match="secondary rate limit"):
        upload(address(hub), hub.token("ada"), made(tmp_path, b"weights"), pause=0)
    assert len(hub.requests) == 1


def test_a_token_without_the_right_is_told_which_one(hub: Hub, tmp_path: Path) -> None:
    files = made(tmp_path, b"weights")
    token = hub.job_token({"contents": "read"})
    with pytest.raises(ProviderError, match="may not push") as caught:
        upload(address(hub), token, files)
    assert (caught.value.code, "`contents: write`" in caught.value.fix) == ("lfs-permission", True)
    with pytest.raises(ProviderError) as caught:
        upload(address(hub), "ghp_nobody", files)
    assert caught.value.code == "lfs-token"
    assert "ghp_nobody" not in f"{caught.value!r} {caught.value.fix}"
    with pytest.raises(ProviderError) as caught:
        upload(f"{hub.url}/acme/other.git", token, files)
    assert caught.value.code == "lfs-missing"


class Odd(ThreadingHTTPServer):
    """A server that answers batches as it is told, and keeps what else comes."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), OddHandler)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.batch: Any = None
        self.headers: dict[str, dict[str, str]] = {}


class OddHandler(BaseHTTPRequestHandler):
    server: Odd

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self._answer(json.dumps(self.server.batch).encode())

    def do_PUT(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self._answer(b"")

    def _answer(self, content: bytes) -> None:
        self.server.headers[f"{self.command} {self.path}"] = {
            key.lower(): value for key, value in self.headers.items()
        }
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def odd() -> Iterator[Odd]:
    with Odd() as server:
        Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server
        server.shutdown()


def test_the_token_goes_to_the_batch_alone_and_only_the_given_headers_to_the_store(
    odd: Odd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login me password of-the-machine\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    (file,) = made(tmp_path, b"weights")
    place = {"href": f"{odd.url}/store", "header": {"content-type": "x/y", "X-Key": "k"}}
    odd.batch = {
        "objects": [{"oid": sha256(b"weights"), "size": 7, "actions": {"upload": place, "verify": place}}]
    }
    upload(f"{odd.url}/a/b.git", "secret", [file])
    assert odd.headers["POST /a/b.git/info/lfs/objects/batch"]["authorization"].startswith("Basic ")
    for request in ("PUT /store", "POST /store"):
        assert "authorization" not in odd.headers[request]
        assert (odd.headers[request]["x-key"], odd.headers[request]["content-type"]) == ("k", "x/y")


@pytest.mark.parametrize(
    ("batch", "message"),
    [
        ([], "cannot be understood"),
        ({"objects": [{"oid": 5}]}, "cannot be understood"),
        ({"objects": [], "transfer": "tus"}, "in a way of its own"),
        ({"objects": []}, "said nothing of a file"),
        (
            {"objects": [{"oid": "OID", "error": {"code": 422, "message": "too\nlarge"}}]},
            r"0\.bin: too.large",
        ),
        ({"objects": [{"oid": "OID", "actions": {"upload": {"href": "ftp://x/y"}}}]}, "not safe"),
    ],
)
def test_an_answer_that_makes_no_sense_is_an_error_in_our_words(
    odd: Odd, tmp_path: Path, batch: Any, message: str
) -> None:
    odd.batch = json.loads(json.dumps(batch).replace("OID", sha256(b"weights")))
    with pytest.raises(ProviderError, match=message):
        upload(f"{odd.url}/a/b.git", "secret", made(tmp_path, b"weights"), pause=0)


@pytest.mark.skipif(shutil.which("git-lfs") is None, reason="git-lfs is not installed")
def test_git_lfs_itself_brings_what_was_uploaded(hub: Hub, tmp_path: Path) -> None:
    content = os.urandom(200_000)
    (file,) = made(tmp_path, content)
    token = hub.token("ada")
    upload(address(hub), token, [file])
    path = "data/model [1].bin"
    clone, other = tmp_path / "clone", tmp_path / "other"

    def git(folder: Path, *arguments: str) -> str:
        done = subprocess.run(
            ["git", "-C", str(folder), *arguments], check=True, capture_output=True, text=True
        )
        return done.stdout

    git(tmp_path, "clone", "--quiet", hub.clone_url(token), str(clone))
    (clone / "data").mkdir()
    (clone / path).write_bytes(pointer(file))
    (clone / ".gitattributes").write_text(attributes("", [path]))
    git(clone, "add", "--all")
    git(clone, "commit", "--quiet", "--message", "Weights")
    git(clone, "push", "--quiet", "origin", "main")
    git(tmp_path, "clone", "--quiet", hub.clone_url(token), str(other))
    git(other, "lfs", "install", "--local")
    git(other, "lfs", "pull")
    assert (other / path).read_bytes() == content
    assert git(other, "status", "--porcelain") == ""
    git(other, "lfs", "fsck", "--pointers")
