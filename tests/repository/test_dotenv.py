from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from runner.errors import InputError
from runner.repository.dotenv import dotenv

Make = Callable[..., Any]


def test_no_file_holds_no_variables(checkout: Make) -> None:
    assert dotenv(checkout().repository()) == {}


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("KEY=value", "value"),
        ("export KEY=value", "value"),
        ("  KEY = value  ", "value"),
        ("KEY=", ""),
        ("KEY=a b c # note", "a b c"),
        ("KEY=a#b", "a#b"),
        ("KEY=# only a comment", ""),
        ("KEY='a # b'", "a # b"),
        (r"KEY='a\n'", r"a\n"),
        (r'KEY="a\n\"b\\"', 'a\n"b\\'),
        ('KEY="x" # note', "x"),
        ("KEY=$HOME/${X}", "$HOME/${X}"),
        ("KEY=a=b=c==", "a=b=c=="),
        ("KEY=it's", "it's"),
    ],
)
def test_a_line_is_read(checkout: Make, line: str, value: str) -> None:
    made = checkout()
    made.write({".env": f"# comment\n\n{line}\r\n"})
    assert dotenv(made.repository()) == {"KEY": value}


@pytest.mark.parametrize(
    "line", ["hunter2", "KEY='hunter2", 'KEY="hunter2', "1KEY=hunter2", "KEY='hunter2' x"]
)
def test_an_unreadable_line_is_named_without_its_value(checkout: Make, line: str) -> None:
    made = checkout()
    made.write({".env": f"A=1\n{line}\n"})
    with pytest.raises(InputError) as caught:
        dotenv(made.repository())
    assert caught.value.place == ".env:2"
    assert "hunter2" not in f"{caught.value!r} {caught.value} {caught.value.fix} {caught.value.__context__!r}"


@pytest.mark.parametrize("content", [b"KEY=\xff\xfe", b"A" * (1024 * 1024 + 1)])
def test_what_is_no_text_file_is_refused(checkout: Make, content: bytes) -> None:
    made = checkout()
    made.write({".env": content})
    with pytest.raises(InputError):
        dotenv(made.repository())


@pytest.mark.parametrize("stage", ["committed", "staged", "removed since"])
def test_a_tracked_file_is_refused(checkout: Make, stage: str) -> None:
    made = checkout()
    made.write({".env": "KEY=value"})
    made.git("add", ".env")
    if stage != "staged":
        made.commit({})
    if stage == "removed since":
        (made.root / ".env").unlink()
    with pytest.raises(InputError, match="git tracks this file"):
        dotenv(made.repository())
