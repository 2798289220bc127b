"""What every shim has in common: its inputs, its outputs, and the harness that it asks first.

A shim prints a word that nobody else knows before it asks. The harness finds that word in the log of `act`,
and so knows for certain which job and which step is asking.
"""

from __future__ import annotations

import json
import os
import secrets
import socket
import sys
from pathlib import Path
from typing import Any, NoReturn

MARK = "[shim] "


def inputs() -> dict[str, str]:
    """The inputs of the step, with the shim's defaults."""
    given = os.environ.get("SHIM_INPUTS")
    if given is not None:
        return {name: str(value) for name, value in json.loads(given).items()}
    names = [name for name in os.environ if name.startswith("INPUT_")]
    return {name.removeprefix("INPUT_").lower(): os.environ[name] for name in names}


def ask(question: str, **said: Any) -> Any:
    """The harness's answer; the step ends here when it refuses."""
    word = secrets.token_hex(8)
    print(MARK + word, flush=True)
    host, port = os.environ["SHIM_ADDRESS"].split(":")
    with socket.create_connection((host, int(port))) as connection, connection.makefile("rwb") as line:
        line.write(json.dumps({"word": word, "question": question, **said}).encode() + b"\n")
        line.flush()
        answer = json.loads(line.readline() or b'{"refused": "The harness is gone."}')
    if "refused" in answer:
        fail(answer["refused"])
    return answer["answer"]


def begin() -> dict[str, str]:
    """Tells the harness that the job is here. The inputs, with those put right that `act` cannot evaluate."""
    return {**inputs(), **ask("begin")}


def output(name: str, value: object) -> None:
    """Sets an output of the step."""
    with Path(os.environ["GITHUB_OUTPUT"]).open("a") as file:
        file.write(f"{name}={value}\n")


def add_path(folder: Path) -> None:
    """Puts a folder first on the PATH of the steps that follow."""
    with Path(os.environ["GITHUB_PATH"]).open("a") as file:
        file.write(f"{folder}\n")


def fail(reason: str) -> NoReturn:
    """Ends the step with an error annotation."""
    escaped = reason.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    print(f"::error::{escaped}", flush=True)
    sys.exit(1)


def yes(value: str) -> bool:
    """A boolean input, as YAML's core schema writes it."""
    if value.lower() not in ("true", "false"):
        fail(f"{value!r} is neither true nor false.")
    return value.lower() == "true"


def workspace() -> Path:
    """The job's folder."""
    return Path(os.environ["GITHUB_WORKSPACE"])


def resolved(path: str) -> Path:
    """A path of an input: from the workspace, with ~ for the home."""
    return workspace() / Path(path.strip()).expanduser()
