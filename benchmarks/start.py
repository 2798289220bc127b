"""What the command line costs before it does anything, beside a bare interpreter."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.measure import Row, alternate, row
from runner.kinds import KINDS

ROUNDS = 21
RUNNER = [sys.executable, "-c", "from runner.__main__ import main; main()"]


def rows() -> list[Row]:
    """`runner --version` and `runner validate` of one file; the aim is a difference of 100 ms."""
    with tempfile.TemporaryDirectory() as folder:
        manifest = Path(folder) / "job.yaml"
        manifest.write_text(KINDS["Command"].template("job"))
        times = alternate(
            {
                "python": lambda: _run([sys.executable, "-c", "pass"]),
                "--version": lambda: _run([*RUNNER, "--version"]),
                "validate": lambda: _run([*RUNNER, "validate", str(manifest)]),
            },
            ROUNDS,
        )
    bare = times.pop("python")
    return [
        row(
            f"runner {name}" + (" of one file" if name == "validate" else ""),
            f"{1000 * taken:.0f} ms",
            "bare interpreter",
            f"{1000 * bare:.0f} ms",
            taken / bare,
            f"at most 100 ms more: {1000 * (taken - bare):.0f} ms",
        )
        for name, taken in times.items()
    ]


def _run(command: list[str]) -> None:
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    for measured in rows():
        print(measured)
