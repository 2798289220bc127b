"""docs/manifest.md says what the schemas say."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "manifest.md"


def test_the_reference_is_the_one_that_the_schemas_give() -> None:
    printed = subprocess.run(
        [sys.executable, str(ROOT / "docs" / "manifest_reference.py")], check=True, capture_output=True
    )
    assert printed.stdout == PAGE.read_bytes(), "run: python docs/manifest_reference.py > docs/manifest.md"


def test_the_reference_has_a_row_for_every_field_of_every_kind() -> None:
    definitions: dict[str, Any] = json.loads((ROOT / "schemas" / "job.schema.json").read_text())[
        "definitions"
    ]
    jobs = {name for name in definitions if name.endswith("Job")}
    fields = {
        field
        for name, definition in definitions.items()
        if name not in jobs | {"ShellCommand"}
        for field in definition["properties"]
    }
    rows = {line.split("`")[1] for line in PAGE.read_text().splitlines() if line.startswith("| `")}
    assert rows == fields
