"""YAML's complaints in one sentence of ours, with a fix."""

from __future__ import annotations

from yaml.error import MarkedYAMLError, YAMLError
from yaml.reader import ReaderError

from runner.manifest.compose import syntax_position
from runner.manifest.finding import ManifestError, Position, refusal
from runner.wording import printable

_INDENT = "give it the same indentation as the lines beside it"
_QUOTE = "put the value in quotes"
_QUOTE_OR_INDENT = f"{_QUOTE} if the colon belongs to it, or {_INDENT}"
_ESCAPE = "use single quotes, or double the backslash"

# Part of what a parser says (libyaml or PyYAML), our sentence, the fix.
_SENTENCES = (
    ("single document", "the file holds several documents", "split it: one manifest per file"),
    ("undefined alias", "an alias (*name) stands here without its anchor (&name)", _QUOTE),
    ("duplicate anchor", "the same anchor (&name) is set twice", "give each anchor a name of its own"),
    ("mapping values are not allowed", "a field (name: value) cannot begin here", _QUOTE_OR_INDENT),
    ("could not find expected ':'", "a field lacks its colon, or a text its quotes", "write name: value"),
    ("did not find expected key", "this line fits neither the fields above it nor those around it", _INDENT),
    ("did not find expected '-'", "this line stands where an item of a list (- …) should", _INDENT),
    ("expected <block end>", "this line fits neither what stands above it nor what is around it", _INDENT),
    (
        "sequence entries are not allowed",
        "an item of a list (- …) cannot begin here",
        "begin the list on its own line",
    ),
    ("',' or ']'", "a list that was opened with [ is not closed, or lacks a comma", "close it with ]"),
    ("',' or '}'", "a mapping that was opened with { is not closed, or lacks a comma", "close it with }"),
    ("unexpected end of stream", "a quoted text is not closed before the file ends", "add the closing quote"),
    ("document indicator", "a quoted text is not closed before this line", "add the closing quote"),
    ("unknown escape character", "this backslash is followed by a letter that escapes nothing", _ESCAPE),
    ("invalid Unicode", "this escape is no character", _ESCAPE),
    ("hexdecimal", "this escape lacks hexadecimal digits", _ESCAPE),
    ("directive", "lines that begin with % are directives of YAML and are not supported", "remove the line"),
    ("found unexpected ':'", "a colon stands where a value should begin", _QUOTE),
    ("tag", "the text after ! is not a tag", _QUOTE),
    ("alphabetic or numeric", "& and * mark anchors and aliases, and a name must follow", _QUOTE),
    ("<document start>", "something follows where the document should have ended", _INDENT),
)


def explain(error: YAMLError, name: str, text: str) -> ManifestError:
    """The refusal for what a YAML parser raised about `text`."""
    if isinstance(error, ReaderError):
        return _unreadable(error, name, text)
    place = syntax_position(error) or Position(1, 1)
    said = " ".join(
        part
        for part in (getattr(error, "context", None), getattr(error, "problem", None), str(error))
        if part
    )
    if "cannot start any token" in said:
        return _no_token(name, place, text)
    for part, sentence, fix in _SENTENCES:
        if part in said:
            if part == "single document":
                return refusal(name, place, "several-documents", sentence, fix, text)
            return refusal(name, place, "syntax", _since(error, sentence, place), fix, text)
    problem = getattr(error, "problem", None) if isinstance(error, MarkedYAMLError) else None
    message = f"this is not YAML: {printable(problem)}" if problem else "this is not YAML"
    return refusal(name, place, "syntax", message, _INDENT, text)


def _since(error: YAMLError, sentence: str, place: Position) -> str:
    """The sentence, and where the thing that went wrong had begun."""
    begun = getattr(error, "context_mark", None)
    if begun is None or begun.line + 1 >= place.line:
        return sentence
    return f"{sentence} (it began in line {begun.line + 1})"


def _no_token(name: str, place: Position, text: str) -> ManifestError:
    lines = text.splitlines()
    line = lines[place.line - 1] if place.line <= len(lines) else ""
    found = line[place.column - 1 : place.column]
    if found == "\t":
        return refusal(
            name,
            place,
            "syntax",
            "a tab stands where only spaces may indent",
            "replace the tab by spaces",
            text,
        )
    what = f"the character {printable(found)}" if found else "this"
    return refusal(name, place, "syntax", f"{what} cannot begin a value", _QUOTE, text)


def _unreadable(error: ReaderError, name: str, text: str) -> ManifestError:
    for line, content in enumerate(text.split("\n"), 1):
        for column, character in enumerate(content, 1):
            if not (character.isprintable() or character in "\t\r\x85\u2028\u2029") and ord(
                character
            ) in _codes(error):
                message = f"the control character U+{ord(character):04X} is not allowed in YAML"
                return refusal(name, Position(line, column), "wrong-encoding", message, "remove it", text)
    return refusal(
        name,
        Position(1, 1),
        "wrong-encoding",
        "the file holds characters that YAML forbids",
        "remove them",
        text,
    )


def _codes(error: ReaderError) -> tuple[int, ...]:
    found = error.character
    return (ord(found),) if isinstance(found, str) else (found,)
