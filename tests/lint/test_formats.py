from __future__ import annotations

import json
import re
from typing import Any

import jsonschema
import pytest

from runner.lint.formats import FORMATS, renderer
from runner.lint.validate import Checked
from runner.manifest.finding import Finding

FINDINGS = [
    Finding("jobs/a b,c:d%.yaml", 2, 5, "unknown-field", "error", "50% of a\r\nline, or: two", "one\ntwo"),
    Finding("jobs/x.yaml", 0, 0, "no-file", "error", "there is no such file"),
    Finding("jobs/x.yaml", 1, 1, "unpinned-pip", "warning", "numpy is not pinned", "write numpy==1"),
    Finding("jobs/x.yaml", 1, 1, "matrix-unused", "note", "unused", "use it"),
]
CHECKED = Checked(
    3, FINDINGS, {"jobs/a b,c:d%.yaml": "a: 1\nb:  \x1b[31mx\tz\n", "jobs/x.yaml": "pip: [numpy]\n"}
)

# What the standard requires of the parts that we write:
# https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
TEXT: dict[str, Any] = {"type": "object", "required": ["text"], "properties": {"text": {"type": "string"}}}
LEVEL = {"enum": ["none", "note", "warning", "error"]}
REGION = {
    "type": "object",
    "properties": {name: {"type": "integer", "minimum": 1} for name in ("startLine", "startColumn")},
    "additionalProperties": False,
}
LOCATION = {
    "type": "object",
    "required": ["physicalLocation"],
    "properties": {
        "physicalLocation": {
            "type": "object",
            "required": ["artifactLocation"],
            "properties": {
                "artifactLocation": {
                    "type": "object",
                    "properties": {"uri": {"type": "string", "pattern": "^[A-Za-z0-9._~/%-]+$"}},
                },
                "region": REGION,
            },
        }
    },
}
SARIF = {
    "type": "object",
    "required": ["version", "runs"],
    "properties": {
        "version": {"const": "2.1.0"},
        "runs": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["tool", "results"],
                "properties": {
                    "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
                    "results": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "required": ["message", "ruleId", "ruleIndex", "level"],
                            "properties": {
                                "message": TEXT,
                                "level": LEVEL,
                                "locations": {"type": "array", "items": LOCATION},
                            },
                        },
                    },
                },
            },
        },
    },
}


def test_github_annotations_are_escaped() -> None:
    first, second, *_ = renderer("github")(CHECKED).split("\n")
    assert first == (
        "::error file=jobs/a b%2Cc%3Ad%25.yaml,line=2,col=5,title=error[unknown-field]"
        "::50%25 of a%0D%0Aline, or: two%0Afix: one%0Atwo"
    )
    assert second == "::error file=jobs/x.yaml,title=error[no-file]::there is no such file"


def test_each_finding_is_one_annotation() -> None:
    lines = renderer("github")(CHECKED).split("\n")
    assert [line.split(" ")[0] for line in lines[:-1]] == ["::error", "::error", "::warning", "::notice"]
    assert lines[-1] == "2 errors, 1 warning, 1 note in 2 of 3 files"


def test_json_holds_every_finding() -> None:
    document = json.loads(renderer("json")(CHECKED))
    assert (document["files"], document["errors"], document["warnings"], document["notes"]) == (3, 2, 1, 1)
    assert document["findings"][2] == {
        "file": "jobs/x.yaml", "line": 1, "column": 1, "rule": "unpinned-pip", "severity": "warning",
        "message": "numpy is not pinned", "fix": "write numpy==1",
    }  # fmt: skip


def test_sarif_is_what_the_standard_asks_for() -> None:
    document = json.loads(renderer("sarif")(CHECKED))
    jsonschema.validate(document, SARIF)
    (run,) = document["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert len(rules) == len(set(rules)) == 4
    assert all(rules[result["ruleIndex"]] == result["ruleId"] for result in run["results"])
    assert "region" not in run["results"][1]["locations"][0]["physicalLocation"]


def test_text_shows_no_control_characters() -> None:
    text = renderer("text")(CHECKED)
    plain = re.sub("\x1b\\[[0-9;]*m", "", text)
    assert "\x1b" not in plain
    assert "  2 | b:  \ufffd[31mx z\n    |     ^\n" in plain


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_can_say_that_all_is_well(form: str) -> None:
    text = renderer(form)(Checked(2, [], {}))
    assert "2 files checked, nothing found" in text or json.loads(text)


def test_a_long_line_is_cut_around_the_place() -> None:
    finding = Finding("a", 1, 5_000, "syntax", "error", "here", "")
    text = renderer("text")(Checked(1, [finding], {"a": "x" * 4_999 + "!" + "y" * 5_000}))
    excerpt, caret = text.split("\n")[1:3]
    assert len(excerpt) < 140
    assert excerpt[caret.index("^")] == "!"
