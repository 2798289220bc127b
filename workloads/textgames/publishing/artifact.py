"""A W&B artifact with the weights."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any, Final

from workloads.textgames.publishing.record import Place, PublishError, one_line

TYPE: Final = "model"
ALIASES: Final = ("latest",)
_NAME: Final = re.compile(r"[A-Za-z0-9_.-]{1,128}")
_WAIT: Final = 600
"""Seconds until an upload is given up."""


def put(name: str, folder: Path, job: str) -> Place:
    """Puts the files into a new version of the artifact, in the run of the training or one of its own.

    Aliases are `latest` and the id of the run, if there is one. Raises PublishError.
    """
    lost = f"the weights were not put into the W&B artifact {name}"
    if not _NAME.fullmatch(name):
        raise PublishError(f"{lost}: it is no name of an artifact; write letters, digits, dots and dashes")
    if not os.environ.get("WANDB_API_KEY"):
        raise PublishError(f"{lost}: nobody is logged in; name WANDB_API_KEY under secrets")
    mode = os.environ.get("WANDB_MODE") or "online"
    if mode in ("offline", "disabled", "dryrun"):
        raise PublishError(f"{lost}: WANDB_MODE is {mode}; leave it out")
    try:
        import wandb
    except ImportError:
        raise PublishError(f"{lost}: pip install wandb") from None
    try:
        return _logged(wandb, name, folder, job)
    except Exception as error:
        raise PublishError(f"{lost}: {one_line(error)}; they are in the output of the run") from None


def _logged(wandb: Any, name: str, folder: Path, job: str) -> Place:
    """The artifact, once W&B has it."""
    run = wandb.run
    own = run is None
    if own:
        settings = wandb.Settings(console="off", silent=True, init_timeout=60)
        project = os.environ.get("WANDB_PROJECT") or job
        run = wandb.init(project=project, name=job, job_type="publish", settings=settings)
    try:
        artifact = wandb.Artifact(name, type=TYPE, metadata={"job": job})
        artifact.add_dir(str(folder))
        aliases = [*ALIASES, *filter(None, [os.environ.get("RUNNER_RUN_ID")])]
        logged = run.log_artifact(artifact, aliases=aliases).wait(timeout=_WAIT)
        whole, version = f"{logged.entity}/{logged.project}/{name}", logged.version
        return Place(
            kind="wandb-artifact",
            name=whole,
            version=version,
            url=f"{run.url.partition('/runs/')[0]}/artifacts/{TYPE}/{name}/{version}",
            get=f"wandb artifact get {whole}:{version}",
        )
    finally:
        if own:
            run.finish()
