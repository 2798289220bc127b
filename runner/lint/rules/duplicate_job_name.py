"""A job's name is its branch, its folder under `results/` and its history. Two jobs of one name would
overwrite each other's pull request and be compared with each other's results.

Rename one of them.
"""

from __future__ import annotations

from runner.lint.rule import Problem, Problems, Rule, Subject


def check(subject: Subject) -> Problems:
    """Names that another manifest has, too."""
    name = subject.job.metadata.name
    other = subject.names.get(name, subject.document.name)
    if other != subject.document.name:
        yield Problem(("metadata", "name"), f"the job {name} also stands in {other}", "rename one of the two")


RULE = Rule(
    severity="error",
    summary="Two jobs with one name",
    page=__doc__,
    check=check,
    bad="metadata: {name: sample}",
    good="metadata: {name: another}",
    names={"sample": "jobs/older.yaml"},
)
