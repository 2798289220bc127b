"""Results, branches and pull requests carry the job's name, people look for the file of that name.

Rename the file to `jobs/<name>.yaml`, or the job.
"""

from __future__ import annotations

from runner.lint.rule import Problem, Problems, Rule, Subject


def check(subject: Subject) -> Problems:
    """Manifests directly under `jobs/` whose file is called otherwise."""
    folder, _, file = subject.document.name.rpartition("/")
    name = subject.job.metadata.name
    if folder == "jobs" and file.rpartition(".")[0] != name:
        fix = f"rename the file to {name}.yaml, or the job"
        yield Problem(("metadata", "name"), f"the job {name} stands in {file}", fix)


RULE = Rule(
    severity="warning",
    summary="A job and its file with different names",
    page=__doc__,
    check=check,
    bad="metadata: {name: other}",
    good="metadata: {name: sample}",
)
