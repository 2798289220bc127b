"""What is stored at GitHub is, byte for byte, what was proposed."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from runner.errors import ProviderError
from tests.forge.github.conftest import Desk

CONTENTS = {
    "empty": b"",
    "text": b"x\n",
    "no newline": b"x",
    "carriage returns": b"a\r\nb\r",
    "a mark": b"\xef\xbb\xbfx",
    "emoji \u2192 \U0001f680.md": "→ 🚀".encode(),
    "zero": b"a\0b",
    "latin": b"caf\xe9",
    "binary": bytes(range(256)),
    "controls": bytes(range(1, 32)),
    "longer than a megabyte": b"0123456789abcdef" * 66_000,
}


def test_every_content_arrives_as_it_is(desk: Desk) -> None:
    pull = desk.propose(files=CONTENTS)
    assert {path: desk.hub.read(path, pull.commit) for path in CONTENTS} == CONTENTS


def test_the_mode_of_a_file_that_is_replaced_stays(desk: Desk) -> None:
    (desk.made.root / "run.sh").write_text("old\n")
    (desk.made.root / "run.sh").chmod(0o755)
    desk.made.commit({})
    desk.hub.adopt(desk.made.root)
    pull = desk.propose(files={"run.sh": b"new\n"})
    assert desk.hub.repository.git.run("ls-tree", pull.commit, "run.sh").startswith("100755")


def test_the_repository_s_filters_change_nothing(desk: Desk) -> None:
    desk.hub.push("main", {".gitattributes": "* text eol=crlf\n"})
    pull = desk.propose(files={"a.txt": b"x\n"})
    assert desk.hub.read("a.txt", pull.commit) == b"x\n"


def test_a_large_file_goes_through_git_lfs(desk: Desk, tmp_path: Path) -> None:
    weights = os.urandom(50_000)
    (tmp_path / "w.bin").write_bytes(weights)
    pull = desk.propose(files={"data/w.bin": tmp_path / "w.bin", "a": b"a"}, large=frozenset({"data/w.bin"}))
    name = hashlib.sha256(weights).hexdigest()
    assert desk.hub.large_file(name) == weights
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{name}\nsize 50000\n"
    assert desk.hub.read("data/w.bin", pull.commit) == pointer.encode()
    assert b"filter=lfs" in (desk.hub.read(".gitattributes", pull.commit) or b"")


def test_what_the_base_gives_to_git_lfs_goes_there_whatever_its_size(desk: Desk) -> None:
    attributes = "*.bin filter=lfs diff=lfs merge=lfs -text\n"
    desk.hub.push("main", {".gitattributes": attributes})
    pull = desk.propose(files={"data/w.bin": b"\0small", "data/w.toml": b"w = 1\n"})
    assert desk.hub.large_file(hashlib.sha256(b"\0small").hexdigest()) == b"\0small"
    assert (desk.hub.read("data/w.bin", pull.commit) or b"").startswith(b"version https://git-lfs")
    assert desk.hub.read("data/w.toml", pull.commit) == b"w = 1\n"
    assert desk.hub.read(".gitattributes", pull.commit) == attributes.encode()


def test_nothing_is_proposed_that_git_lfs_does_not_hold(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "w.bin").write_bytes(b"w")
    desk.hub.fail("POST", "/info/lfs/objects/batch", 403)
    with pytest.raises(ProviderError):
        desk.propose(files={"w.bin": tmp_path / "w.bin"}, large=frozenset({"w.bin"}))
    assert desk.hub.branches().keys() == {"main"}


def test_a_shallow_clone_without_the_base_proposes_as_well(
    desk: Desk, checkout: Callable[..., Any], tmp_path: Path
) -> None:
    desk.hub.push("main", {"one": "1"})
    desk.made.git("-c", "protocol.file.allow=always", "clone", "--quiet", "--depth=1",
                  f"file://{desk.hub.git_directory}", str(tmp_path / "shallow"))  # fmt: skip
    desk.made.root = tmp_path / "shallow"
    desk.made.git("remote", "set-url", "origin", f"{desk.hub.url}/{desk.hub.name}.git")
    later = desk.hub.push("main", {"two": "2"})
    first = desk.propose()
    second = desk.propose("r2")
    assert (first.base, desk.parents(first.commit)) == (later, [later])
    assert desk.parents(second.commit) == [first.commit]
    assert "two" in desk.files(second.commit)
