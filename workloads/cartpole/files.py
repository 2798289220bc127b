"""Files that are written in one step, so that no reader sees half of one, and files of tensors."""

import os
import tempfile
from pathlib import Path
from typing import Any

import numpy.typing as npt
import safetensors

Tensors = dict[str, npt.NDArray[Any]]


def write_in_one_step(path: Path, content: bytes) -> None:
    """Write a file under a temporary name and rename it; parents are created."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def read_tensors(path: Path) -> tuple[Tensors, dict[str, str]]:
    """Read a safetensors file and its metadata. Raises OSError or safetensors.SafetensorError."""
    with safetensors.safe_open(path, "numpy") as file:
        names = file.keys()
        return {name: file.get_tensor(name) for name in names}, dict(file.metadata() or {})
