"""actions/cache v5: restores by key, then by prefixes of keys; saves at the end of a job that succeeded."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from tests.standins.actions.shims.asking import ask, begin, fail, output, resolved


def paths(given: dict[str, str]) -> list[Path]:
    """What is cached."""
    lines = [line.strip() for line in given.get("path", "").splitlines() if line.strip()]
    if not lines or not given.get("key"):
        fail("Input required and not supplied: path and key")
    if any(letter in line for line in lines for letter in "*?!["):
        fail("The stand-in for actions/cache does not do patterns.")
    return [resolved(line) for line in lines]


def version(given: dict[str, str]) -> str:
    """What the paths say, in folders that are the same for every job, as on GitHub."""
    text = given["path"]
    for name in ("RUNNER_TEMP", "GITHUB_WORKSPACE"):
        text = text.replace(os.environ[name], f"${name}")
    return text


def copy(source: Path, target: Path) -> None:
    """A file or a folder, links as links."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target, symlinks=True, dirs_exist_ok=True)
    else:
        shutil.copy2(source, target)


def remember(name: str, value: str) -> None:
    """Keeps a word for the end of the job."""
    if "GITHUB_STATE" in os.environ:
        with Path(os.environ["GITHUB_STATE"]).open("a") as file:
            file.write(f"{name}={value}\n")


def restore() -> None:
    """Looks for the key, then for the prefixes in order, the newest first."""
    given = begin()
    wanted, key = paths(given), given["key"]
    prefixes = [line.strip() for line in given.get("restore-keys", "").splitlines() if line.strip()]
    found = ask("cache-find", key=key, prefixes=prefixes, version=version(given))
    if found and given.get("lookup-only") != "true":
        for number, path in enumerate(wanted):
            if (Path(found["folder"]) / str(number)).exists():
                copy(Path(found["folder"]) / str(number), path)
    if not found and given.get("fail-on-cache-miss") == "true":
        fail(f"Failed to restore cache entry. Exiting as fail-on-cache-miss is set. Input key: {key}")
    hit = bool(found) and found["key"] == key
    output("cache-hit", "" if not found else str(hit).lower())
    output("cache-primary-key", key)
    output("cache-matched-key", found["key"] if found else "")
    remember("HIT", str(hit).lower())
    print(f"Cache restored from key: {found['key']}" if found else f"Cache not found for input keys: {key}")


def save() -> None:
    """Saves what was not found, once a key."""
    given = begin()
    if os.environ.get("STATE_HIT") == "true":
        return
    made = ask("cache-save", key=given["key"], version=version(given))
    if made is None:
        print(f"::warning::Unable to reserve cache with key {given['key']}, which there is already.")
        return
    for number, path in enumerate(paths(given)):
        if path.exists():
            copy(path, Path(made["folder"]) / str(number))
    ask("cache-saved", folder=made["folder"])


if __name__ == "__main__":
    {"restore": restore, "save": save}[sys.argv[1]]()
