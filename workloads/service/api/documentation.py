"""Completes the OpenAPI document: who may ask, and what only this service knows."""

from __future__ import annotations

from typing import Any, Final

_SCHEMES: Final = {
    "password": {"type": "http", "scheme": "bearer", "description": "The password itself."},
    "named_password": {
        "type": "http",
        "scheme": "basic",
        "description": "Whose password it is, and the password.",
    },
}
_OPEN: Final = ("/health-check",)


def completed(document: dict[str, Any], episodes: int) -> dict[str, Any]:
    """The document with its security schemes and the service's own bounds."""
    components = document["components"]
    components["securitySchemes"] = _SCHEMES
    schemas = components["schemas"]
    schemas["EvaluationRequest"]["properties"]["eval_episodes"]["maximum"] = episodes
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    for path, operations in document["paths"].items():
        for operation in operations.values():
            operation["security"] = [] if path in _OPEN else [{name: []} for name in _SCHEMES]
    return document
