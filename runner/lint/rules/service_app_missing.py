"""The repository does not hold the application, so no container would start.

`app` is `module:function`; the module is looked for from the repository's root. The application for text
games stands in `workloads/service` of the runner's own repository: copy it with `workloads/textgames`, or
name one of your own. One that `build` makes, or that a package of the image brings along, is not looked for.
"""

from __future__ import annotations

import os
from typing import Any

from runner.lint.rule import Problem, Problems, Rule, Subject
from runner.wording import shown


def check(subject: Subject) -> Problems:
    """A module that the repository lacks."""
    spec = subject.spec
    if subject.kind != "Service" or subject.root is None or _elsewhere(spec):
        return
    module = spec.app.partition(":")[0].replace(".", "/")
    if not any(os.path.isfile(f"{subject.root}/{module}{end}") for end in (".py", "/__init__.py")):  # noqa: PTH113
        fix = "copy workloads/service and workloads/textgames, or name an application of your own"
        yield Problem(("spec", "app"), f"the repository has no file {shown(f'{module}.py')}", fix)


def _elsewhere(spec: Any) -> bool:
    image = spec.image
    return bool(spec.build or image.pip or image.requirements or image.registry or image.dockerfile)


RULE = Rule(
    severity="warning",
    summary="A service whose application is not in the repository",
    page=__doc__,
    check=check,
    kind="Service",
    bad="app: servce.app:create",
    good="app: service.app:create",
    files={"service/app.py": ""},
)
