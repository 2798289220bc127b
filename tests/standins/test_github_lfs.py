"""Git LFS: the batch API, and the store behind it."""

import hashlib
from typing import Any

import pytest
import requests

from tests.standins.github.hub import Hub

JSON = "application/vnd.git-lfs+json"
CONTENT = b"weights" * 1000
NAME = hashlib.sha256(CONTENT).hexdigest()


def batch(hub: Hub, token: str, operation: str, name: str = NAME, size: int = len(CONTENT)) -> Any:
    body: Any = {
        "operation": operation,
        "transfers": ["basic"],
        "objects": [{"oid": name, "size": size}],
        "hash_algo": "sha256",
    }
    url = f"{hub.url}/acme/demo.git/info/lfs/objects/batch"
    headers = {"Accept": JSON, "Content-Type": JSON}
    return requests.post(url, json=body, headers=headers, auth=("x-access-token", token), timeout=5)


def actions(answer: Any) -> Any:
    (found,) = answer.json()["objects"]
    return found.get("actions")


def test_a_file_is_stored_and_comes_back(hub: Hub) -> None:
    token = hub.job_token()
    told = actions(batch(hub, token, "upload"))
    put = requests.put(told["upload"]["href"], CONTENT, headers=told["upload"]["header"], timeout=5)
    check = told["verify"]
    body: Any = {"oid": NAME, "size": len(CONTENT)}
    verified = requests.post(check["href"], json=body, headers=check["header"], timeout=5)
    assert (put.status_code, verified.status_code, hub.large_file(NAME)) == (200, 200, CONTENT)
    assert actions(batch(hub, token, "upload")) is None, "what is there needs no upload"
    found = actions(batch(hub, token, "download"))["download"]
    assert requests.get(found["href"], headers=found["header"], timeout=5).content == CONTENT


def test_what_is_stored_is_what_its_name_says(hub: Hub) -> None:
    told = actions(batch(hub, hub.job_token(), "upload"))
    put = requests.put(told["upload"]["href"], b"other", headers=told["upload"]["header"], timeout=5)
    check = told["verify"]
    body: Any = {"oid": NAME, "size": len(CONTENT)}
    verified = requests.post(check["href"], json=body, headers=check["header"], timeout=5)
    assert (put.status_code, verified.status_code, hub.large_file(NAME)) == (422, 404, None)


def test_a_link_works_with_its_header_only(hub: Hub) -> None:
    told = actions(batch(hub, hub.job_token(), "upload"))
    assert requests.put(told["upload"]["href"], CONTENT, timeout=5).status_code == 403
    assert (
        requests.put(told["upload"]["href"], CONTENT, headers=told["verify"]["header"], timeout=5).status_code
        == 403
    )


@pytest.mark.parametrize(("permissions", "status"), [({"contents": "read"}, 403), ({}, 404)])
def test_an_upload_needs_contents(hub: Hub, permissions: dict[str, str], status: int) -> None:
    assert batch(hub, hub.job_token(permissions), "upload").status_code == status


def test_without_a_token_it_asks_for_one(hub: Hub) -> None:
    assert batch(hub, "ghp_wrong", "download").status_code == 401


def test_what_is_not_there_and_what_is_no_name(hub: Hub) -> None:
    token = hub.job_token()
    for name, code in ((NAME, 404), ("../../etc/passwd", 422)):
        (found,) = batch(hub, token, "download", name).json()["objects"]
        assert found["error"]["code"] == code
