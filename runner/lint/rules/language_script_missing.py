"""The repository does not hold the program, so every attempt would fail.

The programs for language models stand in `workloads/textgames` of the runner's own repository. In another
repository name that one under `source`, copy the folder, or give programs of your own as `script`. A program
that `build` makes, or that another repository holds (`source`), is not looked for.
"""

from __future__ import annotations

import os

from runner.lint.rule import Problem, Problems, Rule, Subject
from runner.wording import shown


def check(subject: Subject) -> Problems:
    """Programs that the repository lacks."""
    spec = subject.spec
    if subject.root is None or spec.source is not None or spec.build is not None:
        return
    for path, script in subject.scripts():
        if not os.path.isfile(f"{subject.root}/{script}"):  # noqa: PTH113 (quicker than Path)
            fix = "name a repository that has it under source, copy workloads/textgames, or correct the path"
            yield Problem(path, f"the repository has no file {shown(script)}", fix)


RULE = Rule(
    severity="warning",
    summary="A program that is not in the repository",
    page=__doc__,
    check=check,
    kind="GRPO",
    bad="""
script: examples/train_wrdle.py
evaluation: {episodes: 0}
""",
    good="""
script: examples/train_wordle.py
evaluation: {episodes: 0}
""",
    files={"examples/train_wordle.py": ""},
)
