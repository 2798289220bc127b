import io
import sys
import tarfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def make_archive(tmp_path: Path) -> Callable[..., Path]:
    """Writes a tar of files and links by name."""

    def make(files: Mapping[str, bytes], links: Mapping[str, str] | None = None) -> Path:
        path = tmp_path / "snapshot.tar"
        with tarfile.open(path, "w") as archive:
            for name, content in files.items():
                member = tarfile.TarInfo(name)
                member.size = len(content)
                archive.addfile(member, io.BytesIO(content))
            for name, target in (links or {}).items():
                member = tarfile.TarInfo(name)
                member.type, member.linkname = tarfile.SYMTYPE, target
                archive.addfile(member)
        return path

    return make


@pytest.fixture
def make_spec(tmp_path: Path, make_archive: Callable[..., Path]) -> Callable[..., dict[str, Any]]:
    """What a worker is told of an attempt at a Python program."""
    archive = make_archive({"program.py": b"print('hello')\n"})

    def make(program: str = "pass", **changes: Any) -> dict[str, Any]:
        return {
            "run": "run-1",
            "task": "work/it",
            "attempt": 1,
            "seed": 7,
            "directory": str(tmp_path / "attempt-1"),
            "checkpoint": str(tmp_path / "checkpoint"),
            "snapshot": str(archive),
            "steps": [[sys.executable, "-c", program]],
            "environment": {"PATH": "/usr/bin:/bin"},
            "timeout": 30,
            "memory": 1 << 30,
            "grace": 1.0,
            **changes,
        }

    return make
