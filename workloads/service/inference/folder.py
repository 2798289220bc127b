"""The folder of models: what requests may name in it, and nothing beside it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from workloads.service.errors import ApiError, FieldError
from workloads.service.inference.model import Adapter, Source
from workloads.textgames.evaluation.champion import ADAPTER
from workloads.textgames.model_files import ModelError, resolve, resolve_adapter

LONGEST: Final = 512
"""The characters of a path."""
_OUTSIDE: Final = "names nothing in the folder of models; give a path below it"


class ModelsFolder:
    """Finds models and adapters by their paths below a folder, links that stay in it included."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.absolute()

    def source(self, field: str, path: str) -> tuple[Source, Adapter | None]:
        """A model, or an adapter, which is laid over the manifest's model. Raises ApiError (422)."""
        folder = self._inside(field, path)
        if (folder / ADAPTER).exists():
            return Source(""), self._adapter(field, folder)
        try:
            return Source(path, resolve(str(folder)), _written(folder)), None
        except (ModelError, OSError):
            raise refused(
                field, "is not the whole of a model: config.json and weights as safetensors"
            ) from None

    def adapter(self, field: str, path: str) -> Adapter:
        """An adapter. Raises ApiError (422)."""
        return self._adapter(field, self._inside(field, path))

    def _adapter(self, field: str, folder: Path) -> Adapter:
        try:
            return Adapter(resolve_adapter(str(folder)), _written(folder))
        except (ModelError, OSError):
            said = f"is not the whole of an adapter: adapter_config.json and {ADAPTER}"
            raise refused(field, said) from None

    def _inside(self, field: str, path: str) -> Path:
        """A path as it is written must stay below the folder, and so must what links there lead to."""
        if not path or len(path) > LONGEST or not path.isprintable():
            raise refused(field, _OUTSIDE)
        written = Path(os.path.normpath(self._folder / path))
        if not self._below(written, self._folder):
            raise refused(field, _OUTSIDE)
        try:
            root, real = self._folder.resolve(), written.resolve()
            inside = self._below(real, root) and real.is_dir()
            inside = inside and all(self._below(file.resolve(), root) for file in real.iterdir())
        except (OSError, RuntimeError, ValueError):
            inside = False
        if not inside:
            raise refused(field, _OUTSIDE)
        return real

    @staticmethod
    def _below(path: Path, folder: Path) -> bool:
        return path != folder and path.is_relative_to(folder)


def refused(field: str, message: str) -> ApiError:
    """A request with one field that cannot be."""
    named, said = (text.encode("utf-8", "replace").decode() for text in (field, message))
    return ApiError(422, "invalid", f"{named} {said}", (FieldError(named, said),))


def _written(folder: Path) -> int:
    return max((file.stat().st_mtime_ns for file in folder.glob("*.safetensors")), default=0)
