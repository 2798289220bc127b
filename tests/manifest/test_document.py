from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from runner.errors import InputError
from runner.manifest.compose import python_parser
from runner.manifest.document import display_name, parse, read
from runner.manifest.finding import Finding, ManifestError

PARSERS = [pytest.param(None, id="libyaml"), pytest.param(python_parser(), id="python")]

BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{chr(98 + step)}: &{chr(98 + step)} [{', '.join(['*' + chr(97 + step)] * 9)}]\n" for step in range(12)
)
DEEP_BY_ALIASES = "a0: &a0 [1]\n" + "".join(
    f"a{step + 1}: &a{step + 1} [[[[[[[[[*a{step}]]]]]]]]]\n" for step in range(12)
)
REFUSED = {
    "duplicate key": ("a: 1\nb: 2\na: 3\n", "duplicate-key", (3, 1)),
    "duplicate key, deep": ("a:\n  - {b: 1, b: 2}\n", "duplicate-key", (2, 12)),
    "duplicate key after CRLF": ("a: 1\r\nb: 2\r\na: 3\r\n", "duplicate-key", (3, 1)),
    "duplicate key after a byte order mark": ("\ufeffa: 1\na: 2", "duplicate-key", (2, 1)),
    "empty": ("", "empty-document", (1, 1)),
    "only a comment": ("# nothing\n", "empty-document", (1, 1)),
    "two documents": ("a: 1\n---\nb: 2\n", "several-documents", (2, 1)),
    "null byte": (b"a: \0", "wrong-encoding", (1, 1)),
    "UTF-16": ("a: 1".encode("utf-16"), "wrong-encoding", (1, 1)),
    "UTF-16 without a mark": ("a: 1".encode("utf-16-le"), "wrong-encoding", (1, 1)),
    "Latin-1": ("x: 1\nä: é".encode() + b"\xe9", "wrong-encoding", (2, 5)),
    "control character": (b"a: 1\nb: x\x07y", "wrong-encoding", (2, 5)),
    "over 1 MiB": (b"a" * (2**20 + 1), "file-too-large", (1, 1)),
    "custom tag": ("a: !foo 1", "custom-tag", (1, 4)),
    "a tag that runs code": ("a: !!python/object/apply:os.system [id]", "custom-tag", (1, 4)),
    "a set": ("a: !!set {b}", "custom-tag", (1, 4)),
    "tagged key": ("!!int 1: a", "custom-tag", (1, 1)),
    "number as key": ("a: 1\n2: b", "non-string-key", (2, 1)),
    "null as key": ("~: b", "non-string-key", (1, 1)),
    "list as key": ("[a]: b", "non-string-key", (1, 1)),
    "merge key": ("a: &x {b: 1}\nc:\n  <<: *x\n", "merge-key", (3, 3)),
    "recursive list": ("a: &a [*a]", "recursive-alias", (1, 4)),
    "recursive mapping": ("&a {b: [*a]}", "recursive-alias", (1, 1)),
    "alias bomb": (BOMB, "too-many-values", None),
    "more values than anybody reads": ("[" + "a," * 60_000 + "]", "too-many-values", (1, 1)),
    "deep through aliases": (DEEP_BY_ALIASES, "too-deep", None),
    "100,000 brackets": ("[" * 100_000, "too-deep", (1, 50)),
    "100,000 braces": ("{a: " * 100_000, "too-deep", None),
    "100,000 dashes": ("- " * 100_000, "too-deep", None),
    "100,000 question marks": ("? " * 100_000, "too-deep", None),
    "infinity": ("a: .inf", "number-out-of-range", (1, 4)),
    "minus infinity": ("a: -.INF", "number-out-of-range", (1, 4)),
    "not a number": ("a: .nan", "number-out-of-range", (1, 4)),
    "an exponent too large": ("a: 1e999", "number-out-of-range", (1, 4)),
    "an integer too large": ("a: 9223372036854775808", "number-out-of-range", (1, 4)),
    "5,000 digits": ("a: " + "9" * 5_000, "number-out-of-range", (1, 4)),
    "null character": ('a: ["b", "x\\0"]', "null-character", (1, 10)),
    "tab": ("a:\n\tb: 1", "syntax", (2, 1)),
    "colon in a value": ("a: b: c", "syntax", (1, 5)),
    "open list": ("a: [1, 2\nb: 3\n", "syntax", (2, 2)),
    "open quote": ('a: "b\nc: 1\n', "syntax", (3, 1)),
    "at sign": ("a: @x", "syntax", (1, 4)),
    "unknown alias": ("a: *b", "syntax", (1, 4)),
    "anchor twice": ("a: &x 1\nb: &x 2", "syntax", (2, 4)),
    "wrong indentation": ("a:\n    b: 1\n  c: 2\n", "syntax", (3, 3)),
    "no colon": ("a: 1\nb\nc: 2\n", "syntax", (3, 1)),
    "half a character": ('a: "\\ud800"', "syntax", None),
}


