"""Start a plane: `python -m tests.standins.modal --state DIR`. One line of JSON says how to reach it."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import shlex
import signal
import sys
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.standins.modal.options import Options
from tests.standins.modal.plane import ControlPlane
from tests.standins.modal.privacy import NoPrivacy


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.standins.modal", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--state", type=Path, help="an empty or missing folder; a temporary one by default")
    parser.add_argument("--secret", action="append", default=[], metavar="NAME=KEY=VALUE,…")
    parser.add_argument("--containers", type=int, default=4, help="how many run at once")
    parser.add_argument("--idle", type=float, default=1.0, help="seconds that an idle container stays")
    parser.add_argument("--grace", type=float, default=3.0, help="seconds of a preempted container")
    parser.add_argument("--crash-restarts", type=int, default=3)
    parser.add_argument("--commit-reloads", action="store_true", help="a commit also reloads the Volume")
    parser.add_argument("--environment", action="append", help="main by default")
    parser.add_argument(
        "--shell", type=Path, metavar="FILE", help="say it to a person, and write a file to source in a shell"
    )
    parser.add_argument(
        "--until-stdin-closes", action="store_true", help="end with the process that started it"
    )
    return parser.parse_args()


def options(given: argparse.Namespace) -> Options:
    """The settings that the command line asks for."""
    state = given.state.resolve()
    state.mkdir(parents=True, exist_ok=True)
    if any(state.iterdir()):
        raise SystemExit(f"{state} is not empty: a plane begins with nothing. Name another folder.")
    secrets = {}
    for text in given.secret:
        name, _, pairs = text.partition("=")
        secrets[name] = dict(pair.split("=", 1) for pair in pairs.split(",") if pair)
    return Options(
        state,
        port=given.port,
        containers=given.containers,
        idle=given.idle,
        grace=given.grace,
        crash_restarts=given.crash_restarts,
        commit_reloads=given.commit_reloads,
        environments=given.environment or ["main"],
        secrets=secrets,
    )


def environment(plane: ControlPlane) -> dict[str, str]:
    """What a client of the plane has in its environment."""
    token_id, token_secret = plane.options.token
    return {
        "MODAL_SERVER_URL": plane.url,
        "MODAL_TOKEN_ID": token_id,
        "MODAL_TOKEN_SECRET": token_secret,
        "MODAL_CONFIG_PATH": str(plane.options.state / "no-such-configuration.toml"),
        "MODAL_DISABLE_API_PROXY": "1",
        "NO_PROXY": "127.0.0.1",
    }


def write_shell(path: Path, values: dict[str, str]) -> None:
    """A file that makes a shell a client of the plane."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [f"export {name}={shlex.quote(value)}\n" for name, value in values.items()]
    path.write_text("".join(lines))


async def serve(given: argparse.Namespace) -> None:
    """Run until told to stop."""
    plane = ControlPlane(options(given))
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    if given.until_stdin_closes:
        loop.add_reader(0, lambda: None if os.read(0, 1) else stop.set())
    await plane.start()
    told = {"url": plane.url, "control": f"{plane.http_url}/control", "environment": environment(plane)}
    if given.shell:
        plane.announce = partial(print, flush=True)
        write_shell(given.shell, environment(plane))
        print(
            f"A Modal of your own listens. In another terminal: source {given.shell}\n^C ends it.", flush=True
        )
    else:
        print(json.dumps(told), flush=True)
    try:
        await stop.wait()
    finally:
        if given.shell:
            given.shell.unlink(missing_ok=True)
        with contextlib.suppress(ConnectionError):
            await plane.close()


def main() -> None:
    """Serve; where no folder was named, from one that is removed afterwards."""
    given = arguments()
    with contextlib.ExitStack() as stack:
        if given.state is None:
            given.state = Path(stack.enter_context(TemporaryDirectory(prefix="plane-state-")))
        try:
            asyncio.run(serve(given))
        except NoPrivacy as error:
            sys.exit(str(error))


if __name__ == "__main__":
    main()
