"""Start an endpoint: `python -m tests.standins.openai`. One line of JSON says how to reach it."""

from __future__ import annotations

import argparse
import json
import signal
import threading

from tests.standins.openai.players import PLAYERS
from tests.standins.openai.server import OpenAIServer


def main() -> None:
    """Serve until told to stop."""
    parser = argparse.ArgumentParser(prog="python -m tests.standins.openai", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--key", help="what clients must give")
    given = parser.parse_args()
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    with OpenAIServer(key=given.key, port=given.port) as server:
        print(json.dumps({"url": server.url, "models": list(PLAYERS)}), flush=True)
        ended.wait()


if __name__ == "__main__":
    main()
