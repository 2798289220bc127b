"""A GitHub of your own, to try the product with no account: `python -m tests.standins.github`.

It prints what to export, and how to push a repository to it. It begins with an empty repository and forgets
all but the git repository when it ends.
"""

from __future__ import annotations

import argparse
import contextlib
import shlex
import signal
import sys
import threading
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.standins.github.hub import Hub


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.standins.github", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--folder", type=Path, help="an empty or missing folder; a temporary one by default")
    parser.add_argument("--name", default="acme/demo", help="owner/name of the repository")
    parser.add_argument("--login", default="ada", help="who the token stands for; an admin of the repository")
    parser.add_argument("--shell", type=Path, metavar="FILE", help="write what to export to a file to source")
    parser.add_argument(
        "--until-stdin-closes", action="store_true", help="end with the process that started it"
    )
    return parser.parse_args()


def exports(hub: Hub, login: str) -> str:
    """Lines for a shell that make its programs talk to this GitHub."""
    hub.collaborator(login, "admin")
    token = hub.token(login)
    lines = [f"export {name}={shlex.quote(value)}" for name, value in hub.environment(token).items()]
    lines.append(f"# git remote add origin {hub.clone_url(token)} && git push origin HEAD:main")
    return "\n".join(lines) + "\n"


def stop_with_stdin(stop: threading.Event) -> None:
    """Stop when whoever started this is gone."""
    sys.stdin.read()
    stop.set()


def serve(given: argparse.Namespace) -> None:
    """Run until told to stop."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    if given.until_stdin_closes:
        threading.Thread(target=stop_with_stdin, args=(stop,), daemon=True).start()
    with Hub.start(given.folder, {}, given.name, port=given.port) as hub:
        told = exports(hub, given.login)
        if given.shell:
            given.shell.parent.mkdir(parents=True, exist_ok=True)
            given.shell.touch(mode=0o600)
            given.shell.write_text(told)
            told = f"A GitHub of your own listens. In another terminal: source {given.shell}\n^C ends it.\n"
        print(told, end="", flush=True)
        try:
            stop.wait()
        finally:
            if given.shell:
                given.shell.unlink(missing_ok=True)


def main() -> None:
    """Serve; where no folder was named, from one that is removed afterwards."""
    given = arguments()
    with contextlib.ExitStack() as stack:
        if given.folder is None:
            given.folder = Path(stack.enter_context(TemporaryDirectory(prefix="github-")))
        elif given.folder.exists() and any(given.folder.iterdir()):
            sys.exit(f"{given.folder} is not empty: it begins with nothing. Name another folder.")
        serve(given)


if __name__ == "__main__":
    main()
