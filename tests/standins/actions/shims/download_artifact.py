"""actions/download-artifact v8: an artifact of this run, or with a token that may, of another."""

from __future__ import annotations

import fnmatch
import shutil
from pathlib import Path

from tests.standins.actions.shims.asking import ask, begin, fail, output, resolved, yes


def main() -> None:
    """Copies the artifacts that are named into the job's folder."""
    given = begin()
    if given.get("artifact-ids"):
        fail("The stand-in for actions/download-artifact does not do artifact-ids.")
    folders = ask(
        "download", run=given["run-id"], repository=given["repository"], token=given.get("github-token", "")
    )
    target, name, pattern = resolved(given.get("path", "")), given.get("name", ""), given.get("pattern", "")
    if name:
        if name not in folders:
            fail(f"Unable to download artifact(s): Artifact not found for name: {name}")
        chosen = {name: target}
    else:
        names = [each for each in folders if not pattern or fnmatch.fnmatchcase(each, pattern)]
        chosen = {each: target if yes(given["merge-multiple"]) else target / each for each in names}
    for each, where in chosen.items():
        shutil.copytree(Path(folders[each]), where, dirs_exist_ok=True)
    output("download-path", target)
    print(f"Artifacts: {', '.join(chosen) or 'none'}")


if __name__ == "__main__":
    main()
