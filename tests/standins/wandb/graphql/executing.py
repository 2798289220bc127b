"""Answers what a GraphQL request asks of objects. What an object does not have is told as GraphQL does."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.standins.wandb.graphql.documents import Document, Field, Operation, Selection, Spread, Variable
from tests.standins.wandb.refusals import Refusal, Unanswerable

ABSENT = object()


@dataclass(frozen=True)
class Node:
    """An object. Its fields are values, or functions of the field's arguments."""

    type: str
    fields: Mapping[str, Any]
    interfaces: tuple[str, ...] = ()


class RefusedField(Exception):
    """A field at the root that was refused."""

    def __init__(self, field: str, refusal: Refusal) -> None:
        super().__init__(str(refusal))
        self.field = field
        self.refusal = refusal


def execute(document: Document, operation: Operation, given: Mapping[str, Any], root: Node) -> dict[str, Any]:
    """The `data` of the answer. Raises Unanswerable, or RefusedField."""
    return Execution(document, variables(operation, given)).of_root(root, operation.selections)


def variables(operation: Operation, given: Mapping[str, Any]) -> dict[str, Any]:
    """The operation's variables; those that nobody gave are left out."""
    values = {}
    for name, declared in operation.variables.items():
        if name in given:
            values[name] = given[name]
        elif declared.has_default:
            values[name] = declared.default
        if declared.required and values.get(name) is None:
            message = f'Variable "${name}" of required type "{declared.type}" was not provided.'
            raise Unanswerable(message)
    return values


def snake(name: str) -> str:
    """`artifactID` as `artifact_id`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def call(function: Callable[..., Any], place: str, arguments: Mapping[str, Any]) -> Any:
    """Call with GraphQL's arguments; those that the function does not have are told."""
    given = {snake(name): value for name, value in arguments.items()}
    try:
        inspect.signature(function).bind(**given)
    except TypeError as error:
        raise Unanswerable(f"{place}: {error}") from None
    return function(**given)


def taking_input(function: Callable[..., Any]) -> Callable[..., Any]:
    """A mutation: its only argument is `input`, whose fields are the function's arguments."""

    def mutate(input: Mapping[str, Any]) -> Any:
        fields = {name: value for name, value in input.items() if name != "clientMutationId"}
        return call(function, function.__name__, fields)

    return mutate


def put(answer: dict[str, Any], name: str, value: Any) -> None:
    """A field of an answer; an object that is asked for twice gets the fields of both."""
    if isinstance(value, dict):
        value = {**(answer.get(name) or {}), **value}
    answer[name] = value


@dataclass(frozen=True)
class Execution:
    """One request with its variables."""

    document: Document
    values: Mapping[str, Any]

    def of_root(self, root: Node, selections: Iterable[Selection]) -> dict[str, Any]:
        """The answer; a refusal names the root's field that it is about."""
        answer: dict[str, Any] = {}
        for field in self._fields(root, selections):
            try:
                put(answer, field.alias, self._field(root, field))
            except Refusal as refusal:
                raise RefusedField(field.alias, refusal) from None
        return answer

    def _node(self, node: Node, selections: Iterable[Selection]) -> dict[str, Any]:
        answer: dict[str, Any] = {}
        for field in self._fields(node, selections):
            put(answer, field.alias, self._field(node, field))
        return answer

    def _fields(self, node: Node, selections: Iterable[Selection]) -> Iterable[Field]:
        """The fields that are asked of this object, those in fragments too."""
        for each in selections:
            if not all(self._value(value) is (name == "include") for name, value in each.conditions):
                continue
            if isinstance(each, Field):
                yield each
                continue
            fragment = self.document.fragments.get(each.fragment) if isinstance(each, Spread) else each
            if fragment is None:
                raise Unanswerable(f"Unknown fragment {each}.")
            if fragment.type in (None, node.type, *node.interfaces):
                yield from self._fields(node, fragment.selections)

    def _field(self, node: Node, field: Field) -> Any:
        if field.name == "__typename":
            return node.type
        found = node.fields.get(field.name, ABSENT)
        if found is ABSENT:
            raise Unanswerable(f'Cannot query field "{field.name}" on type "{node.type}".')
        place = f"{node.type}.{field.name}"
        if callable(found):
            found = call(found, place, self._arguments(field.arguments))
        elif field.arguments:
            raise Unanswerable(f"{place} has no arguments.")
        return self._complete(place, found, field.selections)

    def _complete(self, place: str, found: Any, selections: tuple[Selection, ...] | None) -> Any:
        if isinstance(found, list):
            return [self._complete(place, each, selections) for each in found]
        if isinstance(found, Node):
            if selections is None:
                raise Unanswerable(f"{place} must have a selection of subfields.")
            return self._node(found, selections)
        if selections is not None and found is not None:
            raise Unanswerable(f"{place} must not have a selection since it has no subfields.")
        return found

    def _arguments(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """With the variables' values; an argument whose variable nobody gave is left out."""
        resolved = {name: self._value(value) for name, value in arguments.items()}
        return {name: value for name, value in resolved.items() if value is not ABSENT}

    def _value(self, value: Any) -> Any:
        if isinstance(value, Variable):
            return self.values.get(value.name, ABSENT)
        if isinstance(value, dict):
            return self._arguments(value)
        if isinstance(value, list):
            return [self._value(each) for each in value]
        return value
