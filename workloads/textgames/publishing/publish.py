"""Publishes a folder in every place that is asked for, and says where it is.

Weights that cost money are never lost to a place that does not take them: they lie in the output folder, and
what went wrong becomes a warning of the run.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from workloads.textgames.publishing import artifact, repository
from workloads.textgames.publishing.record import Place, Published, PublishError, files_in, write
from workloads.textgames.settings import Publish

Put = Callable[[], Place]


def publish(places: Publish, folder: Path, job: str, output: Path) -> None:
    """Puts the files of `folder` into the places, and writes `published.json` into `output`.

    A place that fails is said there and on stderr. Nothing is written where no place is asked for.
    """
    put: list[Put] = []
    if places.wandb is not None:
        wandb = places.wandb
        put.append(lambda: artifact.put(wandb, folder, job))
    if places.huggingface is not None:
        name = places.huggingface
        put.append(lambda: repository.put(name, folder, job))
    if not put:
        return
    found: list[Place] = []
    problems: list[str] = []
    for one in put:
        try:
            found.append(one())
        except PublishError as error:
            problems.append(str(error))
            print(f"warning: {error}", file=sys.stderr)
    write(Published(files=files_in(folder), places=found, problems=problems), output)
