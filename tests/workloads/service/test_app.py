"""The factory that a server calls."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT


@pytest.mark.parametrize(
    ("settings", "passwords", "said"),
    [
        (
            '{"name": "games", "model": {"name": "m"}}',
            "geheim",
            "entry 1 of SERVICE_PASSWORDS is not NAME:SCOPE:HASH",
        ),
        ('{"name": "games", "model": {"name": "m"}}', "", "SERVICE_PASSWORDS is empty"),
        ('{"name": "games"}', "geheim", "missing required field `model`"),
    ],
)
def test_what_keeps_it_from_starting_is_one_sentence(
    tmp_path: Path, settings: str, passwords: str, said: str
) -> None:
    (tmp_path / "service.json").write_text(settings)
    told = {
        "RUNNER_SERVICE_SETTINGS": str(tmp_path / "service.json"),
        "RUNNER_SERVICE_FOLDER": str(tmp_path),
        "SERVICE_PASSWORDS": passwords,
    }
    program = "from workloads.service.app import create; create()"
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONPATH": str(ROOT), **told},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert said in done.stderr
    assert "geheim" not in done.stderr
