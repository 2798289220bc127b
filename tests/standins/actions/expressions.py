"""GitHub's expressions, as far as a workflow needs them outside of its steps.

`act` evaluates what stands in steps and jobs. What it ignores (concurrency groups, names of environments, the
inputs of called workflows) is evaluated here. The rules are GitHub's documented ones: loose equality, strings
compared without case, `||` and `&&` that give back an operand, a missing property that is null.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from tests.standins.actions.functions import FUNCTIONS, as_text, equal, less, true

TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<number>-?(?:0x[0-9a-fA-F]+|\d+(?:\.\d+)?(?:[eE][-+]?\d+)?))"
    r"|(?P<operator>\|\||&&|==|!=|<=|>=|[<>!().,\[\]*])|(?P<name>[A-Za-z_][\w-]*))"
)
LITERALS = {"true": True, "false": False, "null": None}
PLACE = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)


class Unknown(Exception):
    """The expression reads a context whose value is only known while the run goes on."""


Contexts = Mapping[str, Any]


def interpolate(text: Any, contexts: Contexts) -> Any:
    """The value of a string of a workflow file; one that is a single expression keeps its type.

    Raises `Unknown` for contexts that are not given, and ValueError for what is no expression.
    """
    if not isinstance(text, str):
        return text
    whole = PLACE.fullmatch(text.strip())
    if whole and "${{" not in whole[1]:
        return evaluate(whole[1], contexts)
    return PLACE.sub(lambda found: as_text(evaluate(found[1], contexts)), text)


def evaluate(expression: str, contexts: Contexts) -> Any:
    """The value of one expression, without its braces."""
    parser = _Parser(expression, contexts)
    value = parser.either()
    parser.expect("")
    return value


class _Parser:
    """Evaluates while it reads, from the loosest operator to the tightest."""

    def __init__(self, expression: str, contexts: Contexts) -> None:
        self.expression = expression
        self.contexts = contexts
        self.tokens = self._split()
        self.at = 0

    def _split(self) -> list[tuple[str, str]]:
        tokens, at, text = [], 0, self.expression.rstrip()
        while at < len(text):
            found = TOKEN.match(text, at)
            if not found:
                raise ValueError(f"not an expression: {text!r} at {text[at:]!r}")
            kind = found.lastgroup or ""
            tokens.append((kind, found[kind]))
            at = found.end()
        return [*tokens, ("end", "")]

    @property
    def token(self) -> str:
        kind, text = self.tokens[self.at]
        return text if kind in ("operator", "end") else "\0"

    def expect(self, token: str) -> None:
        if self.token != token:
            raise ValueError(f"not an expression: {self.expression!r}")
        self.at += 1

    def taken(self, *tokens: str) -> str:
        if self.token in tokens:
            self.at += 1
            return self.tokens[self.at - 1][1]
        return ""

    def either(self) -> Any:
        value = self.both()
        while self.taken("||"):
            other = self.both()
            value = value if true(value) else other
        return value

    def both(self) -> Any:
        value = self.comparison()
        while self.taken("&&"):
            other = self.comparison()
            value = other if true(value) else value
        return value

    def comparison(self) -> Any:
        value = self.single()
        while operator := self.taken("==", "!=", "<", "<=", ">", ">="):
            other = self.single()
            results = {
                "==": equal(value, other),
                "!=": not equal(value, other),
                "<": less(value, other),
                ">": less(other, value),
                "<=": less(value, other) or equal(value, other),
                ">=": less(other, value) or equal(value, other),
            }
            value = results[operator]
        return value

    def single(self) -> Any:
        if self.taken("!"):
            return not true(self.single())
        value = self.start()
        while operator := self.taken(".", "["):
            if operator == "[":
                key = self.either()
                self.expect("]")
            elif self.taken("*"):
                value = list(value.values()) if isinstance(value, Mapping) else list(value or [])
                continue
            else:
                key = self.tokens[self.at][1]
                self.at += 1
            many = isinstance(value, list) and not isinstance(key, float)
            value = [member(each, key) for each in value] if many else member(value, key)
        return value

    def start(self) -> Any:
        kind, text = self.tokens[self.at]
        self.at += 1
        if kind == "text":
            return text[1:-1].replace("''", "'")
        if kind == "number":
            return int(text, 16) if "0x" in text else float(text)
        if text == "(":
            value = self.either()
            self.expect(")")
            return value
        if kind != "name":
            raise ValueError(f"not an expression: {self.expression!r}")
        if self.taken("("):
            return self.call(text)
        if text in LITERALS:
            return LITERALS[text]
        if text not in self.contexts:
            raise Unknown(f"`{text}` is not known when this is evaluated: {self.expression.strip()}")
        return self.contexts[text]

    def call(self, name: str) -> Any:
        arguments = []
        while not self.taken(")"):
            arguments.append(self.either())
            self.taken(",")
        if name.lower() not in FUNCTIONS:
            raise Unknown(f"{name}() is not known when this is evaluated: {self.expression.strip()}")
        return FUNCTIONS[name.lower()](*arguments)


def member(value: Any, key: Any) -> Any:
    """A property or an item; null where there is none, as GitHub has it."""
    if isinstance(value, list):
        return value[int(key)] if isinstance(key, float) and 0 <= int(key) < len(value) else None
    if not isinstance(value, Mapping):
        return None
    for name, item in value.items():
        if str(name).lower() == as_text(key).lower():
            if isinstance(item, Unknown):
                raise item
            return item
    return None
