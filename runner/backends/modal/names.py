"""What things are called at the provider, and where they lie in a container."""

from __future__ import annotations

from typing import Final

COORDINATE: Final = "coordinate"
"""The function that drives a run; every run has an app of its own."""

SERVE: Final = "serve"
"""The function that answers for a service; every service has an app of its own."""

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


def service_app(prefix: str, job: str) -> str:
    """The app of a service. No run is called like this: its id is a time."""
    return app_name(prefix, f"service-{job}")


def order_file(version: str) -> str:
    """What a service's container is told, beside the snapshot of its code."""
    return f"service-{version}.json"


def repository_file(commit: str) -> str:
    """A repository with that commit alone, beside the snapshot of the commit's files."""
    return f"repository-{commit}.tar"


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
