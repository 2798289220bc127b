"""A repository with one commit and no remote, for whoever is to start runs from that commit."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from runner.repository import process
from runner.repository.git import Repository

BRANCH: Final = "main"
_GIVES_ANY: Final = "git -c uploadpack.allowAnySHA1InWant=true upload-pack"


def archive_repository(repository: Repository, commit: str, destination: Path) -> None:
    """Writes what is in the folder `.git` of such a repository to `destination`, as a tar.

    Raises ProviderError. It knows nothing of where it comes from, and has none of the history.
    """
    import tarfile

    with TemporaryDirectory(prefix="runner-repository-") as folder:
        form = "sha1" if len(commit) == 40 else "sha256"
        process.git("init", "--quiet", "--template=", f"--initial-branch={BRANCH}",
                    f"--object-format={form}", "--", folder)  # fmt: skip
        process.git(
            "-C", folder, "fetch", "--quiet", "--depth=1", "--no-tags", "--no-write-fetch-head",
            f"--upload-pack={_GIVES_ANY}", "--", f"file://{repository.common_directory}", commit,
        )  # fmt: skip
        process.git(
            "-C", folder, "-c", "core.logAllRefUpdates=false", "update-ref", f"refs/heads/{BRANCH}", commit
        )
        with tarfile.open(destination, "w") as archive:
            archive.add(Path(folder, ".git"), ".")
