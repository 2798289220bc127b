"""Plain values from the nodes of a document, and what cannot become one."""

from __future__ import annotations

from typing import Any

from runner.manifest import compose
from runner.manifest.compose import MappingNode, Node, ScalarNode, SequenceNode, position
from runner.manifest.finding import ManifestError, Position, refusal
from runner.manifest.scalars import MERGE, NULL, OUT_OF_RANGE
from runner.wording import printable, shown

MOST_NODES = 50_000

_MAPPING_TAG = "tag:yaml.org,2002:map"
_SEQUENCE_TAG = "tag:yaml.org,2002:seq"
_TEXT_TAG = "tag:yaml.org,2002:str"


def build(root: Node, name: str, text: str) -> Any:
    """The value of a root node; `name` and `text` are for messages. Raises ManifestError."""
    return _Builder(name, text).value(root, 0)


def too_deep(name: str, place: Position, text: str) -> ManifestError:
    """The refusal of what is nested too deep."""
    message = f"values are nested more than {compose.MOST_DEPTH} deep"
    return refusal(name, place, "too-deep", message, "flatten the structure", text)


def null_character(value: Any) -> tuple[str | int, ...] | None:
    """The path of the first text or key with a null character."""
    if isinstance(value, str):
        return () if "\0" in value else None
    if isinstance(value, dict):
        if any("\0" in key for key in value):
            return ()
        children: Any = value.items()
    else:
        children = enumerate(value) if isinstance(value, list) else ()
    for step, child in children:
        if (below := null_character(child)) is not None:
            return (step, *below)
    return None


class _Builder:
    """Makes plain values from nodes; aliases are written out, up to `MOST_NODES` values."""

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self.text = text
        self.nodes = 0

    def value(self, node: Node, depth: int) -> Any:
        if type(node) is ScalarNode:
            tag: Any = node.tag
            return node.value if tag is None else self._scalar(node, tag)
        if depth >= compose.MOST_DEPTH:
            raise self._endless(node)
        self.nodes += len(node.value) + 1
        if self.nodes > MOST_NODES:
            message = f"the file holds more than {MOST_NODES:,} values, aliases written out"
            raise self._refusal(
                node, "too-many-values", message, "keep data in files of its own, and use fewer aliases"
            )
        return (
            self._mapping(node, depth + 1) if type(node) is MappingNode else self._sequence(node, depth + 1)
        )

    def _mapping(self, node: Node, depth: int) -> dict[str, Any]:
        if node.tag is not None and node.tag != _MAPPING_TAG:
            raise self._custom_tag(node)
        result: dict[str, Any] = {}
        for key, value in node.value:
            if type(key) is not ScalarNode or (key.tag is not None and key.tag != _TEXT_TAG):
                raise self._bad_key(key)
            name = key.value
            if name in result:
                raise self._duplicate(node, key)
            if type(value) is ScalarNode and value.tag is None:
                result[name] = value.value
            else:
                result[name] = self.value(value, depth)
        return result

    def _sequence(self, node: Node, depth: int) -> list[Any]:
        if node.tag is not None and node.tag != _SEQUENCE_TAG:
            raise self._custom_tag(node)
        return [
            item.value if type(item) is ScalarNode and item.tag is None else self.value(item, depth)
            for item in node.value
        ]

    def _scalar(self, node: Node, tag: Any) -> Any:
        if tag is NULL:
            return None
        if tag is OUT_OF_RANGE:
            message = f"{shown(node.value)} is not a number that fits (finite, integers within 64 bits)"
            raise self._refusal(
                node, "number-out-of-range", message, "write a smaller number, or quote it to make it text"
            )
        if tag is MERGE:
            return node.value
        if type(tag) is not str:
            return tag
        if tag != _TEXT_TAG:
            raise self._custom_tag(node)
        return node.value

    def _bad_key(self, key: Node) -> ManifestError:
        tag: Any = key.tag
        if tag is MERGE:
            message = "merge keys (<<) are not part of YAML 1.2 and are not supported"
            return self._refusal(
                key, "merge-key", message, "write the fields out, or alias whole values: env: *common"
            )
        if type(key) is ScalarNode and isinstance(key.tag, str):
            return self._custom_tag(key)
        what = shown(key.value) if type(key) is ScalarNode and key.value else "this key"
        fix = f'quote it: "{printable(key.value)}"' if type(key) is ScalarNode else "use plain names as keys"
        return self._refusal(key, "non-string-key", f"{what} is used as a key and is not text", fix)

    def _duplicate(self, node: Node, key: Node) -> ManifestError:
        first = next(known for known, _ in node.value if known.value == key.value)
        message = (
            f"the key {shown(key.value)} is given twice; it already stands in line {position(first).line}"
        )
        return self._refusal(key, "duplicate-key", message, "remove one of the two")

    def _custom_tag(self, node: Node) -> ManifestError:
        tag = node.tag.replace("tag:yaml.org,2002:", "!!")
        return self._refusal(node, "custom-tag", f"the tag {shown(tag)} is not supported", "remove the tag")

    def _endless(self, node: Node) -> ManifestError:
        if _contains(node, node):
            return self._refusal(
                node, "recursive-alias", "this value contains an alias of itself", "write the value out"
            )
        return too_deep(self.name, position(node), self.text)

    def _refusal(self, node: Node, code: str, message: str, fix: str) -> ManifestError:
        return refusal(self.name, position(node), code, message, fix, self.text)


def _contains(node: Node, wanted: Node) -> bool:
    """Whether `wanted` is somewhere below `node`; every node is looked at once."""
    seen: set[int] = set()
    waiting = [node]
    while waiting:
        current = waiting.pop()
        for child in _children(current):
            if child is wanted:
                return True
            if id(child) not in seen:
                seen.add(id(child))
                waiting.append(child)
    return False


def _children(node: Node) -> list[Node]:
    if isinstance(node, MappingNode):
        return [part for pair in node.value for part in pair]
    return node.value if isinstance(node, SequenceNode) else []
