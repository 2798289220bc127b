"""A snapshot of 5,000 files and 100 MB, beside bare `git archive` and Python's `tarfile` with gzip."""

from __future__ import annotations

import random
import subprocess
import tarfile
import tempfile
from pathlib import Path

from benchmarks.measure import Row, alternate, row
from runner.repository.git import Repository
from runner.repository.snapshot import archive, pin

FILES = 5_000
SIZE = 20_000
CHANGED = 50
ROUNDS = 7
SLOW_ROUNDS = 2


def rows() -> list[Row]:
    """Measure a clean and a changed working tree in alternating rounds."""
    with tempfile.TemporaryDirectory() as folder:
        root, scratch = Path(folder) / "repository", Path(folder) / "out"
        scratch.mkdir()
        _populate(root)
        repository = Repository.find(root)
        ours = {"clean": lambda: _ours(repository, scratch)}
        times = alternate({**ours, "git archive": lambda: _bare(root, scratch)}, ROUNDS)
        times |= alternate({"tarfile w:gz": lambda: _tarfile(root, scratch)}, SLOW_ROUNDS)
        _change(root)
        changed = alternate(
            {"changed": lambda: _ours(repository, scratch), "bare": lambda: _bare(root, scratch)}, ROUNDS
        )
    return [
        _row("clean working tree", times["clean"], "git archive", times["git archive"], "at most 1.5"),
        _row(f"{CHANGED} changed files", changed["changed"], "git archive", changed["bare"], "at most 1.5"),
        _row("clean working tree", times["clean"], "Python tarfile w:gz", times["tarfile w:gz"], "below 1"),
    ]


def _row(name: str, ours: float, peer: str, theirs: float, target: str) -> Row:
    what = f"snapshot of {FILES:,} files, {FILES * SIZE // 10**6} MB, {name}"
    return row(what, f"{ours:.2f} s", peer, f"{theirs:.2f} s", ours / theirs, target)


def _ours(repository: Repository, scratch: Path) -> None:
    archive(repository, pin(repository).tree, scratch / "ours.tar")


def _bare(root: Path, scratch: Path) -> None:
    command = ["git", "archive", "--format=tar", f"--output={scratch / 'bare.tar'}", "HEAD"]
    subprocess.run(command, cwd=root, check=True)


def _tarfile(root: Path, scratch: Path) -> None:
    with tarfile.open(scratch / "peer.tar.gz", "w:gz") as tar:
        tar.add(root / "code", "code")


def _populate(root: Path) -> None:
    """A repository of source-like text, half of it hard to compress."""
    chance = random.Random(1)
    for number in range(FILES):
        path = root / "code" / f"part{number % 100:02d}" / f"file{number}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        noise = chance.randbytes(SIZE // 4).hex()
        path.write_text((noise + f"line {number}\n" * SIZE)[:SIZE], encoding="ascii")
    identity = ("-c", "user.name=bench", "-c", "user.email=bench@example.org", "-c", "gc.auto=0")
    for step in (("init", "--quiet"), ("add", "."), ("commit", "--quiet", "-m", "Begin")):
        subprocess.run(["git", *identity, *step], cwd=root, check=True)


def _change(root: Path) -> None:
    for number in range(CHANGED):
        with (root / "code" / f"part{number:02d}" / f"file{number}.txt").open("a") as file:
            file.write("changed\n")


if __name__ == "__main__":
    for measured in rows():
        print(measured)
