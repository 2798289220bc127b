"""GET /docs: Swagger UI, from this service itself, so that it works without a network."""

from __future__ import annotations

import html
import secrets
from collections.abc import Awaitable, Callable
from importlib.resources import files
from typing import Final

from fastapi import APIRouter
from starlette.responses import HTMLResponse, Response

_PARTS: Final = {"swagger-ui.css": "text/css", "swagger-ui-bundle.js": "text/javascript"}


def pages_router(title: str) -> APIRouter:
    """The page and the two files that it is made of."""
    router = APIRouter(include_in_schema=False)

    @router.get("/docs")
    async def docs() -> HTMLResponse:
        return docs_page(title)

    for name, kind in _PARTS.items():
        content = files("fastapi_offline").joinpath("static", name).read_bytes()
        router.add_api_route(f"/docs/{name}", _part(content, kind), name=name, response_model=None)
    return router


def docs_page(title: str) -> HTMLResponse:
    """The page. It may load its parts, call this service, and nothing else."""
    nonce = secrets.token_urlsafe(16)
    page = f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>{html.escape(title)}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="docs/swagger-ui.css">
</head>
<body>
<div id="page">This page needs JavaScript. The interface is described in
<a href="openapi.json">openapi.json</a>.</div>
<script src="docs/swagger-ui-bundle.js"></script>
<script nonce="{nonce}">SwaggerUIBundle({{url: "openapi.json", dom_id: "#page", deepLinking: true}})</script>
</body>
</html>
"""
    policy = (
        f"default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'unsafe-inline'; "
        "img-src data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    return HTMLResponse(page, headers={"content-security-policy": policy})


def _part(content: bytes, kind: str) -> Callable[[], Awaitable[Response]]:
    async def part() -> Response:
        return Response(content, media_type=kind, headers={"cache-control": "public, max-age=86400"})

    return part
