"""A bare git directory from which a tree leaves as a tar that Python alone can unpack."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

from msgspec import Struct

from runner.repository import process
from runner.repository.files import disk_error, printable, write_if_changed
from runner.repository.git import Repository

# A snapshot is complete, whatever the repository leaves out of its own releases.
# The same tree is the same archive whatever a person's configuration says of line ends and modes.
_ON_ANY_MACHINE: Final = ("-c", "tar.umask=0022", "-c", "core.autocrlf=false", "-c", "core.eol=lf")
_ATTRIBUTES: Final = "* -export-ignore -export-subst\n"
# The same tree gives the same archive, byte for byte: no clock and no person in it.
_IDENTITY: Final = {
    f"GIT_{role}_{part}": value
    for role in ("AUTHOR", "COMMITTER")
    for part, value in (("NAME", "runner"), ("EMAIL", "runner"), ("DATE", "@946684800 +0000"))
}
_MOST_LINKS: Final = 40


class Vetted(Struct, frozen=True):
    """A tree that unpacks safely, and sentences about what was left out of it."""

    tree: str
    warnings: tuple[str, ...] = ()


class Store:
    """A bare git directory of our own."""

    def __init__(self, directory: Path, repository: Repository) -> None:
        self.directory = directory
        self.repository = repository

    def git(self, *args: str, input: bytes | None = None, env: Mapping[str, str] | None = None) -> bytes:
        """What git prints when run in this store. Raises ProviderError."""
        return process.git(f"--git-dir={self.directory}", *args, input=input, env=env)

    def lay_out(self, *, config: str = "", attributes: str = "", object_format: str = "sha1") -> None:
        """Write the store's few files, where they differ from what is there."""
        version, extension = "0", ""
        if object_format != "sha1":
            version, extension = "1", f"[extensions]\n\tobjectFormat = {object_format}\n"
        settings = (
            f"{config}[core]\n\trepositoryFormatVersion = {version}\n\tbare = true\n"
            f"{extension}[gc]\n\tauto = 0\n[maintenance]\n\tauto = false\n"
        )
        for folder in ("refs", "objects/info", "info"):
            (self.directory / folder).mkdir(parents=True, exist_ok=True)
        write_if_changed(self.directory / "HEAD", "ref: refs/heads/none\n")
        write_if_changed(self.directory / "config", settings)
        write_if_changed(self.directory / "info" / "attributes", attributes + _ATTRIBUTES)

    def vet(self, tree: str) -> Vetted:
        """`tree` without the symbolic links that lead out of it; submodules are named, too.

        An absolute link, or one that climbs above the root, cannot be unpacked safely.
        """
        links: dict[str, str] = {}
        submodules = []
        for entry in self.git("ls-tree", "-r", "-z", tree).split(b"\0"):
            about, _, name = entry.partition(b"\t")
            if about.startswith(b"120000"):
                links[os.fsdecode(name)] = about.split(b" ")[2].decode()
            elif about.startswith(b"160000"):
                submodules.append(os.fsdecode(name))
        targets = self._contents(links)
        outside = sorted(name for name in targets if leads_outside(name, targets))
        warnings = []
        if submodules:
            warnings.append(f"Submodules are not part of the snapshot: {_names(submodules)}.")
        if outside:
            warnings.append(f"Symbolic links that lead out of the tree were left out: {_names(outside)}.")
        return Vetted(self._without(tree, outside) if outside else tree, tuple(warnings))

    def _contents(self, objects: Mapping[str, str]) -> dict[str, str]:
        """The text of each named object.

        For each, `git cat-file --batch` gives `<id> blob <size>` and, on the next line, the bytes.
        """
        if not objects:
            return {}
        asked = "".join(f"{object_id}\n" for object_id in objects.values())
        answer = self.git("cat-file", "--batch", input=asked.encode())
        texts, at = {}, 0
        for name in objects:
            end = answer.index(b"\n", at)
            size = int(answer[at:end].rsplit(b" ", 1)[1])
            texts[name] = os.fsdecode(answer[end + 1 : end + 1 + size])
            at = end + size + 2
        return texts

    def _without(self, tree: str, paths: list[str]) -> str:
        """`tree` less `paths`."""
        with self.repository.temporary_index() as index:
            env = {"GIT_INDEX_FILE": str(index)}
            self.git("read-tree", tree, env=env)
            self.git("update-index", "-z", "--index-info", input=removals(paths, len(tree)), env=env)
            return self.git("write-tree", env=env).decode().strip()

    def archive(self, tree: str, destination: Path) -> None:
        """Write `tree` to `destination` as a plain tar, which appears only when it is whole.

        File times are constant, and modes are 755 and 644. Raises ProviderError when git or the disk
        fails.
        """
        partial = destination.with_name(f"{destination.name}.{os.getpid()}.part")
        try:
            destination.parent.mkdir(parents=True, exist_ok=True)
            commit = self.git("commit-tree", tree, "-m", "snapshot", env=_IDENTITY).decode().strip()
            self.git(*_ON_ANY_MACHINE, "archive", "--format=tar", f"--output={partial}", commit)
            partial.replace(destination)
        except OSError as error:
            raise disk_error(destination, error) from error
        finally:
            # Ours where it failed, and those of processes that were killed while they wrote.
            for left in destination.parent.glob(f"{destination.name}.*.part"):
                with suppress(OSError):
                    left.unlink()


def removals(paths: list[str], id_length: int) -> bytes:
    """Lines for `git update-index -z --index-info` that remove `paths`."""
    return b"".join(b"0 " + b"0" * id_length + b"\t" + os.fsencode(path) + b"\0" for path in paths)


def leads_outside(link: str, links: Mapping[str, str]) -> bool:
    """Whether the symbolic link at path `link` leads out of the tree, by itself or through others.

    `links` maps the path of every link of the tree to its target.
    """
    target = links[link]
    if posixpath.normpath(posixpath.join(posixpath.dirname(link), target)).startswith(("..", "/")):
        return True
    here, ahead, followed = link.split("/")[:-1], target.split("/")[::-1], 0
    while ahead:
        part = ahead.pop()
        if part == "..":
            if not here:
                return True
            here.pop()
        elif part not in ("", "."):
            here.append(part)
            onward = links.get("/".join(here))
            if onward is not None:
                followed += 1
                if onward.startswith("/") or followed > _MOST_LINKS:
                    return True
                here.pop()
                ahead.extend(onward.split("/")[::-1])
    return False


def _names(paths: list[str], most: int = 5) -> str:
    """The first few paths, and how many more there are."""
    shown = ", ".join(printable(path) for path in paths[:most])
    return shown if len(paths) <= most else f"{shown} and {len(paths) - most} more"
