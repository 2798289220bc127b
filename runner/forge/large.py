"""What is committed in place of the files that Git LFS keeps."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Final

from msgspec import Struct

from runner.forge import lfs
from runner.forge.base import Proposal
from runner.repository.files import disk_error
from runner.repository.git import Repository
from runner.repository.lfs import parse, store, stored_path

ATTRIBUTES: Final = ".gitattributes"


class Landing(Struct, frozen=True):
    """The `files` that are committed, by path, and the `objects` that Git LFS keeps."""

    files: Mapping[str, bytes | Path]
    objects: tuple[Path, ...] = ()


def landing(repository: Repository, proposal: Proposal) -> Landing:
    """The proposal's files, with a pointer in place of each that Git LFS keeps.

    These are the large ones, which `.gitattributes` then names, and those that the base's attributes
    give to it, whatever their size. Raises ProviderError when the disk refuses.
    """
    given = _given(repository, proposal.base, proposal.files)
    large = proposal.large & proposal.files.keys()
    files: dict[str, bytes | Path] = dict(proposal.files)
    objects = []
    for path in sorted(given | large):
        content = proposal.files[path]
        if isinstance(content, bytes) and parse(content) is not None:
            continue
        file = _file(repository, content)
        files[path] = lfs.pointer(file)
        objects.append(file)
    if large - given:
        standing = repository.show(proposal.base, ATTRIBUTES) or b""
        named = lfs.attributes(standing.decode("utf-8", "surrogateescape"), sorted(large - given))
        files[ATTRIBUTES] = named.encode("utf-8", "surrogateescape")
    return Landing(files, tuple(objects))


def _given(repository: Repository, base: str, paths: Collection[str]) -> frozenset[str]:
    """The paths that the attributes in the base give to Git LFS."""
    with repository.temporary_index() as index:
        env = {"GIT_INDEX_FILE": str(index)}
        repository.git("read-tree", base, env=env)
        asked = b"".join(path.encode() + b"\0" for path in paths)
        answer = repository.git("check-attr", "--cached", "-z", "--stdin", "filter", input=asked, env=env)
    fields = answer.split(b"\0")[:-1]
    return frozenset(
        path.decode() for path, value in zip(fields[::3], fields[2::3], strict=True) if value == b"lfs"
    )


def _file(repository: Repository, content: bytes | Path) -> Path:
    """The content as a file: where Git LFS keeps it in a clone, if there is none yet."""
    if isinstance(content, Path):
        return content
    clone = repository.common_directory
    try:
        with NamedTemporaryFile(dir=repository.state_directory(), prefix="large-") as file:
            file.write(content)
            file.flush()
            pointer = store(clone, Path(file.name))
    except OSError as error:
        raise disk_error(clone, error) from error
    return stored_path(clone, pointer.sha256)
