"""What the demo leaves behind: changed weights on a branch, and a page with charts."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update", "--virtual-time-budget=2000",
]  # fmt: skip


def run_demo(clone: Path) -> Path:
    """Runs the demo's job and returns the page of its pull request."""
    done = subprocess.run(
        [sys.executable, "-m", "runner", "run", "skirmish-demo"], cwd=clone, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "PASS skirmish-demo succeeded" in done.stdout
    page = re.search(r"^  page +(.+)$", done.stdout, re.MULTILINE)
    assert page is not None
    return clone / page[1]


@pytest.mark.slow
def test_the_demo_proposes_changed_weights_on_a_page_with_charts(clone: Path) -> None:
    page = run_demo(clone).read_text()
    changed = subprocess.run(
        ["git", "diff", "--name-only", "HEAD...runner/skirmish-demo", "--", "data"],
        cwd=clone, check=True, capture_output=True, text=True,
    )  # fmt: skip
    assert changed.stdout.split() == [
        "data/demo/generalist.toml",
        "data/demo/specialists/ember.toml",
        "data/demo/specialists/grove.toml",
        "data/demo/specialists/tide.toml",
    ]
    assert page.count("data:image/svg+xml") >= 3
    assert "http://" not in page.replace("http://www.w3.org", "")


@pytest.mark.slow
@pytest.mark.exhaustive
@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")
def test_a_browser_draws_the_page_and_asks_for_nothing_else(clone: Path, tmp_path: Path) -> None:
    page = run_demo(clone)
    done = subprocess.run(
        [str(CHROMIUM), *FLAGS, f"--user-data-dir={tmp_path / 'profile'}", "--dump-dom", page.as_uri()],
        check=True, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert "Verdict" in done.stdout
    assert "Refused to load" not in done.stderr
