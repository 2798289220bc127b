"""The contents of files on Volumes: kept once, by what they hold, and never changed."""

from __future__ import annotations

import hashlib
import itertools
import shutil
from dataclasses import dataclass
from pathlib import Path

BLOCK = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Place:
    """Where the bytes of a block lie."""

    file: Path
    start: int
    length: int

    def read(self) -> bytes:
        """The block."""
        with self.file.open("rb") as stream:
            stream.seek(self.start)
            return stream.read(self.length)


class Contents:
    """Files made of blocks; a block that is known need not be sent again."""

    def __init__(self, folder: Path) -> None:
        self.files = folder / "contents"
        self.incoming = folder / "blocks"
        self.files.mkdir()
        self.incoming.mkdir()
        self.blocks: dict[str, Place] = {}
        self._numbers = itertools.count()

    def path(self, content: str) -> Path:
        """The file of a content."""
        return self.files / content

    def receive(self, token: str, block: bytes) -> str:
        """Keep an uploaded block; its hash."""
        sha = hashlib.sha256(block).hexdigest()
        file = self.incoming / token
        file.write_bytes(block)
        self.blocks.setdefault(sha, Place(file, 0, len(block)))
        return sha

    def assemble(self, hashes: list[str], size: int) -> str:
        """Make a file out of known blocks; blocks may lack zeros at their end."""
        content = _name(hashes, size)
        target = self.path(content)
        if not target.exists():
            half = target.with_name(content + ".half")
            with half.open("wb") as stream:
                for number, sha in enumerate(hashes):
                    stream.seek(number * BLOCK)
                    stream.write(self.blocks[sha].read())
                stream.truncate(size)
            half.replace(target)
        return content

    def adopt(self, file: Path) -> tuple[str, int]:
        """Keep what a file holds at this moment; its content and size."""
        half = self.incoming / f"half-{next(self._numbers)}"
        shutil.copyfile(file, half)
        found: list[tuple[str, int]] = []
        size = 0
        with half.open("rb") as stream:
            while block := stream.read(BLOCK):
                size += len(block)
                held = block.rstrip(b"\0")  # as the SDK does before it hashes
                found.append((hashlib.sha256(held).hexdigest(), len(held)))
        content = _name([sha for sha, _ in found], size)
        half.replace(self.path(content))
        for number, (sha, length) in enumerate(found):
            self.blocks.setdefault(sha, Place(self.path(content), number * BLOCK, length))
        return content, size


def _name(hashes: list[str], size: int) -> str:
    return hashlib.sha256(f"{size}:{','.join(hashes)}".encode()).hexdigest()
