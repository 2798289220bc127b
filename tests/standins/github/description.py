"""GitHub's OpenAPI description: which operation a request is, and what it may send and get."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from tests.standins.github.gaps import described_path

CUT = Path(__file__).parent / "openapi.json"
MANY_SEGMENTS = frozenset({"ref", "path", "basehead", "branch"})
"""Path parameters that may hold slashes, which templates of OpenAPI cannot say."""
METHODS = ("get", "post", "put", "patch", "delete")

Schema = dict[str, Any]


@dataclass(frozen=True, eq=False)
class Operation:
    """One operation of the description."""

    name: str
    method: str
    template: str
    pattern: re.Pattern[str]
    described: dict[str, Any]
    query: frozenset[str]
    """Names of the query parameters."""

    @cached_property
    def page(self) -> str:
        """Where GitHub documents the operation; it says so in errors."""
        url: str = self.described.get("externalDocs", {}).get("url", "https://docs.github.com/rest")
        return url


class Description:
    """The whole cut."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document
        found = [
            self._operation(path, method, methods[method])
            for path, methods in document["paths"].items()
            for method in METHODS
            if method in methods
        ]
        self.operations = sorted(found, key=lambda each: (".+" in each.pattern.pattern, -len(each.template)))

    def _operation(self, path: str, method: str, described: dict[str, Any]) -> Operation:
        def group(match: re.Match[str]) -> str:
            return f"(?P<{match[1]}>{'.+' if match[1] in MANY_SEGMENTS else '[^/]+'})"

        parameters = [self.resolved(each) for each in described.get("parameters", [])]
        query = frozenset(each["name"] for each in parameters if each["in"] == "query")
        pattern = re.compile(re.sub(r"\{(\w+)\}", group, path) + r"\Z")
        return Operation(described["operationId"], method.upper(), path, pattern, described, query)

    def resolved(self, node: Schema) -> Schema:
        """What a reference stands for; other parts stand for themselves."""
        while "$ref" in node:
            _, _, kind, name = node["$ref"].split("/")
            node = self.document["components"][kind][name]
        return node

    def find(self, method: str, path: str) -> tuple[Operation, dict[str, str]] | None:
        """The operation that a request is, and its path parameters; the path is as it was sent, in quotes."""
        path = described_path(method, path)
        for operation in self.operations:
            if operation.method == method and (match := operation.pattern.match(path)):
                return operation, {name: unquote(value) for name, value in match.groupdict().items()}
        return None

    def request_schema(self, operation: Operation) -> tuple[Schema | None, bool]:
        """The schema of the body, and whether there must be one."""
        body = self.resolved(operation.described.get("requestBody", {}))
        return json_schema(body), bool(body.get("required"))

    def documents(self, operation: Operation, status: int) -> bool:
        """Whether the operation is said to answer so."""
        return str(status) in operation.described["responses"]

    def response_schema(self, operation: Operation, status: int) -> Schema | None:
        """The schema of an answer; None for one without content."""
        return json_schema(self.resolved(operation.described["responses"].get(str(status), {})))

    def component(self, name: str) -> Schema:
        """A schema by its name."""
        schema: Schema = self.document["components"]["schemas"][name]
        return schema


def json_schema(part: dict[str, Any]) -> Schema | None:
    """The schema of a body's or an answer's JSON."""
    schema: Schema | None = part.get("content", {}).get("application/json", {}).get("schema")
    return schema


@cache
def description() -> Description:
    """The description, read once in a process."""
    return Description(json.loads(CUT.read_text(encoding="utf-8")))
