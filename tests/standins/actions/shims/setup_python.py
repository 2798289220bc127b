"""actions/setup-python v7: a Python of the job's own.

It is a virtual environment without packages of its own that sees those of the Python that runs the tests.
What a step installs with pip stays in the job, and what the tests have need not be downloaded.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sysconfig
from pathlib import Path

from tests.standins.actions.shims.asking import add_path, begin, fail, output

PIP = '#!/bin/sh\nexec "{python}" -m pip "$@"\n'


def main() -> None:
    """Makes the environment and puts it on PATH."""
    wanted = begin().get("python-version", "")
    version = platform.python_version()
    if wanted and not version.startswith(wanted.removesuffix(".x")):
        fail(f"The stand-in for actions/setup-python has Python {version}, not {wanted}.")
    folder = Path(os.environ["RUNNER_TEMP"]) / "_python"
    python = folder / "bin" / "python"
    if not folder.exists():
        subprocess.run([os.environ["SHIM_PYTHON"], "-m", "venv", "--without-pip", str(folder)], check=True)
        packages = sysconfig.get_path("purelib")
        own = next((folder / "lib").iterdir()) / "site-packages"
        (own / "tests.pth").write_text(f"import site; site.addsitedir({packages!r})\n")
        for name in ("pip", "pip3"):
            (folder / "bin" / name).write_text(PIP.format(python=python))
            (folder / "bin" / name).chmod(0o755)
    add_path(folder / "bin")
    output("python-version", version)
    output("python-path", python)
    output("cache-hit", "false")


if __name__ == "__main__":
    main()
