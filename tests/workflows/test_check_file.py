import json
import os
import string
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runner.errors import InputError
from runner.workflows.check_file import (
    FILE,
    MOST_BYTES,
    MOST_MANIFESTS,
    Check,
    Fault,
    JobPlan,
    ManifestCheck,
    StagePlan,
    line,
    lines,
    read_check,
    write_check,
)

COMMIT = "0123456789" * 4


def check(*manifests: ManifestCheck) -> Check:
    return Check(pull_request=7, head=COMMIT, base=COMMIT, manifests=manifests)


@settings(max_examples=50)
@given(st.text(), st.lists(st.text(max_size=700), max_size=40))
def test_whatever_is_said_fits_the_file(text: str, texts: list[str]) -> None:
    made = check(ManifestCheck(file=line(text), change="added", changes=lines(texts)))
    assert msgspec.json.decode(msgspec.json.encode(made), type=Check) == made


def test_what_is_left_out_of_a_list_is_counted() -> None:
    assert lines(map(str, range(25)))[-2:] == ("19", "and 5 more")


def test_what_is_written_is_read(tmp_path: Path) -> None:
    made = check(ManifestCheck(file="jobs/a.yaml", change="added", job="a", plan=JobPlan("Command", 1.5)))
    write_check(tmp_path / "folder", made)
    assert read_check(tmp_path / "folder") == made


def test_a_file_that_would_be_too_long_has_fewer_details(tmp_path: Path) -> None:
    long = "é" * 500
    stages = tuple(StagePlan(long, 1, long, 1.0) for _ in range(20))
    faults = tuple(Fault(1, 1, "rule", "error", long, long) for _ in range(20))
    one = ManifestCheck(
        file=long, change="added", plan=JobPlan(long, 1.0, stages), changes=lines([long] * 20), faults=faults
    )
    write_check(tmp_path, check(*[one] * MOST_MANIFESTS))
    found = read_check(tmp_path)
    assert len(found.manifests) == MOST_MANIFESTS and found.manifests[0] == one
    assert all(each.failed and each.plan and each.plan.usd == 1.0 for each in found.manifests)
    assert (tmp_path / FILE).stat().st_size <= MOST_BYTES


def changed(**fields: object) -> bytes:
    document = json.loads(msgspec.json.encode(check(ManifestCheck(file="jobs/a.yaml", change="added"))))
    return json.dumps({**document, **fields}).encode()


HOSTILE = {
    "nothing": b"",
    "no JSON": b"\xff\xfe",
    "a list": b"[]",
    "depth": b"[" * 1_000_000,
    "another version": changed(version=2),
    "an unknown field": changed(markdown="# Merged!"),
    "no number": changed(pull_request="7"),
    "a negative number": changed(pull_request=-7),
    "a commit with more": changed(head=COMMIT + "\n"),
    "a branch for a commit": changed(head="main"),
    "a long text": changed(dated="x" * 501),
    "many manifests": changed(manifests=[{"file": "a", "change": "added"}] * (MOST_MANIFESTS + 1)),
    "an unknown change": changed(manifests=[{"file": "a", "change": "**merged**"}]),
    "infinite costs": changed(manifests=[]).replace(b'"manifests": []', b'"manifests": [{"file": "a", '
    b'"change": "added", "plan": {"kind": "x", "usd": 1e999}}]'),
    "too many bytes": b" " * (MOST_BYTES + 1),
}  # fmt: skip


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE.keys())
def test_what_a_check_never_writes_is_refused(content: bytes, tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(content)
    with pytest.raises(InputError) as caught:
        read_check(tmp_path)
    assert caught.value.code == "bad-check"
    assert set(caught.value.message) <= set(string.printable)


@pytest.mark.parametrize(
    "make",
    [
        lambda path: path.symlink_to("/proc/self/environ"),
        lambda path: os.mkfifo(path),
        lambda path: path.mkdir(),
    ],
    ids=["a link", "a pipe", "a folder"],
)
def test_what_is_no_plain_file_is_refused(make: Callable[[Path], object], tmp_path: Path) -> None:
    make(tmp_path / FILE)
    with pytest.raises(InputError) as caught:
        read_check(tmp_path)
    assert caught.value.code == "bad-check"


def test_a_check_that_left_nothing_is_told_from_a_broken_one(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        read_check(tmp_path / "missing")
    assert caught.value.code == "no-check"
