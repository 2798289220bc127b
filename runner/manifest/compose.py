"""YAML text to nodes that know their place, by libyaml where PyYAML was built with it.

Scalars are resolved while the nodes are made: a node's `tag` is None for text, an explicit tag as
`str`, and otherwise the value itself or a `Special`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from runner.manifest.finding import Position
from runner.manifest.scalars import resolve

if TYPE_CHECKING:
    from yaml.error import YAMLError

__all__ = ["DeepError", "MappingNode", "Node", "ScalarNode", "SequenceNode", "compose", "position"]

MOST_DEPTH = 50


class DeepError(Exception):
    """Nesting goes beyond `MOST_DEPTH`; `position` is the first node that does."""

    def __init__(self, position: Position) -> None:
        super().__init__()
        self.position = position


class _Hooks:
    """What a parser asks while it makes nodes."""

    depth = 0

    def descend_resolver(self, parent: Node | None, index: object) -> None:
        self.depth += 1
        if self.depth > MOST_DEPTH:
            raise DeepError(position(parent))

    def ascend_resolver(self) -> None:
        self.depth -= 1

    def resolve(self, kind: type[Node], value: str | None, implicit: Any) -> object:
        if value is None or not implicit[0]:
            return None
        return resolve(value)


def _parser() -> type[Any]:
    if yaml.__with_libyaml__:
        from yaml.cyaml import CParser  # type: ignore[attr-defined]

        return type("Parser", (_Hooks, CParser), {})
    return python_parser()


def python_parser() -> type[Any]:
    """The parser for a PyYAML without libyaml: the same nodes, some thirty times slower."""
    from yaml.composer import Composer
    from yaml.parser import Parser
    from yaml.reader import Reader
    from yaml.scanner import Scanner

    class PythonParser(_Hooks, Reader, Scanner, Parser, Composer):
        def __init__(self, text: bytes) -> None:
            Reader.__init__(self, text)
            Scanner.__init__(self)
            Parser.__init__(self)
            Composer.__init__(self)

        def resolve(self, kind: type[Node], value: str | None, implicit: Any) -> object:
            if value is not None and any("\ud800" <= character <= "\udfff" for character in value):
                raise yaml.MarkedYAMLError(problem="found invalid Unicode character escape code")
            return super().resolve(kind, value, implicit)

    return PythonParser


_PARSER = _parser()


def compose(data: bytes, parser: type[Any] | None = None) -> Node | None:
    """The root node of the only document in UTF-8 `data`, None where there is none.

    Raises yaml.YAMLError for what is not YAML, or more than one document, and DeepError.
    """
    root: Node | None = (parser or _PARSER)(data).get_single_node()
    return root


def position(node: Node | None) -> Position:
    """Where a node begins."""
    if node is None:
        return Position(1, 1)
    mark = node.start_mark
    return Position(mark.line + 1, mark.column + 1)


def syntax_position(error: YAMLError) -> Position | None:
    """Where a parser gave up."""
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    return None if mark is None else Position(mark.line + 1, mark.column + 1)
