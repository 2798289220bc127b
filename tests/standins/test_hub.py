"""The loopback hub, as any HTTP client sees it; the real clients are in tests/workloads/textgames."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator

import httpx
import pytest

from tests.standins.hub.server import ModelHub

WEIGHTS = bytes(range(256)) * 40
FILES: dict[str, str | bytes] = {"config.json": "{}", "model.safetensors": WEIGHTS, "data/a.txt": "a"}


@pytest.fixture
def client(model_hub: ModelHub) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=model_hub.url, timeout=5) as opened:
        yield opened


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def test_a_small_file_is_answered_and_a_large_one_is_elsewhere(
    model_hub: ModelHub, client: httpx.Client
) -> None:
    head = model_hub.add("acme/tiny", FILES).head
    small = client.get("/acme/tiny/resolve/main/config.json")
    assert (small.text, small.headers["X-Repo-Commit"]) == ("{}", head.oid)
    large = client.head("/acme/tiny/resolve/main/model.safetensors")
    digest = hashlib.sha256(WEIGHTS).hexdigest()
    assert (large.status_code, large.headers["X-Linked-Etag"]) == (302, f'"{digest}"')
    assert large.headers["X-Linked-Size"] == str(len(WEIGHTS))
    assert httpx.get(large.headers["Location"]).content == WEIGHTS


def test_a_part_of_a_file_is_answered(model_hub: ModelHub, client: httpx.Client) -> None:
    model_hub.add("acme/tiny", FILES)
    where = client.get("/acme/tiny/resolve/main/model.safetensors").headers["Location"]
    part = httpx.get(where, headers={"Range": "bytes=10000-"})
    assert (part.status_code, part.content) == (206, WEIGHTS[10_000:])
    assert part.headers["Content-Range"] == f"bytes 10000-{len(WEIGHTS) - 1}/{len(WEIGHTS)}"
    assert httpx.get(where, headers={"Range": f"bytes={len(WEIGHTS)}-"}).status_code == 416


def test_files_and_folders_are_listed(model_hub: ModelHub, client: httpx.Client) -> None:
    model_hub.add("acme/tiny", FILES)
    top = client.get("/api/models/acme/tiny/tree/main").json()
    assert [(one["type"], one["path"]) for one in top] == [
        ("file", "config.json"),
        ("directory", "data"),
        ("file", "model.safetensors"),
    ]
    everything = client.get("/api/models/acme/tiny/tree/main", params={"recursive": "true"}).json()
    assert [one["path"] for one in everything if one["type"] == "file"] == sorted(FILES)
    inside = client.get("/api/models/acme/tiny/tree/main/data").json()
    assert [one["path"] for one in inside] == ["data/a.txt"]


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/api/models/acme/nothing", 401, "RepoNotFound"),
        ("/api/models/acme/private", 401, "RepoNotFound"),
        ("/api/models/acme/tiny/revision/gone", 404, "RevisionNotFound"),
        ("/acme/tiny/resolve/main/gone.json", 404, "EntryNotFound"),
        ("/acme/gated/resolve/main/config.json", 401, "GatedRepo"),
    ],
)
def test_refusals_are_told_apart_by_their_codes(
    model_hub: ModelHub, client: httpx.Client, path: str, status: int, code: str
) -> None:
    model_hub.add("acme/tiny", FILES)
    model_hub.add("acme/private", FILES, private=True)
    model_hub.add("acme/gated", FILES, gated=True)
    answer = client.get(path)
    assert (answer.status_code, answer.headers["X-Error-Code"]) == (status, code)


def test_who_is_known_sees_what_is_theirs(model_hub: ModelHub, client: httpx.Client) -> None:
    model_hub.add("acme/private", FILES, private=True)
    gated = model_hub.add("acme/gated", FILES, gated=True)
    friend = bearer(model_hub.add_user("friend"))
    assert client.get("/api/models/acme/private", headers=bearer(model_hub.token)).status_code == 200
    assert client.get("/api/models/acme/private", headers=friend).status_code == 404
    assert client.get("/api/models/acme/gated", headers=friend).status_code == 200
    path = "/acme/gated/resolve/main/config.json"
    assert client.get(path, headers=friend).status_code == 403
    gated.granted.add("friend")
    assert client.get(path, headers=friend).text == "{}"
    assert client.get(path, headers=bearer("hf_nobody")).status_code == 401


def test_a_commit_needs_its_large_files_first(model_hub: ModelHub, client: httpx.Client) -> None:
    model_hub.add("acme/tiny", {})
    digest = hashlib.sha256(WEIGHTS).hexdigest()
    lines = [
        {"key": "header", "value": {"summary": "add"}},
        {
            "key": "lfsFile",
            "value": {"path": "model.bin", "algo": "sha256", "oid": digest, "size": len(WEIGHTS)},
        },
        {"key": "file", "value": {"path": "a.txt", "content": "YQ==", "encoding": "base64"}},
    ]
    body = "\n".join(map(json.dumps, lines))

    def commit() -> httpx.Response:
        headers = {**bearer(model_hub.token), "Content-Type": "application/x-ndjson"}
        return client.post("/api/models/acme/tiny/commit/main", content=body, headers=headers)

    assert commit().status_code == 400
    asked = {"operation": "upload", "objects": [{"oid": digest, "size": len(WEIGHTS)}]}
    batch = client.post("/acme/tiny.git/info/lfs/objects/batch", json=asked, headers=bearer(model_hub.token))
    where = batch.json()["objects"][0]["actions"]["upload"]["href"]
    assert httpx.put(where, content=b"other").status_code == 400
    assert httpx.put(where, content=WEIGHTS).status_code == 200
    assert commit().json()["commitOid"] == model_hub.repository("acme/tiny").head.oid
    files = model_hub.repository("acme/tiny").head.files
    assert {path: blob.content for path, blob in files.items()} == {"model.bin": WEIGHTS, "a.txt": b"a"}


def test_requests_go_wrong_as_they_are_told(model_hub: ModelHub, client: httpx.Client) -> None:
    model_hub.add("acme/tiny", FILES)
    model_hub.fail("info", 429, retry_after=3)
    answer = client.get("/api/models/acme/tiny")
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "3")
    model_hub.drop("info")
    with pytest.raises(httpx.RemoteProtocolError):
        client.get("/api/models/acme/tiny")
    model_hub.hang("info")
    with pytest.raises(httpx.ReadTimeout):
        client.get("/api/models/acme/tiny", timeout=0.3)
    model_hub.clear_faults()
    assert client.get("/api/models/acme/tiny").status_code == 200
    assert model_hub.counts()["info"] == 4
