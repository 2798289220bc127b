"""actions/upload-artifact v7: files of the job into an artifact of the run, which never changes again."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

from tests.standins.actions.shims.asking import ask, begin, fail, output, resolved, yes

FORBIDDEN = re.compile(r'[":<>|*?\r\n\\/]')


def found(patterns: list[str], hidden: bool) -> list[Path]:
    """The files that the patterns name, in order; a later pattern with `!` takes files out."""
    files: dict[Path, None] = {}
    for pattern in patterns:
        path = resolved(pattern.removeprefix("!"))
        matches = [path] if path.exists() else sorted(Path("/").glob(str(path).lstrip("/")))
        below = [
            each for match in matches for each in ([match] if match.is_file() else sorted(match.rglob("*")))
        ]
        for each in filter(Path.is_file, below):
            if pattern.startswith("!"):
                files.pop(each, None)
            elif hidden or not any(part.startswith(".") for part in each.relative_to(base(path)).parts):
                files[each] = None
    return list(files)


def base(path: Path) -> Path:
    """The part of a path before its first pattern."""
    fixed = list(path.parts)
    for at, part in enumerate(fixed):
        if any(letter in part for letter in "*?["):
            return Path(*fixed[:at])
    return path.parent if path.is_file() else path


def root(patterns: list[str], files: list[Path]) -> Path:
    """What paths in the artifact are relative to: the searched folder, or what several have in common."""
    searched = [base(resolved(pattern)) for pattern in patterns if not pattern.startswith("!")]
    if len(searched) == 1:
        return searched[0]
    return Path(os.path.commonpath([str(folder) for folder in (*searched, *(file.parent for file in files))]))


def main() -> None:
    """Copies the files to where the harness keeps artifacts."""
    given = begin()
    name = given["name"]
    if not name or FORBIDDEN.search(name):
        fail(f"The artifact name is not valid: {name!r}")
    patterns = [line.strip() for line in given.get("path", "").splitlines() if line.strip()]
    if not patterns:
        fail("Input required and not supplied: path")
    files = found(patterns, yes(given["include-hidden-files"]))
    if not files:
        nothing = (
            f"No files were found with the provided path: {given['path']}. No artifacts will be uploaded."
        )
        if given["if-no-files-found"] == "error":
            fail(nothing)
        if given["if-no-files-found"] == "warn":
            print(f"::warning::{nothing}")
        return
    made = ask("upload", name=name, overwrite=yes(given["overwrite"]))
    top = root(patterns, files)
    for file in files:
        target = Path(made["folder"]) / file.relative_to(top)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, target)
    output("artifact-id", made["identifier"])
    print(f"Artifact {name} has {len(files)} files")


if __name__ == "__main__":
    main()
