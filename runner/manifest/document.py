"""One YAML file as plain data, with the place of every value.

A file is read in one pass. What could hurt (depth, size, aliases that multiply) or mislead
(duplicate keys, tags, several documents) is refused with its place and a fix.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import yaml

from runner.errors import InputError
from runner.manifest import compose
from runner.manifest.build import build, null_character, too_deep
from runner.manifest.compose import MappingNode, Node, ScalarNode, SequenceNode, position
from runner.manifest.finding import Position, refusal
from runner.wording import printable

if TYPE_CHECKING:
    import pathlib

    from runner.manifest.finding import Path

MOST_BYTES = 2**20


class Document:
    """A parsed file: its `name` for messages, its `text` and its plain `value`.

    `included` are other files that stand in the place of the values at these paths.
    """

    __slots__ = ("_root", "included", "name", "text", "value")

    def __init__(self, name: str, text: str, root: Node, value: Any) -> None:
        self.name = name
        self.text = text
        self.value = value
        self.included: Mapping[Path, Document] = {}
        self._root = root

    def including(self, included: Mapping[Path, Document]) -> Document:
        """The same file with these others included, and no more."""
        other = Document(self.name, self.text, self._root, self.value)
        other.included = included
        return other

    def at(self, path: Path, *, key: bool = False) -> tuple[Document, Path]:
        """The file with the value at `path`, or with `key` with the name of its field, and the path there."""
        for above, document in self.included.items():
            if path[: len(above)] == above and not (key and len(path) == len(above)):
                return document, path[len(above) :]
        return self, path

    def digest(self) -> str:
        """The SHA-256 of this file and of those that are included."""
        import hashlib

        whole = hashlib.sha256(self.text.encode())
        for document in self.included.values():
            whole.update(b"\0" + f"{document.name}\0{document.text}".encode())
        return whole.hexdigest()

    def texts(self) -> dict[str, str]:
        """The text of this file and of those that are included, by their names."""
        return {document.name: document.text for document in (*self.included.values(), self)}

    def place(self, path: Path, *, key: bool = False) -> Position:
        """Where in this file the value at `path` stands, or with `key` the name of its field.

        Where the path leads nowhere it is the place of the deepest value on the way.
        """
        node, named = self._root, self._root
        for step in path:
            below = _child(node, step)
            if below is None:
                return position(named)
            named, node = below
        return position(named if key else node)

    def written(self, path: Path) -> str | None:
        """The text of the scalar at `path` as it stands in its file; None where none stands there."""
        document, path = self.at(path)
        node = document._root
        for step in path:
            below = _child(node, step)
            if below is None:
                return None
            node = below[1]
        return node.value if isinstance(node, ScalarNode) else None

    def __repr__(self) -> str:
        return f"Document({self.name!r})"


def read(path: pathlib.Path | str, root: pathlib.Path | str | None = None) -> Document:
    """The document in the file at `path`, named relative to `root`.

    Raises ManifestError for a file that cannot be used, InputError for one that cannot be read.
    """
    text_path = os.fspath(path)
    name = display_name(text_path, root)
    try:
        with open(text_path, "rb") as file:  # noqa: PTH123 (Path costs more than the read)
            data = file.read(MOST_BYTES + 1)
    except FileNotFoundError:
        raise InputError("no-file", "there is no such file", place=name, fix="check the path") from None
    except IsADirectoryError:
        raise InputError("no-file", "this is a directory", place=name, fix="name a file in it") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "the path is not usable"
        raise InputError("unreadable-file", f"the file cannot be read: {reason}", place=name) from None
    return parse(data, name)


def display_name(path: str, root: pathlib.Path | str | None) -> str:
    """`path` relative to `root` where it lies below it, with forward slashes and printable."""
    if root is not None:
        start = os.path.join(os.fspath(root), "")  # noqa: PTH118
        absolute = os.path.abspath(path)  # noqa: PTH100
        if absolute.startswith(start):
            path = absolute[len(start) :]
    return printable(path.replace(os.sep, "/"))


def parse(data: bytes | str, name: str = "<text>", parser: type[Any] | None = None) -> Document:
    """The document in `data`. Raises ManifestError."""
    if isinstance(data, str):
        data = data.encode("utf-8", "surrogatepass")
    text = _decoded(data, name)
    body = data[3:] if data.startswith(b"\xef\xbb\xbf") else data
    try:
        root = compose.compose(body, parser)
        if root is None:
            raise refusal(
                name,
                Position(1, 1),
                "empty-document",
                "the file is empty",
                "`runner init` writes one to start from",
            )
        document = Document(name, text, root, build(root, name, text))
    except compose.DeepError as error:
        raise too_deep(name, error.position, text) from None
    except yaml.YAMLError as error:
        from runner.manifest.syntax import explain

        raise explain(error, name, text) from None
    # Only an escape can bring one in, and no program takes it in an argument or a variable.
    if "\\" in text and (path := null_character(document.value)) is not None:
        place = document.place(path)
        raise refusal(
            name, place, "null-character", "the text holds a null character", "remove the escape", text
        )
    return document


def _decoded(data: bytes, name: str) -> str:
    start = Position(1, 1)
    if len(data) > MOST_BYTES:
        raise refusal(
            name, start, "file-too-large", "the file is larger than 1 MiB", "keep data in files of its own"
        )
    if data[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in data:
        message = "the file is not UTF-8 text (it looks like UTF-16 or binary data)"
        raise refusal(name, start, "wrong-encoding", message, "save it as UTF-8")
    try:
        return data.decode().removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        before = data[: error.start]
        line = before.count(b"\n") + 1
        column = len(before[before.rfind(b"\n") + 1 :].decode("utf-8", "replace")) + 1
        message = f"the byte 0x{data[error.start]:02x} is not UTF-8 text"
        raise refusal(
            name, Position(line, column), "wrong-encoding", message, "save the file as UTF-8"
        ) from None


def _child(node: Node, step: str | int) -> tuple[Node, Node] | None:
    """The node that names the child at `step`, and the child."""
    if isinstance(node, MappingNode):
        for key, value in node.value:
            if key.value == step:
                return key, value
    elif isinstance(node, SequenceNode) and isinstance(step, int) and 0 <= step < len(node.value):
        return node.value[step], node.value[step]
    return None
