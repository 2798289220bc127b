"""An unpinned package makes the image depend on the day it was built.

Without a version, the same manifest and the same commit can give another image next month, and a
result that nobody can reproduce. A new release can also break a run in the middle of the night.

Pin each package to one version with `==`, or to a file or commit with `@`. To pin everything at
once, name a lock file under `image.requirements` instead.
"""

from __future__ import annotations

import re

from runner.lint.rule import Problem, Problems, Rule, Subject
from runner.wording import shown

PINNED = r"==[^*,;]+(?:;|$)|@|\.(?:whl|zip|tar\.gz)$"
NAME = r"[A-Za-z0-9][A-Za-z0-9._-]*(?:\[[^\]]*\])?"


def check(subject: Subject) -> Problems:
    """Packages with neither one version after `==`, nor `@`, nor a file's name; options are left alone."""
    for index, package in enumerate(subject.spec.image.pip):
        if package.startswith("-") or re.search(PINNED, package):
            continue
        name = None if "://" in package else re.match(NAME, package)
        fix = f"write {name[0]}==<version>" if name else "pin it to a commit: …@<commit>"
        yield Problem(("spec", "image", "pip", index), f"{shown(package)} is not pinned to a version", fix)


RULE = Rule(
    severity="warning",
    summary="A Python package without a version",
    page=__doc__,
    check=check,
    bad="image: {pip: [numpy>=2]}",
    good="image: {pip: [numpy==2.4.6]}",
)
