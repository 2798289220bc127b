"""Reads GraphQL, as far as clients write it: operations, fragments, variables, `@include` and `@skip`."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any, TypeVar

from tests.standins.wandb.graphql.documents import (
    Declared,
    Document,
    Field,
    Inline,
    Operation,
    Selection,
    Spread,
    Variable,
)

TOKEN = re.compile(
    r"(?P<ignored>[\s,\ufeff]+|#[^\n]*)|(?P<name>[_A-Za-z]\w*)|(?P<number>-?\d+(\.\d+)?([eE][+-]?\d+)?)"
    r'|(?P<text>"(?:[^"\\\n]|\\.)*")|(?P<mark>\.\.\.|[!$&()\[\]{}:=@|])'
)
CONSTANTS = {"true": True, "false": False, "null": None}
END = ("end", "")
T = TypeVar("T")


def parse(text: str) -> Document:
    """The document of a request. Raises ValueError where it is not GraphQL."""
    return Parser(text).document()


def tokens(text: str) -> list[tuple[str, str]]:
    """Kind and text of each token."""
    found, at = [], 0
    while at < len(text):
        match = TOKEN.match(text, at)
        if match is None:
            raise ValueError(f"Syntax Error: Unexpected character: {text[at]!r}.")
        kind = next(name for name, value in match.groupdict().items() if value is not None)
        if kind != "ignored":
            found.append((kind, match[0]))
        at = match.end()
    return found


class Parser:
    """Goes through the tokens once."""

    def __init__(self, text: str) -> None:
        self._tokens = tokens(text)
        self._at = 0

    def document(self) -> Document:
        """All operations and fragments."""
        made = Document()
        while self._next() != END:
            if self._next()[1] == "fragment":
                self._take("fragment")
                name = self._name()
                self._take("on")
                made.fragments[name] = Inline(self._name(), self._directives(), self._selections())
            else:
                made.operations.append(self._operation())
        return made

    def _operation(self) -> Operation:
        kind = "query" if self._next()[1] == "{" else self._name()
        if kind not in ("query", "mutation"):
            raise ValueError(f"Syntax Error: Unexpected Name {kind!r}.")
        name = self._name() if self._next()[0] == "name" else ""
        variables = dict(self._many("(", self._declared, ")")) if self._next()[1] == "(" else {}
        return Operation(kind, name, variables, self._selections())

    def _declared(self) -> tuple[str, Declared]:
        self._take("$")
        name = self._name()
        self._take(":")
        start = self._at
        self._type()
        text = "".join(token for _, token in self._tokens[start : self._at])
        if self._skip("="):
            return name, Declared(text, False, self._value(), True)
        return name, Declared(text, text.endswith("!"))

    def _type(self) -> None:
        if self._skip("["):
            self._type()
            self._take("]")
        else:
            self._name()
        self._skip("!")

    def _selections(self) -> tuple[Selection, ...]:
        return tuple(self._many("{", self._selection, "}"))

    def _selection(self) -> Selection:
        if not self._skip("..."):
            return self._field()
        if self._next()[1] == "on":
            self._take("on")
            return Inline(self._name(), self._directives(), self._selections())
        if self._next()[0] == "name":
            return Spread(self._name(), self._directives())
        return Inline(None, self._directives(), self._selections())

    def _field(self) -> Field:
        alias = name = self._name()
        if self._skip(":"):
            name = self._name()
        arguments = self._arguments()
        conditions = self._directives()
        selections = self._selections() if self._next()[1] == "{" else None
        return Field(name, alias, arguments, conditions, selections)

    def _arguments(self) -> dict[str, Any]:
        return dict(self._many("(", self._pair, ")")) if self._next()[1] == "(" else {}

    def _pair(self) -> tuple[str, Any]:
        name = self._name()
        self._take(":")
        return name, self._value()

    def _directives(self) -> tuple[tuple[str, Any], ...]:
        found = []
        while self._skip("@"):
            found.append((self._name(), self._arguments().get("if", True)))
        return tuple(found)

    def _value(self) -> Any:
        kind, text = self._next()
        if text == "{":
            return dict(self._many("{", self._pair, "}"))
        if text == "[":
            return list(self._many("[", self._value, "]"))
        self._at += 1
        if text == "$":
            return Variable(self._name())
        if kind in ("number", "text"):
            return json.loads(text)
        if kind != "name":
            raise ValueError(f"Syntax Error: Unexpected {text!r}.")
        return CONSTANTS.get(text, text)

    def _many(self, start: str, one: Callable[[], T], end: str) -> list[T]:
        self._take(start)
        found = []
        while not self._skip(end):
            found.append(one())
        return found

    def _next(self) -> tuple[str, str]:
        return self._tokens[self._at] if self._at < len(self._tokens) else END

    def _skip(self, text: str) -> bool:
        if self._next()[1] != text or self._next()[0] == "text":
            return False
        self._at += 1
        return True

    def _take(self, text: str) -> None:
        if not self._skip(text):
            raise ValueError(f"Syntax Error: Expected {text!r}, found {self._next()[1]!r}.")

    def _name(self) -> str:
        kind, text = self._next()
        if kind != "name":
            raise ValueError(f"Syntax Error: Expected Name, found {text!r}.")
        self._at += 1
        return text