def refused(data: str | bytes, parser: Any = None) -> Finding:
    with pytest.raises(ManifestError) as caught:
        parse(data, "jobs/x.yaml", parser)
    (finding,) = caught.value.findings
    return finding


@pytest.mark.parametrize("parser", PARSERS)
@pytest.mark.parametrize(("data", "code", "place"), REFUSED.values(), ids=list(REFUSED))
def test_what_hurts_or_misleads_is_refused_with_place_and_fix(
    data: str | bytes, code: str, place: tuple[int, int] | None, parser: Any
) -> None:
    finding = refused(data, parser)
    assert finding.rule == code
    assert finding.fix
    assert finding.message.isprintable()
    if place is not None:
        assert (finding.line, finding.column) == place


def test_a_depth_of_fifty_is_read() -> None:
    assert parse("[" * 49 + "1" + "]" * 49).value
    assert refused("[" * 50 + "1" + "]" * 50).rule == "too-deep"


@pytest.mark.parametrize("parser", PARSERS)
@pytest.mark.parametrize(
    ("text", "value"),
    [
        *[("3e-5", 3e-5), ("1e3", 1000.0), ("-.5", -0.5), ("5.", 5.0), ("+1", 1), ("-0", 0), ("007", 7)],
        *[("0o17", 15), ("0x1F", 31), ("9223372036854775807", 2**63 - 1), ("true", True), ("FALSE", False)],
        *[("null", None), ("~", None), ("", None), ("Null", None)],
        *[(word, word) for word in ("yes", "no", "on", "off", "y", "N", "1_000", "12:30:45", "2024-01-01")],
        *[
            (word, word)
            for word in ("1e", "-", "+", ".", "0b11", "017a", "1.2.3", "0o8", "0x", "nULL", "T4", "=")
        ],
        *[
            ("'1'", "1"),
            ('"true"', "true"),
            ("!!str 1", "1"),
            ("'~'", "~"),
            ("'<<'", "<<"),
            ("a\n  b", "a b"),
        ],
    ],
)
def test_scalars_follow_the_core_schema_of_yaml_1_2(text: str, value: Any, parser: Any) -> None:
    if text in ("-",):
        text = f"{text}x"
        value = text
    found = parse(f"a: {text}\n", parser=parser).value["a"]
    assert (type(found), found) == (type(value), value)


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(blacklist_categories=["Cs", "Cc"]), max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text("abc:-[{'\" ", max_size=5), inner, max_size=4)
    ),
    max_leaves=20,
)


@pytest.mark.parametrize("parser", PARSERS)
@settings(deadline=None)
@given(value=JSON)
def test_json_is_read_as_json(parser: Any, value: Any) -> None:
    assert parse(json.dumps({"value": value}, ensure_ascii=False), parser=parser).value == {"value": value}


@settings(deadline=None)
@given(value=st.dictionaries(st.text("abc", min_size=1, max_size=3), JSON, max_size=4))
def test_every_value_is_found_where_it_was_written(value: dict[str, Any]) -> None:
    text = yaml.dump(value, Dumper=yaml.SafeDumper, sort_keys=False, allow_unicode=True)
    try:
        document = parse(text)
    except ManifestError:
        return  # PyYAML writes YAML 1.1, where some other texts need no quotes
    lines = text.splitlines()
    for name in document.value:
        line, column = document.place((name,), key=True)
        assert lines[line - 1][column - 1 :].lstrip("'\"? ").startswith(name)


def test_places_count_characters_and_lines_from_one() -> None:
    document = parse("a:\n  - é: 1\n    b: {c: 'x'}\n", "f")
    assert document.place(()) == (1, 1)
    assert document.place(("a", 0, "é")) == (2, 8)
    assert document.place(("a", 0, "b", "c")) == (3, 12)
    assert document.place(("a", 0, "b", "c"), key=True) == (3, 9)


def test_a_missing_place_is_that_of_the_field_around_it() -> None:
    document = parse("a:\n  b: 1\n", "f")
    assert document.place(("a", "c", "d")) == (1, 1)
    assert document.place(("z",)) == (1, 1)


def test_aliases_are_values_of_their_own() -> None:
    value = parse("a: &x {b: [1]}\nc: *x\n").value
    value["a"]["b"].append(2)
    assert value["c"] == {"b": [1]}


def test_a_file_is_named_relative_to_the_repository(tmp_path: Path) -> None:
    (tmp_path / "jobs").mkdir()
    path = tmp_path / "jobs" / "a.yaml"
    path.write_text("a: 1\n")
    assert read(path, tmp_path).name == "jobs/a.yaml"
    assert display_name("/elsewhere/a.yaml", tmp_path) == "/elsewhere/a.yaml"
    assert "\n" not in display_name("a\nb.yaml", None)


@pytest.mark.parametrize("name", ["missing.yaml", ".", "a\0b.yaml"])
def test_a_file_that_cannot_be_read_is_an_input_error(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError) as caught:
        read(f"{tmp_path}/{name}", tmp_path)
    assert caught.value.code in ("no-file", "unreadable-file")
