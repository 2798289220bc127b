"""A GitHub of your own on this machine, with its workflows and a Modal: `make github`.

It begins with the last commit of this checkout, in the repository acme/demo, and forgets everything when it
ends.
"""

from __future__ import annotations

import argparse
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.standins.actions.serving import serving, write_shell
from tests.standins.github.__main__ import stop_with_stdin
from tests.standins.modal.client import Plane, PlaneFailed

ROOT = Path(__file__).parents[3]
TOLD = """\
A GitHub of your own listens. In another terminal: source {shell}
  git clone "$GITHUB_CLONE_URL" ../demo    the repository acme/demo: the last commit of this checkout
  github --help                            what one does on its pages: pull requests, comments, dispatches
  {url}/acme/demo/pulls     in a browser, with any name and the password $GITHUB_TOKEN
^C ends it. What happens there:
"""


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.standins.actions", description=__doc__)
    parser.add_argument(
        "--source", type=Path, default=ROOT, help="the checkout to begin with; this one by default"
    )
    parser.add_argument(
        "--shell", type=Path, required=True, metavar="FILE", help="the file to source in a shell"
    )
    parser.add_argument(
        "--until-stdin-closes", action="store_true", help="end with the process that started it"
    )
    return parser.parse_args()


def say(text: str) -> None:
    """A line with the time."""
    print(time.strftime("%H:%M:%S"), text, flush=True)


def check(source: Path) -> None:
    """Ends with a sentence where something is missing on this machine."""
    if shutil.which("node") is None:
        sys.exit("node is missing: workflows are run with it. Install Node.js.")
    git = ["git", "-C", str(source), "rev-parse", "--verify", "--quiet", "HEAD"]
    if subprocess.run(git, capture_output=True).returncode:
        sys.exit(f"{source} is no git repository with a commit: it begins with one.")


def main() -> None:
    """Serves until told to stop."""
    given = arguments()
    check(given.source)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    if given.until_stdin_closes:
        threading.Thread(target=stop_with_stdin, args=(stop,), daemon=True).start()
    try:
        with (
            TemporaryDirectory(prefix="github-") as folder,
            Plane.start(Path(folder) / "modal") as plane,
            serving(Path(folder), given.source, plane, say) as service,
        ):
            write_shell(given.shell, service)
            print(TOLD.format(url=service.hub.url, shell=given.shell), flush=True)
            try:
                stop.wait()
            finally:
                given.shell.unlink(missing_ok=True)
    except PlaneFailed as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
