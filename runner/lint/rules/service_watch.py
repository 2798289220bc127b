"""`watch` lists the paths whose change deploys the service anew. The repository has no such path, so nothing
would; or it is `results/` or `jobs/`, which change with every run, and would deploy it anew each time.

Correct the path. Without `watch` all code counts but `jobs/` and `results/`; the service's own manifest
always does. The folder of models may be one that only comes with the first training.
"""

from __future__ import annotations

import os

from runner.lint.rule import Problem, Problems, Rule, Subject
from runner.wording import shown

OFTEN = ("jobs", "results")


def check(subject: Subject) -> Problems:
    """Paths that never differ, and paths that always do."""
    for index, path in enumerate(subject.spec.watch if subject.kind == "Service" else ()):
        place = ("spec", "watch", index)
        if path.partition("/")[0] in OFTEN:
            yield Problem(place, f"{shown(path)} changes with runs, not with the service's code", "remove it")
        elif subject.root is not None and path != subject.spec.models and not _is_there(subject.root, path):
            fix = "write a path from the repository's root"
            yield Problem(place, f"the repository has no {shown(path)}", fix)


def _is_there(root: str | os.PathLike[str], path: str) -> bool:
    return os.path.exists(f"{root}/{path}")  # noqa: PTH110 (quicker than Path)


RULE = Rule(
    severity="warning",
    summary="Watched paths that are not the service's code",
    page=__doc__,
    check=check,
    kind="Service",
    bad="watch: [workloads, results]",
    good="watch: [workloads]",
)
