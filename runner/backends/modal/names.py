"""What things are called at the provider, and where they lie in a container."""

from __future__ import annotations

from typing import Final

COORDINATE: Final = "coordinate"
"""The function that drives a run; every run has an app of its own."""

PARTS: Final = ("control", "code", "outputs")
"""Each has a Volume of its own, for all runs."""

CONTROL_MOUNT: Final = "/runner/control"
CODE_MOUNT: Final = "/runner/code"
OUTPUTS_MOUNT: Final = "/runner/outputs"

SNAPSHOT: Final = "snapshot.tar"
APPOINTED: Final = "appointed.json"
CANCEL: Final = "cancel"
JOURNAL: Final = "journal.jsonl"
BUNDLE: Final = "bundle.tar"
ENDED: Final = "ended"


def app_name(prefix: str, run: str) -> str:
    """The app of a run."""
    return f"{prefix}-{run}"


def stage_function(stage: str) -> str:
    """The function of a run's app that does the attempts of a stage."""
    return f"stage-{stage}"


def volume_name(prefix: str, part: str) -> str:
    """The Volume for one of PARTS."""
    return f"{prefix}-{part}"


def run_folder(run: str) -> str:
    """Where a run lies on the control and outputs Volumes."""
    return f"/runs/{run}"


def ended_mark(task: str, attempt: int) -> str:
    """The name of the empty file that says that an attempt has ended, with all it has to show."""
    return f"{task.replace('/', '.')}.{attempt}"
