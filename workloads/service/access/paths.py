"""Which paths need no password, and which a password for inference does not open."""

from __future__ import annotations

from typing import Final

_OPEN: Final = frozenset({"/health-check", "/openapi.json", "/docs"})
_TRAINING: Final = ("/start-training", "/training-status", "/cancel-training")


def is_open_path(path: str) -> bool:
    """Whether anybody may ask for it: how the service is, and how it is used."""
    return path in _OPEN or path.startswith("/docs/")


def is_training_path(path: str) -> bool:
    """Whether it starts, shows or ends trainings."""
    return f"/{path.lstrip('/')}".startswith(_TRAINING)
