"""Requests may name models and adapters below the folder `models`, and nothing elsewhere. The folder is one
of the repository, by a relative path, or one of a Volume, by an absolute path at or below its mount. The same
holds for the model that is served, where it is a folder.

Any other place is not there in the container, or holds files that nobody meant to serve. Mount a Volume
under `volumes`, or write a path of the repository.
"""

from __future__ import annotations

from runner.lint.rule import Problem, Problems, Rule, Subject
from runner.lint.services import served_paths
from runner.manifest.paths import wrong_with
from runner.wording import shown

FIX = "write a folder of the repository, such as models, or one below a mount of volumes"


def check(subject: Subject) -> Problems:
    """Folders that are neither the repository's nor a Volume's."""
    if subject.kind != "Service":
        return
    spec = subject.spec
    for path, place in served_paths(spec):
        if spec.endpoint is not None and path[1] == "model":
            continue
        if place.startswith("/"):
            if wrong_with(place[1:]) or not _mounted(place, spec.volumes):
                yield Problem(path, f"{shown(place)} lies on no Volume of the service", FIX)
        elif why := wrong_with(place):
            yield Problem(path, f"{shown(place)} {why}", FIX)


def _mounted(place: str, mounts: dict[str, str]) -> bool:
    return any(place == mount or place.startswith(f"{mount}/") for mount in mounts)


RULE = Rule(
    severity="error",
    summary="Models that are served from outside the repository and its Volumes",
    page=__doc__,
    check=check,
    kind="Service",
    bad="models: /models",
    good="""
models: /models/ours
volumes: {/models: our-models}
""",
)
