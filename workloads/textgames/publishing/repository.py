"""A repository of the Hugging Face hub with the weights."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Final

from msgspec import ValidationError, json

from workloads.textgames.publishing.record import Place, PublishError

ROOT: Final = Path(__file__).parents[3]
LONGEST: Final = 3600.0
"""Seconds until an upload is given up."""

_NAME: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,95}/[A-Za-z0-9_][A-Za-z0-9_.-]{0,95}")


def put(name: str, folder: Path, job: str, *, longest: float = LONGEST) -> Place:
    """Puts the files into a commit of the repository, which is made, and private, where there is none.

    A process of its own does it: it can be given up after `longest` seconds, and HF_HUB_OFFLINE, which keeps
    a training from asking the hub for its model again and again, does not hold there. Raises PublishError.
    """
    lost = f"the weights were not put into {name} on the Hugging Face hub"
    if not _NAME.fullmatch(name):
        raise PublishError(f"{lost}: it is no name of a repository; write owner/name")
    if importlib.util.find_spec("huggingface_hub") is None:
        raise PublishError(f"{lost}: pip install huggingface_hub")
    command = [
        sys.executable,
        "-m",
        "workloads.textgames.publishing.upload",
        name,
        str(folder.absolute()),
        job,
    ]
    offline = {"HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"}
    environment = {key: value for key, value in os.environ.items() if key not in offline}
    try:
        done = subprocess.run(
            command,
            cwd=ROOT,
            env={**environment, "HF_HUB_DISABLE_PROGRESS_BARS": "1"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=longest,
        )
    except subprocess.TimeoutExpired:
        raise PublishError(f"{lost}: it was given up after {longest:.0f} s") from None
    said = (done.stdout if done.returncode == 0 else done.stderr).splitlines() or ["it said nothing"]
    if done.returncode:
        raise PublishError(f"{lost}: {said[-1][:300]}")
    try:
        return json.decode(said[-1], type=Place)
    except ValidationError as error:
        raise PublishError(f"{lost}: it said what was not understood ({error})") from None
