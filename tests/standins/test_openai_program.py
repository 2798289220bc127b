"""The endpoint as a program."""

import json
import signal
import subprocess
import sys
from urllib.request import urlopen

from tests.standins.modal.client import ROOT


def test_it_says_how_to_reach_it_and_ends_when_told() -> None:
    command = [sys.executable, "-m", "tests.standins.openai"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        told = json.loads(process.stdout.readline())
        with urlopen(f"{told['url']}/models", timeout=10) as answer:
            assert [card["id"] for card in json.load(answer)["data"]] == told["models"]
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
