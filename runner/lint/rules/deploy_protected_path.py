"""No job may write into `jobs/`, `.github/`, `.git/`, `.runner/`, `runner.toml`, `pyproject.toml` or
`CODEOWNERS`, nor files that tell git what to do.

These files decide what runs, with which secrets, at what cost and after whose review. A job that could
replace them could give itself rights that nobody reviewed. It makes no difference whether the file is a
weight file of a variant or listed under `deploy`.

Let the job write somewhere else, and change these files by hand in a pull request.
"""

from __future__ import annotations

from runner.lint.rule import Problem, Problems, Rule, Subject
from runner.manifest.paths import is_protected
from runner.wording import shown


def check(subject: Subject) -> Problems:
    """Weights and deployed files in protected places; compared without case, as some file systems do."""
    for path, text in (*subject.targets(), *subject.folder()):
        if is_protected(text):
            yield Problem(
                path,
                f"{shown(text)} is protected: no job may replace it",
                "write to another folder, such as data/weights/",
            )


RULE = Rule(
    severity="error",
    summary="A job that would replace what decides over jobs",
    page=__doc__,
    check=check,
    bad="deploy: {files: [{from: job.yaml, to: jobs/other.yaml}]}",
    good="deploy: {files: [{from: job.yaml, to: data/other.yaml}]}",
)
