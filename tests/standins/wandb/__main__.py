"""Start a W&B: `python -m tests.standins.wandb`. One line of JSON says how to reach it."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import select
import shlex
import signal
from pathlib import Path

from tests.standins.wandb.server import WandbServer


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.standins.wandb", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--entity", default="me", help="the user whose key is told")
    parser.add_argument("--team", action="append", default=[], help="an entity that the user may write to")
    parser.add_argument("--silence", type=float, default=300.0, help="seconds until a run is taken for dead")
    parser.add_argument(
        "--shell", type=Path, metavar="FILE", help="say it to a person, and write a file to source in a shell"
    )
    parser.add_argument(
        "--until-stdin-closes", action="store_true", help="end with the process that started it"
    )
    return parser.parse_args()


def tell(server: WandbServer, shell: Path | None) -> None:
    """Say how to reach it."""
    environment = server.environment()
    if shell is None:
        print(json.dumps({"url": server.url, "environment": environment}), flush=True)
        return
    shell.parent.mkdir(parents=True, exist_ok=True)
    values = {**environment, "WANDB_ENTITY": server.entity}
    shell.write_text("".join(f"export {name}={shlex.quote(value)}\n" for name, value in values.items()))
    shell.chmod(0o600)
    print(f"A W&B of your own listens. In another terminal: source {shell}\n^C ends it.", flush=True)


def wait(until_stdin_closes: bool) -> None:
    """Until told to stop, by a signal or, where wanted, by the end of the input."""
    reader, writer = os.pipe()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: os.write(writer, b"."))
    while True:
        ready, _, _ = select.select([reader, 0] if until_stdin_closes else [reader], [], [])
        if reader in ready or not os.read(0, 1):
            return


def main() -> None:
    """Serve."""
    given = arguments()
    server = WandbServer(entity=given.entity, teams=given.team, port=given.port, silence=given.silence)
    with server, contextlib.ExitStack() as stack:
        if given.shell:
            stack.callback(given.shell.unlink, missing_ok=True)
        tell(server, given.shell)
        wait(given.until_stdin_closes)


if __name__ == "__main__":
    main()
